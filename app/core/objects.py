"""Where large things are kept: a local folder, or a bucket of any S3 store."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit


class ObjectStore(Protocol):
    async def check(self) -> None:
        """Raises when objects can't be written."""


class LocalFolder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def check(self) -> None:
        if not await asyncio.to_thread(os.access, self.folder, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError("the object folder can't be written")


class S3Bucket:
    """`s3://bucket?endpoint=https://host`; credentials come from the environment, as for every AWS client."""

    def __init__(self, bucket: str, endpoint: str | None) -> None:
        self.bucket = bucket
        self.endpoint = endpoint

    async def check(self) -> None:
        import aioboto3  # here: importing it takes half a second, and the embedded default needs none of it

        async with aioboto3.Session().client("s3", endpoint_url=self.endpoint) as s3:
            await s3.head_bucket(Bucket=self.bucket)


def open_objects(url: str) -> ObjectStore:
    """The store that HOLDFAST_OBJECTS_URL names. Raises ValueError for a scheme that is neither file nor s3."""
    parts = urlsplit(url)
    match parts.scheme:
        case "file":
            return LocalFolder(Path(unquote(parts.path)))
        case "s3":
            endpoint = parts.query.removeprefix("endpoint=") or None
            return S3Bucket(parts.netloc, unquote(endpoint) if endpoint else None)
    raise ValueError("the object store's address must begin with file:// or s3://")
