"""What methods take: the platform's own, by the schemas here, and those that a device profile
declares, by its own.

A schema that people brought was checked when it was stored (app/catalogue/own_schemas.py): nothing
is fetched, patterns run in linear time, references don't multiply, and checking has a time limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import jsonschema_rs
import msgspec

from app.catalogue.own_schemas import compiled, faults_in_time, value_faults
from app.core.errors import Unprocessable

PARAMS_MAX_BYTES = 64 * 1024
_INVALID = {"path": "$.params", "fault": "INVALID_PARAMS"}

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
        faults = value_faults(_own(method), params, **_INVALID)
    else:
        faults = await faults_in_time(_declared_schema(method, declared), params, **_INVALID)
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


@cache
def _own(method: str) -> jsonschema_rs.Draft202012Validator:
    return compiled(OWN_METHODS[method])
