"""What a handler and the dependencies it needs read of a request, by name: the one reading of their
signatures for the OpenAPI document and for the check of a query."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from litestar.enums import ParamType
from litestar.handlers import BaseRouteHandler
from litestar.params import ParameterKwarg

# What the framework hands to a function, none of it read from the request by name.
_GIVEN = {"self", "request", "socket", "data", "return"}
_HANDLERS_MAX = 4096  # more than there are; each reads its signature once


@dataclass(frozen=True)
class Value:
    """One parameter of a request, in the path too: where it stands, its type and what is said of
    it. `field` is what the function calls it."""

    field: str
    name: str
    place: ParamType
    type: Any
    is_required: bool
    default: Any
    words: ParameterKwarg | None

    @property
    def is_optional(self) -> bool:
        return type(None) in get_args(self.kind)

    @property
    def kind(self) -> Any:
        """The type without what is said of it."""
        return get_args(self.type)[0] if get_origin(self.type) is Annotated else self.type


def functions_of(handler: BaseRouteHandler) -> list[Callable[..., Any]]:
    """The handler's, and every dependency's that it needs."""
    dependencies = handler.resolve_dependencies()
    found: list[Callable[..., Any]] = [handler.fn]
    for function in found:
        for name in get_type_hints(function):
            if name in dependencies and dependencies[name].dependency not in found:
                found.append(dependencies[name].dependency)
    return found


@lru_cache(_HANDLERS_MAX)
def values_of(handler: BaseRouteHandler) -> tuple[Value, ...]:
    """In the order of the functions. What stands in the path is told apart by who knows the path:
    here it is of the query."""
    return tuple(
        value for function in functions_of(handler) for value in _values(function, handler)
    )


def wire_names(handler: BaseRouteHandler) -> dict[str, str]:
    """What clients call what the functions call otherwise."""
    return {value.field: value.name for value in values_of(handler)}


def _values(function: Callable[..., Any], handler: BaseRouteHandler) -> Iterator[Value]:
    signature, dependencies = inspect.signature(function), handler.resolve_dependencies()
    for field, hint in get_type_hints(function, include_extras=True).items():
        if field not in _GIVEN and field not in dependencies:
            yield _value(field, hint, signature.parameters[field].default)


def _value(field: str, hint: Any, default: Any) -> Value:
    words = next((word for word in _metadata(hint) if isinstance(word, ParameterKwarg)), None)
    is_required = default is inspect.Parameter.empty
    return Value(
        field=field,
        name=(words and words.name) or field,
        place=ParamType.QUERY if words is None else words.param_type,
        type=hint,
        is_required=is_required,
        default=None if is_required else default,
        words=words,
    )


def _metadata(hint: Any) -> tuple[Any, ...]:
    return hint.__metadata__ if get_origin(hint) is Annotated else ()
