"""The store that the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from app.core.keys import Keys
from app.core.objects.local import LocalFolder
from app.core.objects.s3 import Address, open_bucket
from app.core.objects.store import ObjectStore
from app.settings import Settings

_OPTIONS = {
    "endpoint": "endpoint",
    "publicEndpoint": "public_endpoint",
    "region": "region",
    "addressing": "addressing",
}


@asynccontextmanager
async def open_objects(settings: Settings, keys: Keys) -> AsyncIterator[ObjectStore]:
    """Raises ValueError for an address that is neither file:// nor s3://, or has an option that we
    don't know."""
    parts = urlsplit(settings.storage.objects_url)
    match parts.scheme:
        case "file":
            folder = Path(unquote(parts.path))
            yield LocalFolder(
                folder, public_url=settings.server.public_url, signing_keys=keys.link_signing
            )
        case "s3":
            async with open_bucket(s3_address(parts.netloc, parts.query)) as bucket:
                yield bucket
        case _:
            raise ValueError("the object store's address must begin with file:// or s3://")


def s3_address(bucket: str, query: str) -> Address:
    given = dict(parse_qsl(query, strict_parsing=bool(query)))
    unknown = given.keys() - _OPTIONS
    if unknown:
        raise ValueError(
            f"the object store's address has unknown options: {', '.join(sorted(unknown))}"
        )
    return Address(bucket, **{_OPTIONS[name]: value for name, value in given.items()})
