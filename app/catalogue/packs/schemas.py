from __future__ import annotations

from typing import Annotated, Any

import msgspec

from app.catalogue.compatibility import Change
from app.catalogue.packs.format import PackDocument
from app.catalogue.versions import VERSION, VersionText
from app.core.documentation import described
from app.core.wire import Body, Moment, Read

_NAME, _TITLE, _DESCRIPTION = "environment", "Environment", "Rooms and outdoor air."
_HASH = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_INSTALLED = described("The version that is installed; null for none.", "1.0")
_EXAMPLE: dict[str, Any] = {
    "name": "greenhouse",
    "version": "1.0",
    "title": "Greenhouse",
    "sensorProfiles": [
        {
            "name": "greenhouse-soil",
            "version": "1.0",
            "fields": [{"key": "moisture", "type": "DOUBLE", "unit": "%", "min": 0, "max": 100}],
        }
    ],
    "alertRules": [
        {
            "name": "too-dry",
            "input": {"sensorProfile": "greenhouse-soil", "field": "moisture"},
            "condition": {"operator": "LT", "value": 20},
            "severity": "WARNING",
        }
    ],
}
PackUpload = Annotated[PackDocument, msgspec.Meta(examples=[_EXAMPLE])]


class PackVersion(Read):
    """A version of a pack that can be installed."""

    version: Annotated[str, VERSION]
    hash: Annotated[
        str, described("SHA-256 of its canonical form: the same content, the same hash.", _HASH)
    ]
    source: Annotated[
        str,
        described(
            "Whether it came with the product or was uploaded.",
            "SHIPPED",
            enum=["SHIPPED", "UPLOADED"],
        ),
    ]


class PackRead(Read):
    """A pack of the catalogue, and whether it is installed."""

    name: Annotated[str, described("What all of its versions are called.", _NAME)]
    title: Annotated[str, described("For people.", _TITLE)]
    description: Annotated[str, described("What it is for.", _DESCRIPTION)]
    versions: Annotated[list[PackVersion], described("What can be installed, the newest first.")]
    installed_version: Annotated[str | None, _INSTALLED]
    installed_at: Annotated[
        Moment | None, described("Since when; null where none is.", "2026-11-23T10:30:00Z")
    ]

    def path(self) -> str:
        return f"/api/v1/packs/{self.name}"


class PackDetail(PackRead):
    """A pack with its content: of the installed version, or of the newest where none is."""

    content: Annotated[
        PackDocument, msgspec.Meta(examples=[_EXAMPLE]), described("All that it brings.")
    ]


class PackChoice(Body):
    """Which version."""

    version: Annotated[VersionText | None, described("The newest if left out.", "1.1")] = None


class PackUpgradeRequest(PackChoice):
    """Which version, and whether only to say what would change."""

    dry_run: Annotated[bool, described("Say what would change, and change nothing.", True)] = False


class ProfileUpgrade(Read):
    """What an upgrade does to one profile and to those that have it."""

    kind: Annotated[
        str,
        described(
            "Which kind of profile.", "SENSOR_PROFILE", enum=["SENSOR_PROFILE", "DEVICE_PROFILE"]
        ),
    ]
    name: Annotated[str, described("The profile's name.", "room-climate")]
    start: Annotated[
        str | None, described("The version before; null where there was none.", "1.0")
    ] = msgspec.field(name="from")
    end: Annotated[
        str | None,
        described("The newest version now; null where the pack has none any more.", "1.1"),
    ] = msgspec.field(name="to")
    changes: Annotated[
        list[Change],
        described(
            "Every difference.",
            [
                {
                    "path": "$.fields[2]",
                    "code": "FIELD_ADDED",
                    "isBreaking": False,
                    "message": "co2: is new",
                }
            ],
        ),
    ]
    components: Annotated[int, described("Components that are moved to it.", 40)]
    devices: Annotated[int, described("Devices that are moved to it, or whose components are.", 8)]
    left: Annotated[
        int,
        described(
            "Components or devices that stay, since the new version would break something.", 0
        ),
    ]


class TemplateUpgrade(Read):
    """What an upgrade does to one template."""

    kind: Annotated[
        str,
        described(
            "Which list of the pack it is in.",
            "alertRules",
            enum=["annotationClasses", "jobDefinitions", "alertRules", "dashboards"],
        ),
    ]
    name: Annotated[str, described("The template's name.", "too-dry")]
    change: Annotated[
        str, described("What becomes of it.", "CHANGED", enum=["ADDED", "CHANGED", "REMOVED"])
    ]


class PackUpgrade(Read):
    """What an upgrade changed, or would change."""

    name: Annotated[str, described("The pack.", _NAME)]
    start: Annotated[str, described("The version before.", "1.0")] = msgspec.field(name="from")
    end: Annotated[str, described("The version after.", "1.1")] = msgspec.field(name="to")
    dry_run: Annotated[bool, described("Whether nothing was changed.", True)]
    profiles: Annotated[list[ProfileUpgrade], described("Each profile that changes.")]
    templates: Annotated[list[TemplateUpgrade], described("Each template that changes.")]
