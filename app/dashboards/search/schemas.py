from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from app.core.documentation import described
from app.core.wire import Read
from app.fleet.ids import DEVICE


class FoundType(StrEnum):
    """What is found. In this order, where nothing else decides."""

    PAGE = "PAGE"
    DASHBOARD = "DASHBOARD"
    SITE = "SITE"
    DEVICE = "DEVICE"
    SENSOR = "SENSOR"


class FoundItem(Read):
    """Something with all the words in its name."""

    type: Annotated[FoundType, described("What it is.", "DEVICE")]
    id: Annotated[UUID | None, described("Its id; null of a page.", DEVICE)]
    name: Annotated[str, described("Its name.", "Cold room 1")]
    place: Annotated[
        str | None, described("A device's site, a sensor's device, by name.", "Amsterdam West")
    ]
    page: Annotated[
        str,
        described(
            "Where the console shows it, below `/console/{organization}/`.", f"devices/{DEVICE}"
        ),
    ]


class FoundItems(Read):
    """What is found, the likeliest first."""

    items: Annotated[list[FoundItem], described("At most `limit` of them.")]
