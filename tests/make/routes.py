"""The routes of the service, read from the service itself: a new one is in every walk by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from litestar import Litestar
from litestar.routes import HTTPRoute

from app.core.http.operation import ApiOperation
from app.core.http.query import query_of
from app.main import create_app
from app.settings import DatabaseSettings, SecuritySettings, Settings, StorageSettings


@dataclass(frozen=True)
class Route:
    method: str
    path: str  # "/api/v1/devices/{device_id}"
    parameters: tuple[str, ...]
    query: frozenset[str]
    permission: str | None
    is_public: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def service_at_rest() -> Litestar:
    """The service as it would run, connected to nothing."""
    nowhere = "postgresql://nowhere/nothing"
    return create_app(
        Settings(
            database=DatabaseSettings(url=nowhere, ingest_url=nowhere),
            storage=StorageSettings(redis_url="redis://nowhere", objects_url="file:///nowhere"),
            security=SecuritySettings(secret_key="0" * 32),
        )
    )


def routes_of(app: Litestar) -> Iterator[Route]:
    """Every route and method, without the OPTIONS that the framework answers."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for method, found in route.route_handler_map.items():
            # Litestar keeps the handler alone, or from the first request on with its application beside it.
            handler = found[0] if isinstance(found, tuple) else found
            if method != "OPTIONS":
                operation = ApiOperation.of(handler)
                may = None if operation is None else operation.may
                yield Route(
                    str(method),
                    route.path_format,
                    tuple(route.path_parameters),
                    frozenset(v.name for v in query_of(handler, route.path_parameters)),
                    None if may == "anyone" else may,
                    may == "anyone",
                )


ROUTES = sorted(routes_of(service_at_rest()), key=str)
GUARDED = [route for route in ROUTES if not route.is_public]
WITH_AN_ID = [route for route in GUARDED if route.parameters]


def route_of(documented: str) -> str:
    """A path of the document as its route has it: `/sites/{siteId}` is `/sites/{site_id}`."""
    return re.sub(r"(?<=[a-z])([A-Z])(?=[^{]*})", lambda found: f"_{found[1].lower()}", documented)
