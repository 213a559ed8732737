"""What a handler says of itself: its parameters with those of its dependencies, its body and its
answer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from litestar import Litestar, Response
from litestar.enums import ParamType
from litestar.handlers import HTTPRouteHandler
from litestar.params import ParameterKwarg
from litestar.routes import HTTPRoute

from app.core.http.operation import ApiOperation

# What the framework hands to a function, none of it read from the request by name.
_GIVEN = {"self", "request", "data", "return"}


@dataclass(frozen=True)
class Value:
    """One parameter of a request: where it stands, its type and what is said of it."""

    name: str
    place: str  # "path", "query" or "header"
    type: Any
    is_required: bool
    default: Any
    words: ParameterKwarg | None


@dataclass(frozen=True)
class Handler:
    """One operation of the API, read from the function that answers it."""

    path: str
    method: str
    route: HTTPRouteHandler

    @property
    def operation_id(self) -> str:
        return str(self.route.operation_id)

    @cached_property
    def operation(self) -> ApiOperation:
        operation = ApiOperation.of(self.route)
        assert operation is not None, self.path  # noqa: S101 - else nobody could call it
        return operation

    @cached_property
    def tags(self) -> list[str]:
        return self.route.resolve_tags()

    @cached_property
    def documentation(self) -> str:
        return inspect.cleandoc(self.route.fn.__doc__ or "")

    @cached_property
    def asks_for(self) -> set[str]:
        """The names of all that it and its dependencies are given."""
        return {name for function in self._functions() for name in get_type_hints(function)}

    @cached_property
    def values(self) -> list[Value]:
        return [value for function in self._functions() for value in self._values(function)]

    @cached_property
    def body(self) -> Any:
        """The type of the body; None where it takes none."""
        accepts = self.operation.accepts
        if accepts.shape is not None:
            return accepts.shape
        return str if accepts.samples else get_type_hints(self.route.fn).get("data")

    @cached_property
    def answer(self) -> Any:
        """The type of what it returns."""
        answer = get_type_hints(self.route.fn, include_extras=True)["return"]
        return get_args(answer)[0] if get_origin(answer) is Response else answer

    def _functions(self) -> list[Callable[..., Any]]:
        """The handler, and every dependency that it needs."""
        dependencies = self.route.resolve_dependencies()
        found: list[Callable[..., Any]] = [self.route.fn]
        for function in found:
            for name in get_type_hints(function):
                if name in dependencies and dependencies[name].dependency not in found:
                    found.append(dependencies[name].dependency)
        return found

    def _values(self, function: Callable[..., Any]) -> Iterator[Value]:
        signature = inspect.signature(function)
        for name, hint in get_type_hints(function, include_extras=True).items():
            if name not in _GIVEN and name not in self.route.resolve_dependencies():
                yield self._value(name, hint, signature.parameters[name].default)

    def _value(self, name: str, hint: Any, default: Any) -> Value:
        words = next((word for word in _metadata(hint) if isinstance(word, ParameterKwarg)), None)
        is_required = default is inspect.Parameter.empty
        default = None if is_required else default
        if f"{{{name}}}" in self.path:
            return Value(name, "path", hint, True, None, words)
        place = ParamType.QUERY if words is None else words.param_type
        return Value((words and words.name) or name, place.value, hint, is_required, default, words)


def handlers_of(app: Litestar) -> list[Handler]:
    """Every operation that is in the document."""
    return [
        Handler(route.path_format, str(method), handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS" and handler.resolve_include_in_schema()
    ]


def _metadata(hint: Any) -> tuple[Any, ...]:
    return hint.__metadata__ if get_origin(hint) is Annotated else ()
