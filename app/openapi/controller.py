"""/api/v3: the document and a page to browse it, where the installation exposes them. Nothing comes
from elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from litestar import Controller, Request, Response, get

from app.core.http import dependencies as deps
from app.core.http.operation import ApiOperation
from app.openapi.document import document

_PAGE = Path(__file__).parent / "page"
_FORMATS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
# The page has no inline script or style, speaks to this installation alone and is shown in no
# frame.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class DocumentationController(Controller):
    path = "/api/v3"
    include_in_schema = False
    opt = ApiOperation(may="anyone").opt

    @get("/api-docs")
    async def get_document(
        self, request: Request[Any, Any, Any], platform: deps.Platform
    ) -> Response[bytes]:
        """The OpenAPI document. Made once: it changes with the code alone."""
        state = request.app.state
        if "openapi" not in state:
            text = json.dumps(
                document(request.app, platform.settings.server.public_url), ensure_ascii=False
            )
            state["openapi"] = text.encode()
        return Response(state["openapi"], media_type="application/json")

    @get(["/", "/docs"])
    async def get_page(self) -> Response[bytes]:
        return _file("index.html")

    @get("/docs.js")
    async def get_script(self) -> Response[bytes]:
        return _file("docs.js")

    @get("/docs.css")
    async def get_style(self) -> Response[bytes]:
        return _file("docs.css")


def _file(name: str) -> Response[bytes]:
    path = _PAGE / name
    return Response(
        path.read_bytes(),
        media_type=_FORMATS[path.suffix],
        headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"},
    )
