"""Files, in a folder or an S3 store, behind one small interface.

store        the interface, and what it promises
local, s3    the two that keep it
links        signed, expiring addresses
open         which of them the settings ask for
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
    numbered_key,
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
    "numbered_key",
    "open_objects",
    "prefix_of",
]
