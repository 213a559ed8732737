"""Where large things are kept: a local folder, or a bucket of any S3 store. One interface, one
contract test.

store.py   the interface, and what keys look like
local.py   a folder; its signed addresses (links.py) are served by app/operations/local_objects.py
s3.py      any S3 store, through aioboto3
"""

from app.core.objects.open import open_objects
from app.core.objects.store import (
    Missing,
    ObjectStore,
    Stored,
    Upload,
    UploadLink,
    WrongContent,
    new_key,
    prefix_of,
)

__all__ = [
    "Missing",
    "ObjectStore",
    "Stored",
    "Upload",
    "UploadLink",
    "WrongContent",
    "new_key",
    "open_objects",
    "prefix_of",
]
