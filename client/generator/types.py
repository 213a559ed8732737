"""JSON Schema as Python annotations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.document import Schema

_SIMPLE = {"integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_NO_SCHEMAS = {"properties", "examples", "example"}  # fields may have these names, too
_TEXT = {"date-time": "datetime", "date": "date", "binary": "bytes"}


def annotation(schema: Schema) -> str:
    """What a value of this schema is, as it is written in Python."""
    members = list(dict.fromkeys(_members(schema)))
    if "None" in members:
        members = [each for each in members if each != "None"] + ["None"]
    return "Any" if "Any" in members else " | ".join(members)


def sent(schema: Schema) -> str:
    """The same of a parameter: what is easily given for it is taken, too."""
    return annotation(schema).replace("datetime", "datetime | str").replace("list[", "Sequence[")


def answered(schema: Schema) -> str:
    """The same of what a method returns: beside a method called `list`."""
    return annotation(schema).replace("list[", "builtins.list[")


def _members(schema: Schema) -> Iterator[str]:
    if "$ref" in schema:
        yield name_of(schema)
    elif "anyOf" in schema or "oneOf" in schema:
        for each in schema.get("anyOf") or schema["oneOf"]:
            yield from _members(each)
    elif "enum" in schema:
        yield from _words(schema["enum"])
    elif isinstance(kinds := schema.get("type", "any"), list):
        for kind in kinds:
            yield from _members({**schema, "type": kind})
    else:
        yield _of_kind(kinds, schema)


def _words(words: list[Any]) -> Iterator[str]:
    if texts := [word for word in words if isinstance(word, str)]:
        quoted = ", ".join('"' + word + '"' for word in texts)
        yield f"Literal[{quoted}]"
    if None in words:
        yield "None"


def _of_kind(kind: str, schema: Schema) -> str:
    if kind == "string":
        return _TEXT.get(schema.get("format", ""), "str")
    if kind == "array":
        items = schema.get("items")
        return f"list[{annotation(items) if items else 'Any'}]"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {annotation(values) if isinstance(values, dict) else 'Any'}]"
    return _SIMPLE.get(kind, "Any")


def name_of(schema: Schema) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def names_in(schema: Any) -> set[str]:
    """The components that a schema speaks of, not those that these speak of."""
    if isinstance(schema, list):
        return set().union(*(names_in(value) for value in schema))
    if not isinstance(schema, dict):
        return set()
    here = {name_of(schema)} if isinstance(schema.get("$ref"), str) else set()
    fields = schema.get("properties", {}).values()
    others = (value for key, value in schema.items() if key not in _NO_SCHEMAS)
    return here.union(*(names_in(value) for value in (*fields, *others)))
