"""JSON Schemas that people bring: of a command's parameters, of an annotation's values. Checked when they are stored,
so that nothing which is validated with them later can fail, fetch anything or take for ever."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import msgspec

from app.catalogue.schema_paths import TooManyPaths, check_paths
from app.core.errors import Fault

SCHEMA_MAX_BYTES = 16 * 1024
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
        at = "".join(
            f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path
        )
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
