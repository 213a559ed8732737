"""JSON Schemas of the structs that travel, by msgspec, which also reads and writes them; and their
examples."""

from __future__ import annotations

import inspect
import re
from typing import Any

import msgspec

_PREFIX = "#/components/schemas/"
_PAGE = re.compile(r"Page_(\w+?)(?:Read)?_$")


class Shapes:
    """Collects the components that a document needs while its operations are written."""

    def __init__(self) -> None:
        self.components: dict[str, Any] = {}

    def schema(self, type_: Any) -> dict[str, Any]:
        """The schema of a type; what it refers to is added to the components."""
        (schema,), found = msgspec.json.schema_components(
            [type_], ref_template=f"{_PREFIX}{{name}}"
        )
        for name, component in found.items():
            self._add(_renamed(name), _cleaned(component))
        cleaned: dict[str, Any] = _cleaned(schema)
        return cleaned

    def example(self, schema: dict[str, Any]) -> Any:
        """A value made of the examples of its parts. Raises LookupError where a part has none."""
        match schema:
            case {"examples": [first, *_]} | {"enum": [first, *_]} | {"const": first}:
                return first
            case {"$ref": reference}:
                return self.example(self.components[reference.removeprefix(_PREFIX)])
            case {"anyOf": [first, *_]}:
                return self.example(first)
            case {"type": "array", "items": items}:
                return [self.example(items)]
            case {"properties": properties}:
                return {name: self.example(value) for name, value in properties.items()}
        raise LookupError(f"no example for {schema}")

    def _add(self, name: str, component: dict[str, Any]) -> None:
        if self.components.setdefault(name, component) != component:
            raise ValueError(f"there are two shapes of the name {name}")


def _renamed(name: str) -> str:
    """Page_DeviceRead_ is DevicePage: generated clients make a class of it."""
    return _PAGE.sub(r"\1Page", name)


def _cleaned(schema: Any) -> Any:
    """One schema and all below it in the form that people and generators like best."""
    if isinstance(schema, list):
        return [_cleaned(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    cleaned = {key: _cleaned_value(key, value) for key, value in schema.items()}
    # The component's own name is its title.
    if isinstance(cleaned.get("title"), str):
        del cleaned["title"]
    # A generator takes a field with a default for one that is always there.
    if cleaned.get("default", 0) in (None, [], {}):
        del cleaned["default"]
    if all(isinstance(value, str) for value in cleaned.get("enum", [None])):
        cleaned.setdefault("type", "string")
    if cleaned.get("required") == []:
        del cleaned["required"]
    return _simplified(_untangled(cleaned))


def _cleaned_value(key: str, value: Any) -> Any:
    match key:
        case "examples" | "default" | "enum" | "const":
            return msgspec.to_builtins(value)
        case "$ref":
            return _PREFIX + _renamed(value.removeprefix(_PREFIX))
        case "description" if isinstance(value, str):
            return inspect.cleandoc(value)
        case "properties":
            return {name: _cleaned(property_) for name, property_ in value.items()}
    return _cleaned(value)


def _untangled(schema: dict[str, Any]) -> dict[str, Any]:
    """A reference with words of its own: JSON Schema 2020-12 lets them stand side by side."""
    match schema:
        case {"allOf": [{"$ref": reference}]}:
            rest = {key: value for key, value in schema.items() if key != "allOf"}
            return {"$ref": reference, **rest}
    return schema


def _simplified(schema: dict[str, Any]) -> dict[str, Any]:
    """Every integer is a number, and `X or null` is one type with null among its names."""
    if "anyOf" not in schema:
        return schema
    members = [_without_words(member) for member in schema["anyOf"]]
    if {"type": "number"} in members:
        members = [member for member in members if member != {"type": "integer"}]
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    match [member for member in members if member != {"type": "null"}]:
        case [{"type": str(name)} as only] if "enum" not in only:
            names = [name, "null"] if {"type": "null"} in members else name
            return {**rest, **only, "type": names}
    return {**rest, "anyOf": members}


def _without_words(schema: dict[str, Any]) -> dict[str, Any]:
    """A member of a union: the union's own description and examples say it all."""
    return {key: value for key, value in schema.items() if key not in ("description", "examples")}
