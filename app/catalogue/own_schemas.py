"""JSON Schemas that people bring: of a command's parameters, of an annotation's values. Checked when they are stored,
so that nothing which is validated with them later can fail, fetch anything or take for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import islice
from typing import Any

import jsonschema_rs
import msgspec

from app.catalogue.schema_paths import TooManyPaths, check_paths
from app.core.errors import Fault, Unprocessable

SCHEMA_MAX_BYTES = 16 * 1024
CHECK_SECONDS = 1.0
FAULTS_MAX = 20
DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _NothingFetched(Exception):
    """A reference leads out of the schema."""


def _refuse(uri: str) -> Any:
    raise _NothingFetched(uri)


def compiled(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """Ready to validate with; its patterns run in linear time. Raises jsonschema_rs.ValidationError."""
    return jsonschema_rs.Draft202012Validator(
        schema, retriever=_refuse, pattern_options=jsonschema_rs.RegexOptions()
    )


def faults_of(schema: dict[str, Any], path: str) -> list[Fault]:
    """What is wrong with a schema of dialect 2020-12."""
    if len(msgspec.json.encode(schema)) > SCHEMA_MAX_BYTES:
        return [Fault(path, "TOO_LARGE", f"a schema may hold {SCHEMA_MAX_BYTES:,} bytes")]
    if schema.get("$schema", DIALECT) not in (DIALECT, f"{DIALECT}#"):
        return [Fault(f"{path}.$schema", "INVALID_SCHEMA", f"the dialect is {DIALECT}")]
    try:
        compiled(schema)
    except jsonschema_rs.ValidationError as error:
        at = _steps(error.instance_path)
        message = (
            "a reference leads nowhere, or out of the schema"
            if "registry" in error.message or "Pointer" in error.message
            else error.message[:300]
        )
        return [Fault(f"{path}{at}", "INVALID_SCHEMA", message)]
    except ValueError as error:
        return [Fault(path, "INVALID_SCHEMA", str(error)[:300])]
    try:
        check_paths(schema)
    except TooManyPaths as error:
        return [Fault(path, "TOO_EXPENSIVE_SCHEMA", str(error))]
    return []


async def faults_in_time(
    schema: dict[str, Any], value: Any, *, path: str, fault: str
) -> list[Fault]:
    """What of `value`, which stands at `path`, the schema doesn't take. The schema was checked when
    it was stored: what that leaves is a tenth of a second at worst. It runs in a thread, and ends
    in a refusal should it take longer than it may. Raises Unprocessable for that."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await asyncio.to_thread(
                lambda: value_faults(compiled(schema), value, path=path, fault=fault)
            )
    except TimeoutError:
        raise Unprocessable(
            f"checking {path.removeprefix('$.')} takes longer than it may", code="TOO_EXPENSIVE"
        ) from None


def value_faults(
    validator: jsonschema_rs.Draft202012Validator, value: Any, *, path: str, fault: str
) -> list[Fault]:
    """The first FAULTS_MAX."""
    return [
        Fault(path + _steps(error.instance_path), fault, error.message[:300])
        for error in islice(validator.iter_errors(value), FAULTS_MAX)
    ]


def _steps(place: Sequence[str | int]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
