"""The whole document: what it is, how to sign in, every operation in the order of the product."""

from __future__ import annotations

from typing import Any

from litestar import Litestar

from app.openapi.handlers import Handler, handlers_of
from app.openapi.headers import HEADERS
from app.openapi.operations import operation_of
from app.openapi.problems import Problems
from app.openapi.shapes import Shapes

TAGS = {
    "Accounts": "Organizations, people and API keys.",
    "Profiles": "Kinds of sensors and devices, and the packs that bring them.",
    "Devices": "Devices, their components and sensors.",
    "Provisioning": "One-time token → certificate → MQTT over mutual TLS.",
    "Configuration": "What devices are to be set to, and what they say they are.",
    "Commands": "What devices are told to do, and what they answer.",
    "Readings": "Sending readings in, and asking for them.",
    "Media": "Cameras, and what they have seen.",
    "Alerting": "What is watched, what was found, and who is told.",
    "Data": "What was refused and why.",
    "Dashboards": "What people look at.",
    "Journal": "What happened: one timeline of everything.",
    "Analytics": "What is noted of readings by people, rules and jobs; comparisons.",
    "Operations": "Health and public keys.",
}
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_DESCRIPTION = """\
Devices, their readings and everything around them, for one organization at a time: a request sees its own
tenant's data and nothing else.

- **Signing in**: `Authorization: Bearer …` with a person's access token (`login`) or an API key `sk_live_…`.
- **Lists** are pages: `nextCursor` of one is `cursor` of the next, null on the last.
- **Times** are RFC 3339 and answered in UTC; ranges include their start and not their end.
- **Changes** can be made safe: `If-Match` with the ETag that was read, `Idempotency-Key` on what starts something.
- **Sending again** what got no answer: an operation's `x-retry` says `key`, `natural` or `never`.
- **Errors** are `application/problem+json` (RFC 9457) with a stable `code`; their `type` leads to an explanation.
- **Limits** are told by `RateLimit` and `RateLimit-Policy`; a 429 says in `Retry-After` when to come back.
- **Tracing**: `X-Request-Id` is kept where it is sent, and answered always; a W3C `traceparent` reaches the log.
"""


def document(app: Litestar, public_url: str) -> dict[str, Any]:
    """OpenAPI 3.1, the same for the same code on every machine."""
    shapes = Shapes()
    problems = Problems(public_url, shapes)
    paths: dict[str, Any] = {}
    for handler in sorted(handlers_of(app), key=_place):
        operations = paths.setdefault(handler.path, {})
        operations[handler.method.lower()] = operation_of(handler, shapes, problems)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Holdfast",
            "version": "1",
            "summary": "An IoT data platform: devices, readings, alerts.",
            "description": _DESCRIPTION,
        },
        "servers": [{"url": public_url, "description": "This installation."}],
        "security": [{"bearer": []}],
        "tags": [{"name": name, "description": description} for name, description in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(shapes.components.items())),
            "responses": dict(sorted(problems.components.items())),
            "headers": HEADERS,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A person's access token, or an API key `sk_live_…`.",
                }
            },
        },
    }


def _place(handler: Handler) -> tuple[int, str, int]:
    return list(TAGS).index(handler.tags[0]), handler.path, _METHODS.index(handler.method)
