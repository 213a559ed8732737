"""What the import of DTDL is asked with."""

from __future__ import annotations

from typing import Annotated

from app.catalogue.fields import FIELDS_MAX
from app.catalogue.versions import NAME_PATTERN, VERSION_PATTERN
from app.core.http.parameters import parameter, repeated

NameOfImport = Annotated[
    str | None,
    parameter(
        "The profile's name; the interface's own if left out.",
        "room-climate",
        query="name",
        max_length=64,
        pattern=NAME_PATTERN,
    ),
]
VersionOfImport = Annotated[
    str | None,
    parameter(
        "The profile's version; the interface's own if left out.",
        "1.0",
        query="version",
        pattern=VERSION_PATTERN,
    ),
]
ArraySizes = Annotated[
    list[str] | None,
    repeated(
        "Sizes of arrays by their names, which DTDL doesn't know",
        ["voltage:3"],
        query="arraySizes",
        items={"type": "string", "pattern": "^[A-Za-z0-9_]+:[1-9][0-9]{0,2}$"},
        at_most=FIELDS_MAX,
    ),
]
