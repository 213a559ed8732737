"""Objects as files below one folder. The API serves its signed links
(app/operations/local_objects.py)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from app.core.objects.links import Link, signed_path
from app.core.objects.store import (
    Missing,
    Stored,
    Upload,
    UploadLink,
    checked,
    verify_by_reading,
)

PIECE_BYTES = 256 * 1024
_UPLOADS = ".uploads"  # never a key's beginning


class LocalFolder:
    def __init__(self, folder: Path, *, public_url: str, signing_keys: Sequence[bytes]) -> None:
        self.folder = folder
        self.signing_keys = signing_keys
        self._public_url = public_url

    @property
    def links_origin(self) -> str:
        return ""

    async def prepare(self) -> None:
        (self.folder / _UPLOADS).mkdir(mode=0o700, parents=True, exist_ok=True)

    async def check(self) -> None:
        if not await asyncio.to_thread(os.access, self.folder, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError("the object folder can't be written")

    async def put(self, key: str, data: bytes | memoryview, *, content_type: str) -> None:
        async with self.upload(key, content_type=content_type) as upload:
            await upload.write(data)

    @asynccontextmanager
    async def upload(self, key: str, *, content_type: str) -> AsyncIterator[Upload]:
        """Written beside, moved to its place when it is whole and on the disk."""
        target, part = self._path(key), self._part(key)
        part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with part.open("xb", buffering=0) as file:
            try:
                yield _LocalUpload(file)
                await asyncio.to_thread(_publish, file, part, target)
            except BaseException:
                part.unlink(missing_ok=True)
                raise

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        try:
            file = self._path(key).open("rb", buffering=0)
        except FileNotFoundError:
            raise Missing(key) from None
        with file:
            file.seek(start)
            left = os.fstat(file.fileno()).st_size - start if end is None else end - start
            while left > 0 and (
                piece := await asyncio.to_thread(file.read, min(left, PIECE_BYTES))
            ):
                left -= len(piece)
                yield piece

    async def find(self, key: str) -> Stored | None:
        try:
            found = self._path(key).stat()
        except FileNotFoundError:
            return None
        return Stored(key, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    async def list(self, prefix: str = "") -> AsyncIterator[Stored]:
        for stored in await asyncio.to_thread(
            lambda: sorted(self._all(prefix), key=lambda one: one.key)
        ):
            yield stored

    async def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    async def delete_many(self, keys: Sequence[str]) -> None:
        await asyncio.to_thread(_unlink, [self._path(key) for key in keys])

    async def end_uploads(self, prefix: str, *, begun_before: datetime) -> int:
        ended = 0
        for part in (self.folder / _UPLOADS).glob("*"):
            key = part.name.rpartition("~")[0].replace("~", "/")
            with contextlib.suppress(FileNotFoundError):
                if key.startswith(prefix) and part.stat().st_mtime < begun_before.timestamp():
                    part.unlink()
                    ended += 1
        return ended

    async def download_link(self, key: str, *, lifetime: timedelta, file_name: str) -> str:
        return self._read_link(key, lifetime, {"name": file_name})

    async def inline_link(self, key: str, *, lifetime: timedelta, content_type: str) -> str:
        return self._read_link(key, lifetime, {"type": content_type})

    def _read_link(self, key: str, lifetime: timedelta, words: dict[str, str]) -> str:
        link = Link("GET", checked(key), datetime.now(UTC) + lifetime, words)
        return self._public_url + signed_path(link, self.signing_keys[0])

    async def upload_link(
        self, key: str, *, lifetime: timedelta, size: int, sha256: str, content_type: str
    ) -> UploadLink:
        expires_at = datetime.now(UTC).replace(microsecond=0) + lifetime
        words = {"size": str(size), "sha256": sha256.lower(), "type": content_type}
        link = Link("PUT", checked(key), expires_at, words)
        headers = {"Content-Type": content_type, "Content-Length": str(size)}
        return UploadLink(
            self._public_url + signed_path(link, self.signing_keys[0]), headers, expires_at
        )

    async def verify(self, key: str, *, size: int, sha256: str) -> None:
        await verify_by_reading(self, key, size=size, sha256=sha256)

    def _path(self, key: str) -> Path:
        return self.folder / checked(key)

    def _part(self, key: str) -> Path:
        """Where an upload grows: its name tells the key, and that of no other upload."""
        return self.folder / _UPLOADS / f"{checked(key).replace('/', '~')}~{secrets.token_hex(8)}"

    def _all(self, prefix: str) -> Iterator[Stored]:
        # Only the folders that can hold such keys: {organization}/{area}.
        depth = prefix.count("/")
        parts = prefix.split("/")[:depth]
        for path in self.folder.joinpath(*parts).glob("/".join(["*"] * (3 - depth))):
            key = path.relative_to(self.folder).as_posix()
            with contextlib.suppress(FileNotFoundError):
                if key.startswith(prefix) and not key.startswith(_UPLOADS) and path.is_file():
                    found = path.stat()
                    yield Stored(key, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))


class _LocalUpload(Upload):
    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file

    async def _store(self, data: bytes | memoryview) -> None:
        await asyncio.to_thread(_write_all, self._file, data)


def _unlink(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _write_all(file: BinaryIO, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def _publish(file: BinaryIO, part: Path, target: Path) -> None:
    os.fsync(file.fileno())
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part.replace(target)
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
