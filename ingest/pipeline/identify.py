"""Whose reading is it? The tenant wall of the write path, pure: nothing here waits or touches the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol
from uuid import UUID

import numpy as np

from db.readings.columns import Flags, Positions
from ingest.pipeline.batch import Batch
from ingest.pipeline.columns import Name
from ingest.pipeline.messages import Message, Reason, Rejection
from ingest.pipeline.registry import KnownDevice, Sensor, SensorName

SENSOR_ID_MAX_CHARACTERS = 36
SENSOR_KEY_MAX_CHARACTERS = 128
# As urn:uuid:{…}, the longest way to write one.
UUID_MAX_CHARACTERS = 47
# Of why a payload is refused; it may hold thousands of values.
TOLD_CHARACTERS = 4000

Subject = Sensor | SensorName


class Known(Protocol):
    """The part of the registry that identifying asks: what is known, without waiting."""

    def device(self, device_id: UUID) -> KnownDevice | None: ...

    def sensor(self, sensor_id: UUID) -> Sensor | None: ...

    def retention_days(self, org_id: UUID) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Refused:
    """One element that is not stored as a reading, and why."""

    message: Message
    index: int
    device_id: UUID | None
    rejection: Rejection

    def also(self, other: Rejection) -> Refused:
        """The same for one more reason; one that is told already isn't told twice."""
        message = self.rejection.message
        if len(message) > TOLD_CHARACTERS or other.message in message.split("; "):
            return self
        return replace(
            self, rejection=Rejection(self.rejection.reason, f"{message}; {other.message}")
        )


@dataclass(frozen=True, slots=True)
class Candidates:
    """The rows of a batch whose sensor is known, or has a name under which it will be created.

    Row `rows[i]` is about `subjects[subject[i]]`; the subjects are distinct.
    """

    batch: Batch
    rows: Positions
    subjects: Sequence[Subject]
    subject: Positions

    def refused(self, at: int, reason: Reason, message: str) -> Refused:
        batch, row = self.batch, self.rows[at]
        return Refused(
            batch.messages[batch.message[row]],
            int(batch.index[row]),
            self.subjects[self.subject[at]].device_id,
            Rejection(reason, message),
        )

    def where(self, flags: Flags) -> Candidates:
        if flags.all():
            return self
        return Candidates(self.batch, self.rows[flags], self.subjects, self.subject[flags])


def mentioned(batch: Batch) -> tuple[set[UUID], set[UUID]]:
    """The ids of devices and sensors that the batch names: what the registry has to know to identify them."""
    devices = {message.device_id for message in batch.messages if message.device_id is not None}
    sensors: set[UUID] = set()
    said = [
        *batch.names,
        *((batch.messages[odd.message], odd.name) for odd in batch.unreadable),
        *((batch.messages[number], Name(device_id=text)) for number, text in _reporting(batch)),
    ]
    for message, name in said:
        if name.sensor_id is not None and (sensor_id := _uuid(name.sensor_id)):
            sensors.add(sensor_id)
        elif message.device_id is None and (device_id := _uuid(name.device_id)):
            devices.add(device_id)
    return devices, sensors


def _reporting(batch: Batch) -> set[tuple[int, str | None]]:
    """The devices that structured payloads name, and a message that does."""
    return {(payload.message, payload.reading.device_id) for payload in batch.payloads}


def identify(batch: Batch, known: Known) -> tuple[Candidates, list[Refused]]:
    """Say which sensor each row is about.

    This is the tenant wall of the write path, where row-level security is not in force: the device must belong
    to the message's organization, and a sensor that is named to that device.
    """
    found = [_identify(message, name, known) for message, name in batch.names]
    numbers = _distinct([subject for subject in found if not isinstance(subject, Rejection)])
    number_of_name = np.array(
        [-1 if isinstance(subject, Rejection) else numbers[_key(subject)][0] for subject in found],
        np.intp,
    )
    subject = number_of_name[batch.name]
    refused = [
        Refused(
            batch.messages[odd.message],
            odd.index,
            _device_named(batch, odd.message, odd.name, known),
            odd.rejection,
        )
        for odd in batch.unreadable
    ]
    for row in np.flatnonzero(subject < 0).tolist():
        message, name, rejection = int(batch.message[row]), batch.name[row], found[batch.name[row]]
        assert isinstance(rejection, Rejection)  # noqa: S101 - that is what -1 stands for
        device_id = _device_named(batch, message, batch.names[name][1], known)
        refused.append(
            Refused(batch.messages[message], int(batch.index[row]), device_id, rejection)
        )
    rows = np.flatnonzero(subject >= 0)
    subjects = [subject for _, subject in numbers.values()]
    return Candidates(batch, rows, subjects, subject[rows]), refused


def _distinct(subjects: Sequence[Subject]) -> dict[UUID | SensorName, tuple[int, Subject]]:
    """Numbered; a sensor may have been named by its id and by its key."""
    numbers: dict[UUID | SensorName, tuple[int, Subject]] = {}
    for subject in subjects:
        numbers.setdefault(_key(subject), (len(numbers), subject))
    return numbers


def _key(subject: Subject) -> UUID | SensorName:
    return subject.id if isinstance(subject, Sensor) else subject


def _identify(message: Message, name: Name, known: Known) -> Subject | Rejection:
    if name.sensor_id is not None:
        return _sensor_by_id(message, name, known)
    if name.sensor is not None:
        return _sensor_by_key(message, name, known)
    return Rejection(Reason.MISSING_FIELD, "sensorId or sensor is missing")


def _sensor_by_id(message: Message, name: Name, known: Known) -> Sensor | Rejection:
    text = name.sensor_id or ""
    if len(text) > SENSOR_ID_MAX_CHARACTERS:
        return Rejection(
            Reason.MALFORMED, f"sensorId is longer than {SENSOR_ID_MAX_CHARACTERS} characters"
        )
    sensor_id = _uuid(text)
    sensor = known.sensor(sensor_id) if sensor_id else None
    if sensor is None or sensor.org_id != message.org_id or not _is_owner(message, name, sensor):
        return Rejection(Reason.UNKNOWN_SENSOR, f"no sensor {text!a}")
    return sensor


def _is_owner(message: Message, name: Name, sensor: Sensor) -> bool:
    """Whether the sensor belongs to the device that speaks, or to the one that an HTTP client names, if any."""
    if message.device_id is not None:
        return sensor.device_id == message.device_id
    return name.device_id is None or sensor.device_id == _uuid(name.device_id)


def _sensor_by_key(message: Message, name: Name, known: Known) -> Subject | Rejection:
    key = name.sensor or ""
    if message.device_id is None and name.device_id is None:
        return Rejection(
            Reason.MISSING_FIELD, "deviceId is missing: a sensor's key is unique in its device only"
        )
    device = device_of(message, name, known)
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
        return part.sensors_by_key[key]
    is_described = part.profile is not None and part.profile.sensor(key) is not None
    # A device may report more than its profile says; a component is what its profile says.
    if part.profile is not None and part.component_id is not None and not is_described:
        return Rejection(Reason.UNKNOWN_SENSOR, f"{key} is no field of the component's profile")
    profile = part.profile if is_described else None
    return SensorName(device.org_id, device.id, key, part.component_id, profile)


def device_of(message: Message, name: Name, known: Known) -> KnownDevice | None:
    """The device that speaks or is named. What an MQTT body claims about its device is ignored."""
    device_id = message.device_id or _uuid(name.device_id)
    device = known.device(device_id) if device_id else None
    return device if device and device.org_id == message.org_id else None


def _device_named(batch: Batch, message: int, name: Name, known: Known) -> UUID | None:
    device = device_of(batch.messages[message], name, known)
    return device.id if device else None


def _uuid(text: str | None) -> UUID | None:
    # Longer ones are not remembered: whoever sends them would choose how much memory that takes.
    return _parsed(text) if text and len(text) <= UUID_MAX_CHARACTERS else None


@lru_cache(maxsize=65_536)
def _parsed(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
