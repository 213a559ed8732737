from __future__ import annotations

from typing import Annotated, Any

import msgspec

from app.catalogue.schemas.dtdl import CONTEXT
from app.catalogue.schemas.dtdl_import import Note
from app.catalogue.sensor_profiles.schemas import SensorProfileRead
from app.catalogue.versions import NAME_PATTERN, VERSION_PATTERN
from app.core.documentation import SENSOR_PROFILE, described, parameter

_ADDRESS = f"http://127.0.0.1:8080/api/v1/sensor-profiles/{SENSOR_PROFILE}/json-schema"
_TELEMETRY = {
    "@type": ["Telemetry", "Temperature"],
    "name": "temperature",
    "schema": "double",
    "unit": "degreeCelsius",
    "comment": 'holdfast {"min":-40,"max":85,"required":true}',
}
_ID = "dtmi:holdfast:o01936f2a8c4e7d1b9a3f5e6d7c8b9a01:sensor:room_climate;1"
_DOCUMENT = {
    "@context": CONTEXT,
    "@id": _ID,
    "@type": "Interface",
    "displayName": "room-climate",
    "contents": [_TELEMETRY],
}


class DtdlInterface(msgspec.Struct, omit_defaults=True):
    """A DTDL v3 interface, as JSON-LD."""

    context: Annotated[list[str], described("DTDL, and its extension with units.", CONTEXT)] = (
        msgspec.field(name="@context")
    )
    id: Annotated[
        str, described("Its DTMI: the profile in this organization, and its version.", _ID)
    ] = msgspec.field(name="@id")
    type: Annotated[str, described("What it is.", "Interface")] = msgspec.field(name="@type")
    display_name: Annotated[str, described("The profile's name.", "room-climate")] = msgspec.field(
        name="displayName"
    )
    contents: Annotated[
        list[dict[str, Any]],
        described("Telemetry, properties, components and commands.", [_TELEMETRY]),
    ]
    description: Annotated[
        str, described("What it is for.", "Temperature and humidity of a room.")
    ] = ""


# A DTDL interface as it stands in its file: read by hand, so that everything wrong with it can be said.
DtdlDocument = Annotated[
    dict[str, Any], described("One DTDL interface, of DTDL version 2, 3 or 4.", _DOCUMENT)
]
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
    parameter(
        "Sizes of arrays by their names, which DTDL doesn't know; comma-separated or repeated.",
        ["voltage:3"],
        query="arraySizes",
        schema_extra={"items": {"type": "string", "pattern": "^[A-Za-z0-9_]+:[1-9][0-9]{0,2}$"}},
    ),
]


class DtdlImported(SensorProfileRead):
    """The version that was made, and what of the interface it can't hold."""

    notes: Annotated[
        list[Note],
        described(
            "Each element that was left out or changed.",
            [{"path": "$.contents[3]", "message": "Relationship has no place in a sensor profile"}],
        ),
    ]


PayloadSchema = Annotated[
    dict[str, Any],
    described(
        "JSON Schema of a structured payload's `values`.",
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": _ADDRESS,
            "title": "room-climate 1.0",
            "type": "object",
            "properties": {
                "temperature": {
                    "type": "number",
                    "minimum": -40,
                    "maximum": 85,
                    "description": "In °C.",
                }
            },
            "additionalProperties": False,
            "minProperties": 1,
            "required": ["temperature"],
        },
    ),
]
