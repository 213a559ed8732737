"""A profile as JSON Schema (2020-12): valid against it is what ingest/pipeline/profiles.py takes, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.catalogue.fields import Field
from app.catalogue.own_schemas import DIALECT
from ingest.pipeline.profiles import BIGINT_MAX, BIGINT_MIN, DOUBLE_MAX
from ingest.pipeline.values import TEXT_MAX_CHARACTERS

_LIMITS = {"DOUBLE": (-DOUBLE_MAX, DOUBLE_MAX), "BIGINT": (BIGINT_MIN, BIGINT_MAX)}


def json_schema(
    title: str, description: str, fields: Sequence[Field], identifier: str
) -> dict[str, Any]:
    """The schema of a structured payload's `values`: without what is calculated."""
    fields = [field for field in fields if field.calculation is None]
    schema: dict[str, Any] = {"$schema": DIALECT, "$id": identifier, "title": title}
    if description:
        schema["description"] = description
    schema |= {
        "type": "object",
        "properties": {field.key: _property(field) for field in fields},
        "additionalProperties": False,
        "minProperties": 1,
    }
    if required := [field.key for field in fields if field.required]:
        schema["required"] = required
    return schema


def _property(field: Field) -> dict[str, Any]:
    value = _value(field)
    if field.array_size is not None:
        value = {
            "type": "array",
            "items": value,
            "minItems": field.array_size,
            "maxItems": field.array_size,
        }
    words = " ".join(filter(None, (field.description, f"In {field.unit}." if field.unit else "")))
    return {**value, "description": words} if words else value


def _value(field: Field) -> dict[str, Any]:
    match field.type:
        case "DOUBLE" | "BIGINT" if field.enum is None:
            least, most = _LIMITS[field.type]
            return {
                "type": "number" if field.type == "DOUBLE" else "integer",
                "minimum": least if field.min is None else max(field.min, least),
                "maximum": most if field.max is None else min(field.max, most),
            }
        case "BIGINT":
            return {"type": "integer", "enum": field.enum}
        case "BOOLEAN":
            return {"type": "boolean"}
        case _ if field.enum is not None:
            return {"type": "string", "enum": field.enum}
        case _:
            return {"type": "string", "maxLength": TEXT_MAX_CHARACTERS, "pattern": "^[^\\u0000]*$"}
