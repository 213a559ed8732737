"""What a handler says of itself: its parameters with those of its dependencies, its body and its
answer."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, get_args, get_origin, get_type_hints

from litestar import Litestar, Response
from litestar.enums import ParamType
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from app.core.http.operation import ApiOperation
from app.core.http.signatures import Value, functions_of, values_of


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
        functions = functions_of(self.route)
        return {name for function in functions for name in get_type_hints(function)}

    @cached_property
    def values(self) -> list[Value]:
        return [
            replace(
                value, name=camel(value.field), place=ParamType.PATH, default=None, is_required=True
            )
            if f"{{{camel(value.field)}}}" in self.path
            else value
            for value in values_of(self.route)
        ]

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


def camel(text: str) -> str:
    """`device_id`, alone or in a path, as everything else is written in JSON."""
    return re.sub(r"(?<=[a-z])_([a-z])", lambda found: found[1].upper(), text)


def handlers_of(app: Litestar) -> list[Handler]:
    """Every operation that is in the document."""
    return [
        Handler(camel(route.path_format), str(method), handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS" and handler.resolve_include_in_schema()
    ]
