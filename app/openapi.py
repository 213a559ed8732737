"""How the API describes itself: OpenAPI 3.1 at /api/v3/api-docs, where the installation exposes it."""

from __future__ import annotations

from litestar import MediaType, Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Server, Tag

from app.core.actor import PUBLIC
from app.settings import Settings

TAGS = [
    Tag("Accounts", "Organizations, people and API keys."),
    Tag("Devices", "Devices, their components and sensors."),
    Tag("Provisioning", "One-time token → certificate → MQTT over mutual TLS."),
    Tag("Readings", "Sending readings in, and asking for them."),
    Tag("Data", "What was refused and why."),
    Tag("Operations", "Health and public keys."),
]


def openapi_config(settings: Settings) -> OpenAPIConfig | None:
    if not settings.expose_openapi:
        return None
    return OpenAPIConfig(
        title="Holdfast",
        version="1",
        summary="An IoT data platform: devices, readings, alerts.",
        openapi_router=Router("/api/v3", route_handlers=[], opt=PUBLIC),
        render_plugins=[JsonRenderPlugin(path="/api-docs", media_type=MediaType.JSON)],
        servers=[Server(url=settings.public_url)],
        tags=TAGS,
        security=[{"bearer": []}],
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(
                    type="http",
                    scheme="bearer",
                    description="A user's access token, or an API key `sk_live_…`.",
                )
            }
        ),
        use_handler_docstrings=True,
    )
