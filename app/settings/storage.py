"""What the platform stands on beside its database."""

from __future__ import annotations

from typing import Annotated

from app.settings.group import SettingsGroup, named, placed


class StorageSettings(SettingsGroup, frozen=True, kw_only=True):
    redis_url: Annotated[str, placed("REDIS_URL")]
    # A folder (file:///…) or a bucket of an S3 store (s3://…): see app/core/objects/open.py.
    objects_url: Annotated[str, named("OBJECTS_URL")]
