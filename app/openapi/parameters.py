"""A handler's parameters as OpenAPI has them."""

from __future__ import annotations

import types
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from litestar.params import ParameterKwarg

from app.core.http.signatures import Value
from app.openapi.shapes import Shapes

_LIMITS = ("gt", "ge", "lt", "le", "min_length", "max_length", "pattern")
_OF_LISTS = {"max_items": "max_length"}  # as msgspec has it for a list


def parameter_of(value: Value, shapes: Shapes) -> dict[str, Any]:
    """Raises LookupError for one without an example."""
    schema = shapes.schema(_type_of(value))
    description, example = schema.pop("description", None), shapes.example(schema)
    schema.pop("examples", None)
    if value.words is not None:
        description = value.words.description or description
        example = value.words.examples[0].value if value.words.examples else example
        schema |= value.words.schema_extra or {}
    if value.default is not None:
        schema["default"] = value.default
    return {
        "name": value.name,
        "in": value.place.value,
        "required": value.is_required,
        "description": description,
        "schema": schema,
        "example": msgspec.to_builtins(example),
    }


def _type_of(value: Value) -> Any:
    """The type with its limits, without None: a parameter is left out, never null."""
    type_ = value.type
    limits = {}
    if value.words is not None:
        type_ = _without(type_, value.words)
        limits = {
            name: limit for name in _LIMITS if (limit := getattr(value.words, name)) is not None
        }
        limits |= {
            name: limit
            for ours, name in _OF_LISTS.items()
            if (limit := getattr(value.words, ours)) is not None
        }
        examples = [example.value for example in value.words.examples or []]
        limits |= {"examples": msgspec.to_builtins(examples)} if examples else {}
    if get_origin(type_) in (Union, types.UnionType):
        type_ = Union[tuple(member for member in get_args(type_) if member is not types.NoneType)]  # noqa: UP007
    return Annotated[type_, msgspec.Meta(**limits)] if limits else type_


def _without(type_: Any, words: ParameterKwarg) -> Any:
    """Annotated[X, words, others] as Annotated[X, others]."""
    others = tuple(word for word in type_.__metadata__ if word is not words)
    return Annotated[(type_.__origin__, *others)] if others else type_.__origin__
