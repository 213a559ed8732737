"""/console: the web application. Its files are public as every program's are; all that it shows
comes from the API, with a token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape

from litestar import Controller, Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from app.console.bundle import INDEX, BundleFile, read_bundle, with_head
from app.core.http import dependencies as deps
from app.core.http.operation import ApiOperation
from app.core.objects import ObjectStore
from app.core.platform import Platform
from app.settings.server import ServerSettings

# No inline script or style, and nothing from elsewhere but what the operator has set.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src {images}; "
    "media-src {media}; connect-src {asked}; font-src 'self'; worker-src 'self' blob:; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {frames}"
)
# The one view that other sites may show in a frame: what it shows needs no sign-in that a frame
# could be used to trick somebody out of.
SHARED = "shared"
_NOT_BUILT = (
    b'<!doctype html><html lang="en"><meta charset="utf-8"><title>Holdfast</title>'
    b"<h1>The console is not built</h1><p>The platform runs, and its API is whole. "
    b"<code>make console</code> builds the console; the first time, it needs the npm registry.</p>"
    b'<p><a href="/api/v3">The API\'s documentation</a></p></html>'
)
_bundle = cache(read_bundle)


class ConsoleController(Controller):
    include_in_schema = False
    opt = ApiOperation(may="anyone", takes_any_query=True).opt

    @get("/")
    async def root(self) -> Redirect:
        """To the console."""
        return Redirect("/console/")

    @get("/console")
    async def serve_index(
        self, request: deps.AnyRequest, platform: deps.Platform
    ) -> Response[bytes]:
        """The application."""
        return _serve(request, platform, INDEX)

    @get("/console/{path:path}")
    async def serve_path(
        self, request: deps.AnyRequest, platform: deps.Platform, path: FromPath[str]
    ) -> Response[bytes]:
        """A file of the application, or one of its views."""
        return _serve(request, platform, path.strip("/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideOrigins:
    """Whom the operator has browsers know besides the platform."""

    embedders: Sequence[str] = ()  # may show the shared page in a frame
    tiles: str = ""  # has pictures of maps
    objects: str = ""  # where links to stored files lead
    gateways: Sequence[str] = ()  # show what their cameras see


def outside_of(server: ServerSettings, objects: ObjectStore) -> OutsideOrigins:
    return OutsideOrigins(
        embedders=server.embedders,
        tiles=server.map_tiles_origin,
        objects=objects.links_origin,
        gateways=server.gateways,
    )


def policy_of(name: str, outside: OutsideOrigins) -> str:
    """Browsers that know frame-ancestors leave X-Frame-Options aside."""
    played = [outside.objects, *outside.gateways]
    return _POLICY.format(
        images=_sources(outside.tiles, outside.objects, "data:", "blob:"),
        media=_sources(*played, "blob:"),
        asked=_sources(*played),
        frames=" ".join(outside.embedders) if outside.embedders and name == SHARED else "'none'",
    )


def _sources(*others: str) -> str:
    return " ".join(["'self'", *filter(None, others)])


def page_told(server: ServerSettings) -> bytes:
    """What the application is told of others whom it may ask, for the head of its page; empty where
    there are none."""
    told = ""
    if server.map_tiles_url:
        url, words = escape(server.map_tiles_url), escape(server.map_tiles_attribution)
        told += f'<meta name="map-tiles" content="{url}" data-attribution="{words}">'
    if server.gateways:
        told += f'<meta name="gateways" content="{escape(" ".join(server.gateways))}">'
    return told.encode()


def _serve(request: deps.AnyRequest, platform: Platform, name: str) -> Response[bytes]:
    """A file; every other address is a view of the application, unless it looks like a file:
    one of another version must not get a page for a program."""
    files = _bundle()
    server = platform.settings.server
    policy = policy_of(name, outside_of(server, platform.objects))
    if not files:
        return Response(
            _NOT_BUILT,
            status_code=503,
            media_type="text/html",
            headers={"Content-Security-Policy": policy},
        )
    if name not in files and "." in name.rpartition("/")[2]:
        return Response(b"", status_code=404, media_type="text/plain")
    file = files.get(name, files[INDEX])
    if file is files[INDEX] and (told := page_told(server)):
        file = with_head(file, told)
    return _answer(request, file, policy)


def _answer(request: deps.AnyRequest, file: BundleFile, policy: str) -> Response[bytes]:
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": file.cache_control,
        "ETag": file.etag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == file.etag:
        return Response(b"", status_code=304, headers=headers, media_type=file.media_type)
    body = file.body
    if file.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        body = file.compressed
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type=file.media_type, headers=headers)
