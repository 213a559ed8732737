"""Profiles as DTDL v3 interfaces, and back. https://azure.github.io/opendigitaltwins-dtdl/DTDL/v3/DTDL.v3.html

What DTDL has no word for (limits, array sizes, required, units without a DTDL name) is in the element's `comment`, as
JSON after "holdfast ", so that a profile that is exported and imported again is the same.
"""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

import msgspec

from app.catalogue.device_profiles.schemas import CommandOfProfile, DeviceProfileRead
from app.catalogue.fields import Field
from app.catalogue.schemas.units import dtdl_unit
from app.catalogue.sensor_profiles.schemas import SensorProfileRead
from app.catalogue.versions import Version

CONTEXT = ["dtmi:dtdl:context;3", "dtmi:dtdl:extension:quantitativeTypes;1"]
MARK = "holdfast "
# What a comment may say of a field.
UNSAID = ("arraySize", "unit", "min", "max", "enum", "required")
# DTDL's own limits.
COMMENT_MAX, CHOICE_MAX = 512, 512
INTEGER_MIN, INTEGER_MAX = -(2**31), 2**31 - 1
SCHEMAS = {"DOUBLE": "double", "BIGINT": "long", "BOOLEAN": "boolean", "TEXT": "string"}

_SEPARATORS = str.maketrans({"-": "_", "_": "__", ".": "___"})
_SEGMENT_MAX = 60


def interface_id(org_id: UUID, kind: str, name: str, version: Version) -> str:
    """The DTMI of a profile: unique over all organizations, its versions are versions of one identifier.

    A DTMI's version has no minor number 0: 1.0 is `;1`, 1.2 is `;1.2`.
    """
    segment = name.translate(_SEPARATORS)
    if len(segment) > _SEGMENT_MAX:
        segment = f"{segment[:40].rstrip('_')}_{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    number = str(version.major) if version.minor == 0 else str(version)
    return f"dtmi:holdfast:o{org_id.hex}:{kind}:{segment};{number}"


def sensor_interface(org_id: UUID, profile: SensorProfileRead) -> dict[str, Any]:
    """A writable field is a Property, any other one Telemetry."""
    return _interface(
        interface_id(org_id, "sensor", profile.name, Version.parse(profile.version)),
        profile.name,
        profile.description,
        [content_of(field) for field in profile.fields],
    )


def device_interfaces(
    org_id: UUID, profile: DeviceProfileRead, sensor_profiles: list[SensorProfileRead]
) -> list[dict[str, Any]]:
    """The device's interface first, then the ones that its components refer to, each once."""
    by_id = {sensor.id: sensor_interface(org_id, sensor) for sensor in sensor_profiles}
    taken = {field.key for field in profile.fields}
    contents = [content_of(field) for field in profile.fields]
    for part in profile.components:
        name = _unique(_identifier(part.key), taken)
        contents.append(
            {
                "@type": "Component",
                "name": name,
                "displayName": part.name[:64],
                "schema": by_id[part.sensor_profile_id]["@id"],
                "comment": _comment({"key": part.key, "version": part.sensor_profile.version}),
            }
        )
    contents += [_command(command, taken) for command in profile.commands]
    identifier = interface_id(org_id, "device", profile.name, Version.parse(profile.version))
    return [_interface(identifier, profile.name, profile.description, contents), *by_id.values()]


def _interface(identifier: str, name: str, description: str, contents: list[Any]) -> dict[str, Any]:
    interface = {
        "@context": CONTEXT,
        "@id": identifier,
        "@type": "Interface",
        "displayName": name,
        "contents": contents,
    }
    return interface | ({"description": description} if description else {})


def content_of(field: Field) -> dict[str, Any]:
    """One field as Property or Telemetry."""
    kind = "Property" if field.writable else "Telemetry"
    content: dict[str, Any] = {"@type": kind, "name": field.key, "schema": _schema(field)}
    said = msgspec.to_builtins(field)
    unsaid = {name: said[name] for name in UNSAID if name in said}
    quantity = field.unit is not None and dtdl_unit(field.unit, field.key)
    # A semantic type needs a number: an array or an enum has none in DTDL.
    if quantity and isinstance(content["schema"], str) and field.type in ("DOUBLE", "BIGINT"):
        content["@type"] = [kind, quantity[0]]
        content["unit"] = quantity[1]
        unsaid.pop("unit")
    if field.enum is not None and _enum(field) is not None:
        unsaid.pop("enum")
    if field.writable:
        content["writable"] = True
    if field.description:
        content["description"] = field.description
    if unsaid:
        content["comment"] = _comment(unsaid)
    return content


def _schema(field: Field) -> Any:
    schema = _enum(field) or SCHEMAS[field.type]
    return schema if field.array_size is None else {"@type": "Array", "elementSchema": schema}


def _enum(field: Field) -> dict[str, Any] | None:
    """DTDL's integers have 32 bits: an enum with longer ones stays in the comment."""
    if field.enum is None:
        return None
    if field.type == "BIGINT" and not all(
        INTEGER_MIN <= choice <= INTEGER_MAX for choice in field.enum if isinstance(choice, int)
    ):
        return None
    if any(len(str(choice)) > CHOICE_MAX or choice == "" for choice in field.enum):
        return None
    names: set[str] = set()
    return {
        "@type": "Enum",
        "valueSchema": "integer" if field.type == "BIGINT" else "string",
        "enumValues": [
            {"name": _unique(_identifier(str(choice)), names), "enumValue": choice}
            for choice in field.enum
        ],
    }


def _command(command: CommandOfProfile, taken: set[str]) -> dict[str, Any]:
    """DTDL can't hold a JSON Schema: the parameters travel as JSON text, their schema is in the profile itself."""
    content: dict[str, Any] = {"@type": "Command", "name": _unique(command.method, taken)}
    if command.description:
        content["description"] = command.description
    if command.params is not None:
        content["request"] = {
            "name": "params",
            "schema": "string",
            "description": "JSON object, as the profile's JSON Schema has it.",
        }
    return content


def _identifier(text: str) -> str:
    """A DTDL name out of any text: letters, digits and underscores, the first a letter, the last no underscore."""
    name = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in text)[
        :60
    ].strip("_")
    return name if name[:1].isalpha() else f"v{name}"


def _unique(name: str, taken: set[str]) -> str:
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name}_{number}", number + 1
    taken.add(candidate)
    return candidate


def _comment(unsaid: dict[str, Any]) -> str:
    """Drops nothing but an enum that is too long for a comment."""
    text = MARK + msgspec.json.encode(unsaid).decode()
    if len(text) > COMMENT_MAX:
        text = MARK + msgspec.json.encode({**unsaid, "enum": None}).decode()
    return text[:COMMENT_MAX]
