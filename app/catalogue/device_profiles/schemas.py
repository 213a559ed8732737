from __future__ import annotations

from typing import Annotated, Any

import msgspec

from app.accounts.auth.schemas import Principal
from app.catalogue.compatibility import Change
from app.catalogue.fields import Field, Fields, Text
from app.catalogue.ids import DeviceProfileId, SensorProfileId
from app.catalogue.sensor_profiles.schemas import ProfileRead
from app.catalogue.versions import RANGE, VERSION, Name, RangeText, VersionText
from app.core.documentation import described
from app.core.wire import Body, CreatedAt, Read

COMPONENTS_MAX = 100
COMMANDS_MAX = 100

_NAME, _DESCRIPTION = "climate-station", "A gateway with two climate probes."
_CHANGES = "A second probe."
_PACK = described("The pack that brought it; null for one of your own.", "environment")
_FIELDS = [{"key": "battery", "type": "DOUBLE", "unit": "%", "min": 0, "max": 100}]
_SCHEMA = {
    "type": "object",
    "properties": {"seconds": {"type": "integer", "minimum": 1, "maximum": 3600}},
    "required": ["seconds"],
    "additionalProperties": False,
}
_COMMANDS = [{"method": "SET_INTERVAL", "description": "How often to measure.", "params": _SCHEMA}]

ComponentKey = Annotated[
    str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$(?!\n)")
]
ComponentName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Method = Annotated[
    str,
    msgspec.Meta(
        min_length=1, max_length=64, pattern=r"^[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z0-9])?$(?!\n)"
    ),
]


class DeviceProfileReference(
    msgspec.Struct, rename="camel", forbid_unknown_fields=True, frozen=True
):
    """A version of a device profile, by its name."""

    name: Annotated[Name, described("The device profile's name.", _NAME)]
    version: Annotated[VersionText, VERSION]


class SensorProfileRange(msgspec.Struct, rename="camel", forbid_unknown_fields=True, frozen=True):
    """Versions of a sensor profile, by its name."""

    name: Annotated[Name, described("The sensor profile's name.", "room-climate")]
    version: Annotated[RangeText, RANGE]


class ComponentOfProfile(msgspec.Struct, rename="camel", forbid_unknown_fields=True, frozen=True):
    """A part that every device of the profile has."""

    key: Annotated[
        ComponentKey, described("Its name on the wire, unique in its device.", "probe-1")
    ]
    sensor_profile: Annotated[SensorProfileRange, described("What it reports or is told.")]
    name: Annotated[
        ComponentName | None, described("As people know it; the key if left out.", "Probe 1")
    ] = None


class CommandOfProfile(
    msgspec.Struct, rename="camel", forbid_unknown_fields=True, frozen=True, omit_defaults=True
):
    """A method that devices of the profile know, besides the platform's own."""

    method: Annotated[Method, described("Its name on the wire.", "SET_INTERVAL")]
    description: Annotated[Text, described("What it does.", "How often to measure.")] = ""
    params: Annotated[
        dict[str, Any] | None,
        described("JSON Schema (2020-12) of its parameters; none where it takes none.", _SCHEMA),
    ] = None


Components = Annotated[list[ComponentOfProfile], msgspec.Meta(max_length=COMPONENTS_MAX)]
Commands = Annotated[list[CommandOfProfile], msgspec.Meta(max_length=COMMANDS_MAX)]


class DeviceProfileContent(Body):
    """What a version of a device profile says, but for its name and version."""

    components: Annotated[Components, described("The parts that every device of it has.")] = []
    commands: Annotated[Commands, described("What its devices can be told to do.", _COMMANDS)] = []
    fields: Annotated[Fields, described("What the device itself reports or is told.", _FIELDS)] = []


class DeviceProfileCreate(DeviceProfileContent, kw_only=True):
    """A version of a device profile: the first of its name, or one that follows another."""

    name: Annotated[Name, described("What all of its versions are called.", _NAME)]
    version: Annotated[VersionText, VERSION]
    description: Annotated[Text, described("What it is for.", _DESCRIPTION)] = ""
    changes: Annotated[
        Text, described("What is new since the version before, for people.", _CHANGES)
    ] = ""


class ComponentOfProfileRead(Read):
    """A part that every device of the profile has."""

    key: Annotated[str, described("Its name on the wire, unique in its device.", "probe-1")]
    name: Annotated[str, described("As people know it.", "Probe 1")]
    sensor_profile: Annotated[SensorProfileRange, described("What it reports or is told.")]
    sensor_profile_id: SensorProfileId


class DeviceProfileRead(ProfileRead):
    """One version of a device profile. It never changes."""

    id: DeviceProfileId
    name: Annotated[str, described("What all of its versions are called.", _NAME)]
    version: Annotated[str, VERSION]
    description: Annotated[str, described("What it is for.", _DESCRIPTION)]
    changes: Annotated[
        str, described("What is new since the version before, for people.", _CHANGES)
    ]
    components: Annotated[
        list[ComponentOfProfileRead], described("The parts that every device of it has.")
    ]
    commands: Annotated[
        list[CommandOfProfile], described("What its devices can be told to do.", _COMMANDS)
    ]
    fields: Annotated[list[Field], described("What the device itself reports or is told.", _FIELDS)]
    pack: Annotated[str | None, _PACK]
    created_by: Principal
    created_at: CreatedAt

    def path(self) -> str:
        return f"/api/v1/device-profiles/{self.id}"


class DeviceProfileCompatibility(Read):
    """How a content differs from that of a version that is there."""

    is_compatible: Annotated[bool, described("Whether nothing breaks.", False)]
    least_version: Annotated[
        str, described("The smallest number that the new version may have.", "2.0")
    ]
    changes: Annotated[
        list[Change],
        described(
            "Every difference.",
            [
                {
                    "path": "$.components[1]",
                    "code": "COMPONENT_REMOVED",
                    "isBreaking": True,
                    "message": "probe-2: is gone",
                }
            ],
        ),
    ]
