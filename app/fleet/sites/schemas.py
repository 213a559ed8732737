from __future__ import annotations

from typing import Annotated, Any

import msgspec

from app.accounts.ids import CUSTOMER, CustomerId
from app.core.documentation import described
from app.core.wire import Body, CreatedAt, Read, UpdatedAt
from app.fleet.ids import SiteId

SiteName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Description = Annotated[str, msgspec.Meta(max_length=2000)]
Address = Annotated[str, msgspec.Meta(max_length=500)]
Timezone = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
SiteTags = Annotated[
    list[Annotated[str, msgspec.Meta(min_length=1, max_length=100)]], msgspec.Meta(max_length=100)
]

_NAME = described("Unique in the organization.", "Amsterdam West")
_DESCRIPTION = described("In people's words.", "Cold store, two floors")
_LATITUDE = described("Degrees north, WGS 84.", 52.3702)
_LONGITUDE = described("Degrees east, WGS 84.", 4.8952)
_ADDRESS = described("Where the post goes.", "Haarlemmerweg 1, 1014 BE Amsterdam")
_TIMEZONE = described("IANA name of the zone in which its days begin.", "Europe/Amsterdam")
_TAGS = described("Labels to find sites by.", ["cold-chain"])
_METADATA = {"costCentre": "4711"}


class SiteRead(Read):
    """A place where devices are."""

    id: SiteId
    name: Annotated[str, _NAME]
    description: Annotated[str | None, _DESCRIPTION]
    latitude: Annotated[float | None, _LATITUDE]
    longitude: Annotated[float | None, _LONGITUDE]
    address: Annotated[str | None, _ADDRESS]
    timezone: Annotated[str, _TIMEZONE]
    tags: Annotated[list[str], _TAGS]
    metadata: Annotated[dict[str, Any], described("Whatever people noted.", _METADATA)]
    customer_id: Annotated[
        CustomerId | None, described("Whom it was given to; null for nobody.", CUSTOMER)
    ]
    created_at: CreatedAt
    updated_at: UpdatedAt

    def path(self) -> str:
        return f"/api/v1/sites/{self.id}"


class SiteCreate(Body):
    """A new site. `latitude` and `longitude` come together or not at all."""

    name: Annotated[SiteName, _NAME]
    description: Annotated[Description | None, _DESCRIPTION] = None
    latitude: Annotated[Latitude | None, _LATITUDE] = None
    longitude: Annotated[Longitude | None, _LONGITUDE] = None
    address: Annotated[Address | None, _ADDRESS] = None
    timezone: Annotated[Timezone, _TIMEZONE] = "UTC"
    tags: Annotated[SiteTags, _TAGS] = []
    metadata: Annotated[
        dict[str, Any], described("Whatever people note; at most 64 KiB.", _METADATA)
    ] = {}


class SiteUpdate(Body):
    """A JSON Merge Patch: what isn't sent stays, null clears, `metadata` merges key by key."""

    name: Annotated[SiteName | msgspec.UnsetType, _NAME] = msgspec.UNSET
    description: Annotated[Description | msgspec.UnsetType | None, _DESCRIPTION] = msgspec.UNSET
    latitude: Annotated[Latitude | msgspec.UnsetType | None, _LATITUDE] = msgspec.UNSET
    longitude: Annotated[Longitude | msgspec.UnsetType | None, _LONGITUDE] = msgspec.UNSET
    address: Annotated[Address | msgspec.UnsetType | None, _ADDRESS] = msgspec.UNSET
    timezone: Annotated[Timezone | msgspec.UnsetType, _TIMEZONE] = msgspec.UNSET
    tags: Annotated[SiteTags | msgspec.UnsetType, _TAGS] = msgspec.UNSET
    metadata: Annotated[
        dict[str, Any] | msgspec.UnsetType,
        described("Merged key by key; a null removes its key.", {"costCentre": "4712"}),
    ] = msgspec.UNSET
