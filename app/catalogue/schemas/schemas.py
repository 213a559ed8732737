from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec

from app.catalogue.ids import SENSOR_PROFILE
from app.catalogue.schemas.dtdl import CONTEXT
from app.catalogue.schemas.dtdl_import import Note
from app.catalogue.sensor_profiles.schemas import SensorProfileRead
from app.core.documentation import described, example_id

_ADDRESS = f"http://127.0.0.1:8080/api/v1/sensor-profiles/{SENSOR_PROFILE}/json-schema"
_TELEMETRY = {
    "@type": ["Telemetry", "Temperature"],
    "name": "temperature",
    "schema": "double",
    "unit": "degreeCelsius",
    "comment": 'holdfast {"min":-40,"max":85,"required":true}',
}
_ID = f"dtmi:holdfast:o{UUID(example_id('organization')).hex}:sensor:room_climate;1"
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
