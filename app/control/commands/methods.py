"""What methods take: the platform's own, by the schemas here, and those that a device profile
declares, by its own.

A schema that people brought was checked when it was stored (app/catalogue/own_schemas.py): nothing
is fetched, patterns run in linear time, references don't multiply. What that leaves is a tenth of a
second at worst; it runs in a thread, and ends in a refusal should it take longer than it may.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any

import jsonschema_rs
import msgspec

from app.catalogue.own_schemas import compiled
from app.core.errors import Fault, Unprocessable

PARAMS_MAX_BYTES = 64 * 1024
CHECK_SECONDS = 1.0
FAULTS_MAX = 20

_TEXT = {"type": "string", "minLength": 1, "maxLength": 200}
_ID = {"type": "string", "format": "uuid"}
_VERSION = {"type": "integer", "minimum": 0}


def _object(required: Sequence[str] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


_PLACE = {"target": _TEXT, "artefactId": _ID, "name": _TEXT, "version": _VERSION, "hash": _TEXT}
OWN_METHODS: dict[str, dict[str, Any]] = {
    "REBOOT": _object(delay_seconds={"type": "integer", "minimum": 0, "maximum": 86_400}),
    "UPDATE_CONFIG": _object(version=_VERSION, hash=_TEXT),
    "BIND_CONFIG": _object(["artefactId", "name"], **_PLACE),
    "UNBIND_CONFIG": _object(["name"], **_PLACE),
    "CERTIFICATE_RENEW": _object(serial=_TEXT, expiresAt={"type": "string", "format": "date-time"}),
    "UPDATE_FIRMWARE": {
        "type": "object",
        "properties": {
            "version": _TEXT,
            "url": {"type": "string", "minLength": 1, "maxLength": 2_000},
            "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "sizeBytes": {"type": "integer", "minimum": 1},
        },
        "required": ["version", "url", "sha256", "sizeBytes"],
    },
}
"""The platform's own: what every device knows."""
_NOTHING = _object()

Declared = Sequence[Mapping[str, Any]]
"""The commands of a device profile, as it is stored."""


async def check_params(method: str, params: Mapping[str, Any], declared: Declared) -> None:
    """Raises Unprocessable for a method that the device doesn't know, and for parameters that the
    method doesn't take, with every fault."""
    if len(msgspec.json.encode(params)) > PARAMS_MAX_BYTES:
        raise Unprocessable(
            f"params may hold {PARAMS_MAX_BYTES:,} bytes", code="COMMAND_PARAMS_INVALID"
        )
    if method in OWN_METHODS:
        faults = _faults(_own(method), params)
    else:
        faults = await _in_time(_declared_schema(method, declared), params)
    if faults:
        raise Unprocessable(
            f"{method} doesn't take these params", code="COMMAND_PARAMS_INVALID", errors=faults
        )


def _declared_schema(method: str, declared: Declared) -> dict[str, Any]:
    for command in declared:
        if command["method"] == method:
            return command.get("params") or _NOTHING
    raise Unprocessable(
        f"neither the platform nor the device's profile knows the method {method}",
        code="UNKNOWN_METHOD",
    )


async def _in_time(schema: dict[str, Any], params: Mapping[str, Any]) -> list[Fault]:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await asyncio.to_thread(lambda: _faults(compiled(schema), params))
    except TimeoutError:
        raise Unprocessable(
            "checking these params takes longer than it may", code="TOO_EXPENSIVE"
        ) from None


@cache
def _own(method: str) -> jsonschema_rs.Draft202012Validator:
    return compiled(OWN_METHODS[method])


def _faults(
    validator: jsonschema_rs.Draft202012Validator, params: Mapping[str, Any]
) -> list[Fault]:
    return [
        Fault(_path(error.instance_path), "INVALID_PARAMS", error.message[:300])
        for error in islice(validator.iter_errors(params), FAULTS_MAX)
    ]


def _path(place: Sequence[str | int]) -> str:
    return "$.params" + "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in place
    )
