"""What was built, read once: every file with its headers, and compressed where that is smaller."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.console.build import BUILT

INDEX = "index.html"
FOR_EVER = "public, max-age=31536000, immutable"  # the names of assets carry their hash
ASK_AGAIN = "no-cache"
_TEXT = ("text/", "application/json", "application/javascript", "image/svg+xml")
_WORTH_COMPRESSING_BYTES = 1_000


@dataclass(frozen=True, slots=True)
class BundleFile:
    """`compressed` is None where that wouldn't be smaller."""

    body: bytes
    compressed: bytes | None
    media_type: str
    etag: str
    cache_control: str


def read_bundle(folder: Path = BUILT) -> Mapping[str, BundleFile]:
    """By path below /console/; empty where nothing was built."""
    if not (folder / INDEX).is_file():
        return {}
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        path.relative_to(folder).as_posix(): _file(path)
        for path in files
        if path.suffix not in (".map", ".sha256")
    }


@cache
def with_head(page: BundleFile, told: bytes) -> BundleFile:
    """The page, with what its head is to say besides."""
    body = page.body.replace(b"</head>", told + b"</head>", 1)
    return _made(body, page.media_type, page.cache_control)


def _file(path: Path) -> BundleFile:
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    cache_control = FOR_EVER if path.parent.name == "assets" else ASK_AGAIN
    return _made(path.read_bytes(), media_type, cache_control)


def _made(body: bytes, media_type: str, cache_control: str) -> BundleFile:
    compressed = None
    if media_type.startswith(_TEXT) and len(body) > _WORTH_COMPRESSING_BYTES:
        compressed = gzip.compress(body, 9, mtime=0)
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    return BundleFile(body, compressed, media_type, etag, cache_control)
