"""What was built, read once: every file with its headers, and compressed where that is smaller."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
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


def _file(path: Path) -> BundleFile:
    body = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    compressed = None
    if media_type.startswith(_TEXT) and len(body) > _WORTH_COMPRESSING_BYTES:
        compressed = gzip.compress(body, 9, mtime=0)
    return BundleFile(
        body,
        compressed,
        media_type,
        f'"{hashlib.sha256(body).hexdigest()[:24]}"',
        FOR_EVER if path.parent.name == "assets" else ASK_AGAIN,
    )
