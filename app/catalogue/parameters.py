"""How lists of profiles are asked, the same for both kinds."""

from __future__ import annotations

from typing import Annotated

from app.catalogue.usage import ProfileFilter
from app.catalogue.versions import VERSION_PATTERN, Version
from app.core.http.parameters import parameter

NameQuery = Annotated[
    str | None, parameter("All versions of this name.", "room-climate", query="name", max_length=64)
]
VersionQuery = Annotated[
    str | None,
    parameter(
        "Of this version; with `name` that is one.", "1.0", query="version", pattern=VERSION_PATTERN
    ),
]
PackQuery = Annotated[
    str | None, parameter("What this pack brought.", "environment", query="pack", max_length=64)
]
TextQuery = Annotated[
    str | None,
    parameter("Part of the name or description, in any case.", "climate", max_length=200),
]


def profile_filter(
    name: str | None, version: str | None, pack: str | None, text: str | None
) -> ProfileFilter:
    return ProfileFilter(name, None if version is None else Version.parse(version), pack, text)
