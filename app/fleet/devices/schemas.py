from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec

from app.accounts.ids import CUSTOMER, CustomerId
from app.catalogue.device_profiles.schemas import DeviceProfileReference
from app.core.documentation import described
from app.core.wire import Body, CreatedAt, Moment, Read, UpdatedAt
from app.fleet.ids import SITE, DeviceId, SiteId


class DeviceStatus(StrEnum):
    """PENDING until provisioned; OFFLINE is the broker's word, INACTIVE and MAINTENANCE are people's."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"
    MAINTENANCE = "MAINTENANCE"
    OFFLINE = "OFFLINE"


DeviceName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Tag = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Tags = Annotated[list[Tag], msgspec.Meta(max_length=100)]


class Location(msgspec.Struct, forbid_unknown_fields=True):
    """WGS 84, in degrees."""

    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90), described("Degrees north.", 52.3702)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180), described("Degrees east.", 4.8952)]


_NAME = "warehouse-gateway-01"
_TAGS = ["warehouse", "cold-chain"]
_METADATA = {"rack": "B7", "installedBy": "night shift"}


class DeviceRead(Read):
    """A device of the fleet."""

    id: DeviceId
    name: Annotated[str, described("Unique in the organization.", _NAME)]
    status: Annotated[
        str,
        described(
            (DeviceStatus.__doc__ or "").strip(), DeviceStatus.ACTIVE, enum=list(DeviceStatus)
        ),
    ]
    site_id: Annotated[SiteId | None, described("Where it belongs; null for nowhere.", SITE)]
    customer_id: Annotated[
        CustomerId | None, described("Whom it was given to; null for nobody.", CUSTOMER)
    ]
    device_profile: Annotated[
        DeviceProfileReference | None, described("What kind it is; null for none.")
    ]
    tags: Annotated[list[str], described("Labels to find and group devices by.", _TAGS)]
    location: Annotated[Location | None, described("Where it stands; null where that isn't known.")]
    metadata: Annotated[dict[str, Any], described("Whatever people noted.", _METADATA)]
    firmware_version: Annotated[str | None, described("As the device reported it.", "2.4.1")]
    connected: Annotated[bool, described("Whether it has an MQTT session now.", True)]
    last_seen_at: Annotated[
        Moment | None,
        described("When it was last heard; null for never.", "2026-11-23T10:30:00.5Z"),
    ]
    certificate_expires_at: Annotated[
        Moment | None,
        described("When the certificate in use ends; null for none.", "2027-11-23T10:30:00Z"),
    ]
    created_at: CreatedAt
    updated_at: UpdatedAt


class DeviceCreate(Body):
    """A device without a registration token yet; it is PENDING."""

    name: Annotated[DeviceName, described("Unique in the organization.", _NAME)]
    site_id: Annotated[SiteId | None, described("The site where it belongs.", SITE)] = None
    device_profile: Annotated[
        DeviceProfileReference | None,
        described("What kind it is: it gets the components of that profile."),
    ] = None
    tags: Annotated[Tags, described("Labels to find and group devices by.", _TAGS)] = []
    location: Annotated[Location | None, described("Where it stands.")] = None
    metadata: Annotated[
        dict[str, Any], described("Whatever people note; at most 64 KiB.", _METADATA)
    ] = {}


class Placement(Read):
    """A stay at a site."""

    site_id: SiteId
    site_name: Annotated[
        str, described("The site's name now, or when it was deleted.", "Amsterdam West")
    ]
    from_at: Annotated[Moment, described("When it came.", "2026-11-23T09:15:00Z")]
    to_at: Annotated[Moment | None, described("When it left; null while it is there.", None)]


class SiteHistory(Read):
    """Where a device has been."""

    items: Annotated[list[Placement], described("Newest first, at most 1,000.")]


class SiteDevices(Read):
    """The devices at one site."""

    site_id: Annotated[SiteId | None, described("The site; null for those without one.", SITE)]
    statuses: Annotated[
        dict[str, int], described("How many have each state; left out where none.", {"ACTIVE": 4})
    ]


class DeviceCounts(Read):
    """How many devices match, by state and by site."""

    total: Annotated[int, described("All that match.", 5)]
    statuses: Annotated[
        dict[str, int],
        described("How many have each state; left out where none.", {"ACTIVE": 4, "OFFLINE": 1}),
    ]
    sites: Annotated[list[SiteDevices], described("By site; at most about 2,000 sites.")]
    truncated: Annotated[bool, described("There are more sites than are told.", False)]


class DeviceTags(Body):
    """Tags to add and to remove; the others stay."""

    add: Annotated[Tags, described("Tags that it shall have.", ["calibrated"])] = []
    remove: Annotated[Tags, described("Tags that it shall not have.", ["spare"])] = []


class DeviceUpdate(Body):
    """A JSON Merge Patch: what isn't sent stays, null clears, `metadata` merges key by key."""

    name: Annotated[DeviceName | msgspec.UnsetType, described("The new name.", _NAME)] = (
        msgspec.UNSET
    )
    status: Annotated[
        Literal["ACTIVE", "INACTIVE", "MAINTENANCE"] | msgspec.UnsetType,
        described(
            "ACTIVE ends what people said; it shows as OFFLINE while there is no session.",
            "MAINTENANCE",
        ),
    ] = msgspec.UNSET
    site_id: Annotated[
        SiteId | msgspec.UnsetType | None,
        described(
            "The site where it belongs; null for nowhere. Its history keeps where it was.", SITE
        ),
    ] = msgspec.UNSET
    device_profile: Annotated[
        DeviceProfileReference | msgspec.UnsetType | None,
        described("What kind it is; null clears it. Its components stay as they are."),
    ] = msgspec.UNSET
    tags: Annotated[Tags | msgspec.UnsetType, described("All of its labels.", _TAGS)] = (
        msgspec.UNSET
    )
    location: Annotated[
        Location | msgspec.UnsetType | None, described("Where it stands; null clears it.")
    ] = msgspec.UNSET
    metadata: Annotated[
        dict[str, Any] | msgspec.UnsetType,
        described(
            "Merged key by key; a null removes its key.", {"rack": "C2", "installedBy": None}
        ),
    ] = msgspec.UNSET


class ImportMode(StrEnum):
    """UPSERT changes the devices that have a line's name and creates the others; CREATE refuses names that are taken."""

    UPSERT = "UPSERT"
    CREATE = "CREATE"


class LineFault(Read):
    """One thing wrong with a line of the file."""

    line: Annotated[int, described("Where the record begins, from 1, the line of column names.", 3)]
    column: Annotated[str | None, described("Which column; null for the whole line.", "site")]
    code: Annotated[
        str,
        described(
            "What is wrong.",
            "NOT_FOUND",
            enum=["NOT_FOUND", "INVALID", "MALFORMED", "ALREADY_EXISTS"],
        ),
    ]
    message: Annotated[str, described("For people.", "no site 'Amsterdam Wets'")]


class DeviceImport(Read):
    """What became of a file: created + updated + unchanged + failed is the number of its devices."""

    dry_run: Annotated[bool, described("Whether nothing was kept.", False)]
    created: Annotated[int, described("New devices, PENDING until provisioned.", 998)]
    updated: Annotated[int, described("Devices that changed.", 1)]
    unchanged: Annotated[int, described("Devices that were already as the file has them.", 0)]
    failed: Annotated[int, described("Lines that were left out.", 1)]
    errors: Annotated[list[LineFault], described("Why, by line.")]
