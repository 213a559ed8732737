"""Whose reading is it? The tenant wall of the write path: row-level security is not in force there.

A device must belong to the organization of the message, and a sensor that is named to that device.
Nothing here waits or touches the database, and nothing after it looks at names again.
"""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

import numpy as np

from db.ids import id_from_text
from ingest.pipeline.directory import Directory, KnownDevice, Sensor, SensorName, Subject
from ingest.pipeline.gather import Mention
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.rows import Rows

SENSOR_ID_MAX_CHARACTERS = 36
SENSOR_KEY_MAX_CHARACTERS = 128
# As urn:uuid:{…}, the longest way to write one.
UUID_MAX_CHARACTERS = 47
_CALCULATED = Rejection(Reason.WRONG_TYPE, "the sensor is calculated: nobody reports it")


def references(rows: Rows[Mention]) -> tuple[set[UUID], set[UUID]]:
    """The ids of devices and of sensors that are named: what must be known to resolve them."""
    devices: set[UUID] = set()
    sensors: set[UUID] = set()
    for message, name in rows.sensors:
        if message.device_id is not None:
            devices.add(message.device_id)
        if name.sensor_id is not None and (sensor_id := _uuid(name.sensor_id)):
            sensors.add(sensor_id)
        elif message.device_id is None and (device_id := _uuid(name.device_id)):
            devices.add(device_id)
    return devices, sensors


def resolve_sensors(rows: Rows[Mention], directory: Directory) -> Rows[Subject]:
    """The rows about known sensors, or about names under which sensors will be created."""
    found = [_resolve(mention, directory) for mention in rows.sensors]

    def device_id(row: int) -> UUID | None:
        device = device_of(rows.sensor_of(row), directory)
        return device.id if device else None

    strangers = {number: each for number, each in enumerate(found) if isinstance(each, Rejection)}
    known = rows.reject_of(rows.by_row(strangers) | rows.faults, device_id)
    # Two names may mean one sensor: its id and its key.
    subjects: dict[Subject, int] = {}
    number = [
        -1 if isinstance(each, Rejection) else subjects.setdefault(each, len(subjects))
        for each in found
    ]
    return known.about(list(subjects), np.array(number, np.intp)[known.sensor])


def _resolve(mention: Mention, directory: Directory) -> Subject | Rejection:
    if mention.name.sensor_id is not None:
        return _by_id(mention, mention.name.sensor_id, directory)
    if mention.name.sensor is not None:
        return _by_key(mention, mention.name.sensor, directory)
    return Rejection(Reason.MISSING_FIELD, "sensorId or sensor is missing")


def _by_id(mention: Mention, text: str, directory: Directory) -> Sensor | Rejection:
    if len(text) > SENSOR_ID_MAX_CHARACTERS:
        return Rejection(
            Reason.MALFORMED, f"sensorId is longer than {SENSOR_ID_MAX_CHARACTERS} characters"
        )
    sensor_id = _uuid(text)
    sensor = directory.sensor(sensor_id) if sensor_id else None
    is_ours = sensor is not None and sensor.org_id == mention.message.org_id
    if sensor is None or not is_ours or not _is_owner(mention, sensor):
        return Rejection(Reason.UNKNOWN_SENSOR, f"no sensor {text!a}")
    return _CALCULATED if sensor.is_calculated else sensor


def _is_owner(mention: Mention, sensor: Sensor) -> bool:
    """Whether it belongs to the device that speaks, or to the one that an HTTP client names, if
    any."""
    message, name = mention
    if message.device_id is not None:
        return sensor.device_id == message.device_id
    return name.device_id is None or sensor.device_id == _uuid(name.device_id)


def _by_key(mention: Mention, key: str, directory: Directory) -> Subject | Rejection:
    message, name = mention
    if message.device_id is None and name.device_id is None:
        return Rejection(
            Reason.MISSING_FIELD, "deviceId is missing: a sensor's key is unique in its device only"
        )
    device = device_of(mention, directory)
    if device is None:
        return Rejection(Reason.UNKNOWN_SENSOR, "no such device")
    part = device.part(name.component)
    if part is None:
        return Rejection(Reason.UNKNOWN_SENSOR, f"no component {name.component!a:.80}")
    if not 0 < len(key) <= SENSOR_KEY_MAX_CHARACTERS or not key.isprintable() or key != key.strip():
        return Rejection(
            Reason.MALFORMED,
            f"a sensor's key is 1 to {SENSOR_KEY_MAX_CHARACTERS} printable characters",
        )
    if key in part.sensors_by_key:
        sensor = part.sensors_by_key[key]
        return _CALCULATED if sensor.is_calculated else sensor
    if part.profile is not None and part.profile.is_calculated(key):
        return _CALCULATED
    is_described = part.profile is not None and part.profile.sensor(key) is not None
    # A device may report more than its profile says; a component is what its profile says.
    if part.profile is not None and part.component_id is not None and not is_described:
        return Rejection(Reason.UNKNOWN_SENSOR, f"{key} is no field of the component's profile")
    profile = part.profile if is_described else None
    return SensorName(device.org_id, device.id, key, part.component_id, profile, name.labels)


def device_of(mention: Mention, directory: Directory) -> KnownDevice | None:
    """The device that speaks or is named. What an MQTT body claims about its device is ignored."""
    message, name = mention
    device_id = message.device_id or _uuid(name.device_id)
    device = directory.device(device_id) if device_id else None
    return device if device and device.org_id == message.org_id else None


def _uuid(text: str | None) -> UUID | None:
    # Longer ones are not remembered: whoever sends them would choose how much memory that takes.
    return _parsed(text) if text and len(text) <= UUID_MAX_CHARACTERS else None


@lru_cache(maxsize=65_536)
def _parsed(text: str) -> UUID | None:
    try:
        return id_from_text(text)
    except ValueError:
        return None
