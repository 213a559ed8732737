"""A DTDL interface as fields of a sensor profile. What a profile can't hold is left out and said, element by element."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec

from app.catalogue.fields import Field
from app.catalogue.schemas.dtdl import MARK, UNSAID
from app.catalogue.schemas.units import symbol_of
from app.catalogue.versions import NAME_PATTERN
from app.core.documentation import described
from app.core.errors import Fault, Unprocessable

TYPES = {
    "double": "DOUBLE",
    "float": "DOUBLE",
    "long": "BIGINT",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
    "string": "TEXT",
}
AS_TEXT = ("date", "dateTime", "duration", "time")
_IDENTIFIER = re.compile(
    r"dtmi:(?:[A-Za-z0-9_]+:)*(?P<name>[A-Za-z0-9_]+)(?:;(?P<major>[1-9]\d{0,3})(?:\.(?P<minor>\d{1,4}))?)?"
)


class Note(msgspec.Struct, frozen=True):
    """What of a DTDL document could not be taken over as it was."""

    path: Annotated[str, described("Where in the document.", "$.contents[3]")]
    message: Annotated[
        str, described("What became of it.", "a Relationship has no place in a sensor profile")
    ]


class _NotTaken(Exception):
    """An element that no field can stand for."""


@dataclass(slots=True)
class Imported:
    """What an interface says of a profile; no name or version where it says none that a profile may have."""

    name: str | None
    version: str | None
    description: str
    fields: list[Field] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def imported(document: Any, array_sizes: dict[str, int]) -> Imported:
    """Read one interface. `array_sizes` gives, by name, the sizes of arrays: DTDL doesn't know them.

    Raises Unprocessable for what is no DTDL interface of version 2, 3 or 4.
    """
    interface = _interface(document)
    found = Imported(
        _name(interface), _version(interface), _text(interface.get("description"))[:512]
    )
    if interface.get("extends"):
        found.notes.append(Note("$.extends", "inherited contents are not in the document"))
    schemas = {
        schema["@id"]: schema
        for schema in _listed(interface.get("schemas"))
        if isinstance(schema, dict) and isinstance(schema.get("@id"), str)
    }
    for index, content in enumerate(_listed(interface.get("contents"))):
        path = f"$.contents[{index}]"
        try:
            found.fields.append(_field(content, schemas, array_sizes, path, found.notes))
        except _NotTaken as reason:
            found.notes.append(Note(path, str(reason)))
        except msgspec.ValidationError as error:
            found.notes.append(Note(path, f"can't be a field: {error}"))
    return found


def _interface(document: Any) -> dict[str, Any]:
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    if not isinstance(document, dict):
        raise _refused("$", "one DTDL interface is expected")
    contexts = _listed(document.get("@context"))
    if not {f"dtmi:dtdl:context;{version}" for version in (2, 3, 4)} & {
        context for context in contexts if isinstance(context, str)
    }:
        raise _refused("$.@context", "must name dtmi:dtdl:context of version 2, 3 or 4")
    if "Interface" not in _listed(document.get("@type")):
        raise _refused("$.@type", "must be Interface")
    return document


def _refused(path: str, message: str) -> Unprocessable:
    return Unprocessable(
        "this is no DTDL interface",
        code="PROFILE_INVALID",
        errors=[Fault(path, "NOT_DTDL", message)],
    )


def _name(interface: dict[str, Any]) -> str | None:
    match = _IDENTIFIER.fullmatch(str(interface.get("@id", "")))
    candidates = [_text(interface.get("displayName")), match["name"].strip("_") if match else ""]
    return next(
        (name for name in candidates if re.match(NAME_PATTERN, name) and len(name) <= 64), None
    )


def _version(interface: dict[str, Any]) -> str | None:
    match = _IDENTIFIER.fullmatch(str(interface.get("@id", "")))
    return f"{match['major']}.{match['minor'] or 0}" if match and match["major"] else None


def _field(
    content: Any, schemas: dict[str, Any], sizes: dict[str, int], path: str, notes: list[Note]
) -> Field:
    if not isinstance(content, dict):
        raise _NotTaken("is no element")
    kinds = _listed(content.get("@type"))
    if not {"Telemetry", "Property"} & {kind for kind in kinds if isinstance(kind, str)}:
        raise _NotTaken(f"{_word(kinds)} has no place in a sensor profile")
    said: dict[str, Any] = {"key": content.get("name")}
    said |= _type(content.get("schema"), schemas, f"{path}.schema", notes)
    said |= _unit(content, path, notes)
    comment = _text(content.get("comment"))
    said |= _unsaid(comment)
    if comment and not comment.startswith(MARK):
        notes.append(Note(f"{path}.comment", "comments are not kept"))
    if said.pop("isArray", False):
        said.setdefault("arraySize", sizes.get(str(content.get("name"))))
        if said["arraySize"] is None:
            raise _NotTaken("an array needs a size: name it in arraySizes")
    if "Property" in kinds:
        if content.get("writable"):
            said["writable"] = True
        else:
            notes.append(
                Note(path, "a Property that can't be set is taken over as what a component reports")
            )
    if description := _text(content.get("description")) or _text(content.get("displayName")):
        said["description"] = description[:512]
    return msgspec.convert(
        {name: value for name, value in said.items() if value is not None}, Field
    )


def _type(schema: Any, schemas: dict[str, Any], path: str, notes: list[Note]) -> dict[str, Any]:
    if isinstance(schema, str):
        schema = schemas.get(schema, schema)
    if isinstance(schema, str):
        term = schema.rpartition(":")[2].partition(";")[0]
        if term in AS_TEXT:
            notes.append(Note(path, f"{term} is taken over as text"))
            return {"type": "TEXT"}
        if term not in TYPES:
            raise _NotTaken(f"schema {term[:64]} has no type of ours")
        return {"type": TYPES[term]}
    kinds = _listed(schema.get("@type")) if isinstance(schema, dict) else []
    if "Enum" in kinds:
        return _enum(schema)
    if "Array" in kinds:
        element = _type(schema.get("elementSchema"), schemas, f"{path}.elementSchema", notes)
        if "isArray" in element:
            raise _NotTaken("an array of arrays has no type of ours")
        return {**element, "isArray": True}
    raise _NotTaken(f"a schema {_word(kinds)} has no type of ours")


def _enum(schema: dict[str, Any]) -> dict[str, Any]:
    values = [
        value.get("enumValue")
        for value in _listed(schema.get("enumValues"))
        if isinstance(value, dict)
    ]
    if not values:
        raise _NotTaken("an enum without values takes nothing")
    return {"type": "BIGINT" if schema.get("valueSchema") == "integer" else "TEXT", "enum": values}


def _unit(content: dict[str, Any], path: str, notes: list[Note]) -> dict[str, Any]:
    unit = content.get("unit")
    if not isinstance(unit, str):
        return {}
    symbol = symbol_of(unit)
    if symbol is None:
        notes.append(
            Note(f"{path}.unit", f"{unit[:64]} has no symbol of ours: it is kept as a word")
        )
        symbol = unit.rpartition(":")[2].partition(";")[0][:32]
    return {"unit": symbol}


def _unsaid(comment: str) -> dict[str, Any]:
    """What our own export said in a comment."""
    if not comment.startswith(MARK):
        return {}
    try:
        said = msgspec.json.decode(comment.removeprefix(MARK), type=dict[str, Any])
    except msgspec.DecodeError:
        return {}
    return {name: said[name] for name in UNSAID if name in said}


def _text(value: Any) -> str:
    """A localizable string: itself, its English, or the first language that it has."""
    if isinstance(value, dict):
        value = value.get("en") or next(iter(value.values()), "")
    return value if isinstance(value, str) else ""


def _word(kinds: Any) -> str:
    return ", ".join(str(kind)[:64] for kind in kinds) or "without a type"


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
