"""/api/objects: the signed links of the local folder. S3 stores serve their own, and this isn't
there then.

No token is asked for: the link is the right to read or write one object until it expires.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Annotated, Any, cast
from urllib.parse import quote

from litestar import Controller, Request, Response, get, put

from app.core.errors import Forbidden, NotFound, Unprocessable
from app.core.http import dependencies as deps
from app.core.http.connection_limits import pass_on
from app.core.http.operation import ANYTHING, ApiOperation
from app.core.http.parameters import parameter
from app.core.http.streams import ByteStream
from app.core.objects.links import PATH, BadLink, Link, read_link
from app.core.objects.local import LocalFolder
from app.core.objects.store import Missing, Stored, WrongContent
from app.core.platform import Platform
from app.operations.byte_ranges import ByteRange, read_range

AnyRequest = Request[Any, Any, Any]

Key = Annotated[str, parameter("The object's key.", "organization/exports/export.zip")]


class LocalObjectController(Controller):
    path = PATH
    include_in_schema = False  # nobody builds these addresses; they come ready in answers

    @get("/{key:path}", opt=ApiOperation(may="anyone", takes_any_query=True).opt)
    async def download(
        self, request: AnyRequest, platform: deps.Platform, key: Key
    ) -> Response[Any]:
        """The object, or the range of it that is asked for (RFC 9110, section 14)."""
        folder, link = _folder(platform), _link(request, platform, "GET", key)
        stored = await _find(folder, link)
        part = _range(request, stored)
        headers = _headers(stored, link, part)
        return ByteStream(
            _pieces(folder, stored, part or ByteRange(0, stored.size)),
            media_type=headers.pop("Content-Type"),
            headers=headers,
            pace=platform.settings.responses,
            status_code=200 if part is None else 206,
        )

    @put(
        "/{key:path}",
        opt=ApiOperation(may="anyone", accepts=ANYTHING, takes_any_query=True).opt,
        request_max_body_size=None,
    )
    async def upload(self, request: AnyRequest, platform: deps.Platform, key: Key) -> None:
        """Store the body if it is what the link was made for: its size, its SHA-256."""
        link = _link(request, platform, "PUT", key)
        size, sha256 = int(link.words["size"]), link.words["sha256"]
        try:
            async with _folder(platform).upload(
                link.key, content_type=link.words["type"]
            ) as upload:
                async for piece in request.stream():
                    if upload.size + len(piece) > size:
                        raise WrongContent("it is larger than was announced")
                    await upload.write(piece)
                    pass_on(request.scope, len(piece))
                if upload.size != size or upload.sha256 != sha256:
                    raise WrongContent("it has another size or SHA-256 than was announced")
        except WrongContent as error:
            raise Unprocessable(str(error), code="WRONG_CONTENT") from None


def _folder(platform: Platform) -> LocalFolder:
    # app/routes.py has this controller for no other store.
    return cast(LocalFolder, platform.objects)


def _link(request: AnyRequest, platform: Platform, method: str, key: str) -> Link:
    secrets = _folder(platform).signing_keys
    query = {name: request.query_params[name] for name in request.query_params}
    try:
        return read_link(method, key.removeprefix("/"), query, secrets, now=datetime.now(UTC))
    except BadLink as error:
        raise Forbidden(str(error), code="LINK_INVALID") from None


async def _find(folder: LocalFolder, link: Link) -> Stored:
    stored = await folder.find(link.key)
    if stored is None:
        raise NotFound("what the link leads to is gone")
    return stored


def _range(request: AnyRequest, stored: Stored) -> ByteRange | None:
    """What is asked for of the object as the client knows it; None for the whole."""
    if request.headers.get("if-range", _etag(stored)) != _etag(stored):
        return None
    return read_range(request.headers.get("range", ""), stored.size)


def _headers(stored: Stored, link: Link, part: ByteRange | None) -> dict[str, str]:
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Length": str(stored.size if part is None else len(part)),
        "Content-Type": link.words.get("type", "application/octet-stream"),
        "ETag": _etag(stored),
        "Content-Disposition": _disposition(link),
    }
    if part is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{stored.size}"
    return headers


def _disposition(link: Link) -> str:
    """A link of a type is for pages that show what it leads to; any other is for keeping it."""
    if "type" in link.words:
        return "inline"
    return f"attachment; filename*=UTF-8''{quote(link.words.get('name', 'object'))}"


def _etag(stored: Stored) -> str:
    """An object never changes under its key: a key is used once."""
    seed = f"{stored.key} {stored.size} {stored.modified_at.timestamp()}"
    return f'"{hashlib.sha256(seed.encode()).hexdigest()[:24]}"'


async def _pieces(
    folder: LocalFolder, stored: Stored, part: ByteRange
) -> AsyncGenerator[bytes, None]:
    try:
        async for piece in folder.read(stored.key, part.start, part.end):
            yield piece
    except Missing:
        return  # deleted since: the answer ends short of its length, and the client sees that
