"""What may be stored: pure rules, from elements to readings. Nothing here waits or touches the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec

from db.readings import ReadingRow, Value
from ingest.messages import Message, Reason, Rejection, WireReading
from ingest.registry import KnownDevice, Sensor, SensorName

TEXT_MAX_CHARACTERS = 1000
METADATA_MAX_BYTES = 10 * 1024
METADATA_MAX_DEPTH = 64
SENSOR_ID_MAX_CHARACTERS = 36
SENSOR_KEY_MAX_CHARACTERS = 128
_NO_TIME = datetime.max.replace(tzinfo=UTC)
BIGINT_MIN, BIGINT_MAX = -(2**63), 2**63 - 1


class Known(Protocol):
    """The part of the registry that identifying asks: what is known, without waiting."""

    def device(self, device_id: UUID) -> KnownDevice | None: ...

    def sensor(self, sensor_id: UUID) -> Sensor | None: ...


@dataclass(frozen=True, slots=True)
class AcceptedAge:
    """How far a reading's time may lie behind and ahead of the database's clock."""

    behind: timedelta
    ahead: timedelta


@dataclass(frozen=True, slots=True)
class Refused:
    """One element that is not stored as a reading, and why."""

    message: Message
    index: int
    device_id: UUID | None
    rejection: Rejection


@dataclass(slots=True)
class Candidate:
    """One element whose sensor is known, or has a name under which it will be created."""

    message: Message
    index: int
    sensor: Sensor | SensorName
    ts: datetime
    value: Value
    metadata: dict[str, Any] | None

    def refused(self, reason: Reason, message: str) -> Refused:
        return Refused(self.message, self.index, self.sensor.device_id, Rejection(reason, message))


@dataclass(slots=True)
class Reading:
    """A candidate in its stored form."""

    candidate: Candidate
    row: ReadingRow


def mentioned(messages: Sequence[Message]) -> tuple[set[UUID], set[UUID]]:
    """The ids of devices and sensors that the messages name: what the registry has to know to identify them."""
    devices = {message.device_id for message in messages if message.device_id is not None}
    sensors: set[UUID] = set()
    for message in messages:
        for element in message.elements:
            if isinstance(element, Rejection):
                continue
            if element.sensor_id is not None and (sensor_id := _uuid(element.sensor_id)):
                sensors.add(sensor_id)
            elif message.device_id is None and (device_id := _uuid(element.device_id)):
                devices.add(device_id)
    return devices, sensors


def identify(messages: Sequence[Message], known: Known) -> tuple[list[Candidate], list[Refused]]:
    """Say which sensor each element is about.

    This is the tenant wall of the write path, where row-level security is not in force: the device must belong
    to the message's organization, and a sensor that is named to that device.
    """
    candidates: list[Candidate] = []
    refused: list[Refused] = []
    for message in messages:
        for index, element in enumerate(message.elements):
            found = _identify(message, element, known)
            if isinstance(found, Rejection):
                refused.append(Refused(message, index, _device_named(message, element, known), found))
            else:
                assert isinstance(element, WireReading)  # noqa: S101 - a Rejection was returned above
                value = element.value
                assert value is not msgspec.UNSET  # noqa: S101 - MISSING_FIELD was returned above
                candidates.append(
                    Candidate(message, index, found, element.timestamp, value, element.metadata)
                )
    return candidates, refused


def _identify(
    message: Message, element: WireReading | Rejection, known: Known
) -> Sensor | SensorName | Rejection:
    if isinstance(element, Rejection):
        return element
    if element.values is not None:
        return Rejection(Reason.MISSING_PROFILE, f"component {element.component!r} has no sensor profile")
    if element.value is msgspec.UNSET:
        return Rejection(Reason.MISSING_FIELD, "value is missing")
    if element.sensor_id is not None:
        return _sensor_by_id(message, element, known)
    if element.sensor is not None:
        return _sensor_by_key(message, element, known)
    return Rejection(Reason.MISSING_FIELD, "sensorId or sensor is missing")


def _sensor_by_id(message: Message, element: WireReading, known: Known) -> Sensor | Rejection:
    text = element.sensor_id or ""
    if len(text) > SENSOR_ID_MAX_CHARACTERS:
        return Rejection(Reason.MALFORMED, f"sensorId is longer than {SENSOR_ID_MAX_CHARACTERS} characters")
    sensor_id = _uuid(text)
    sensor = known.sensor(sensor_id) if sensor_id else None
    if sensor is None or sensor.org_id != message.org_id or not _is_owner(message, element, sensor):
        return Rejection(Reason.UNKNOWN_SENSOR, f"no sensor {text!a}")
    return sensor


def _is_owner(message: Message, element: WireReading, sensor: Sensor) -> bool:
    """Whether the sensor belongs to the device that speaks, or to the one that an HTTP client names, if any."""
    if message.device_id is not None:
        return sensor.device_id == message.device_id
    return element.device_id is None or sensor.device_id == _uuid(element.device_id)


def _sensor_by_key(message: Message, element: WireReading, known: Known) -> Sensor | SensorName | Rejection:
    key = element.sensor or ""
    if message.device_id is None and element.device_id is None:
        return Rejection(
            Reason.MISSING_FIELD, "deviceId is missing: a sensor's key is unique in its device only"
        )
    device = _device(message, element, known)
    if device is None:
        return Rejection(Reason.UNKNOWN_SENSOR, "no such device")
    if element.component is not None:
        return Rejection(Reason.UNKNOWN_SENSOR, f"no component {element.component!r}")
    if not 0 < len(key) <= SENSOR_KEY_MAX_CHARACTERS or not key.isprintable() or key != key.strip():
        return Rejection(
            Reason.MALFORMED, f"a sensor's key is 1 to {SENSOR_KEY_MAX_CHARACTERS} printable characters"
        )
    return device.sensors_by_key.get(key) or SensorName(device.org_id, device.id, key)


def _device(message: Message, element: WireReading, known: Known) -> KnownDevice | None:
    """The device that speaks or is named. What an MQTT body claims about its device is ignored."""
    device_id = message.device_id or _uuid(element.device_id)
    device = known.device(device_id) if device_id else None
    return device if device and device.org_id == message.org_id else None


def _device_named(message: Message, element: WireReading | Rejection, known: Known) -> UUID | None:
    named = element if isinstance(element, WireReading) else WireReading(timestamp=_NO_TIME)
    device = _device(message, named, known)
    return device.id if device else None


def validate(
    candidates: Sequence[Candidate], *, now: datetime, accepted: AcceptedAge
) -> tuple[list[Candidate], list[Refused]]:
    """Keep what could be stored in some sensor: time, size and characters are checked, types are not yet."""
    oldest, newest = now - accepted.behind, now + accepted.ahead
    sound: list[Candidate] = []
    faulty: list[Refused] = []
    for candidate in candidates:
        # Times near year 1 or 9999 with an offset overflow when they are turned into UTC; comparing doesn't.
        if not oldest <= candidate.ts <= newest:
            too = "old" if candidate.ts < oldest else "far ahead of the platform's clock"
            faulty.append(candidate.refused(Reason.BAD_TIMESTAMP, f"the timestamp is too {too}"))
        elif fault := _fault(candidate):
            faulty.append(candidate.refused(fault.reason, fault.message))
        else:
            sound.append(candidate)
    return sound, faulty


def _fault(candidate: Candidate) -> Rejection | None:
    value = candidate.value
    if isinstance(value, str):
        if len(value) > TEXT_MAX_CHARACTERS:
            return Rejection(Reason.OUT_OF_RANGE, f"text is longer than {TEXT_MAX_CHARACTERS} characters")
        if "\0" in value:
            return Rejection(Reason.MALFORMED, "text contains NUL")
    elif isinstance(value, int) and abs(value) > BIGINT_MAX and _as_double(value) is None:
        return Rejection(Reason.OUT_OF_RANGE, "the number is beyond the range of a double")
    if candidate.metadata is not None:
        if _is_deeper(candidate.metadata, METADATA_MAX_DEPTH):
            return Rejection(Reason.MALFORMED, f"metadata is nested more than {METADATA_MAX_DEPTH} deep")
        if _contains_nul(candidate.metadata):
            return Rejection(Reason.MALFORMED, "metadata contains NUL")
        if len(msgspec.json.encode(candidate.metadata)) > METADATA_MAX_BYTES:
            return Rejection(Reason.OUT_OF_RANGE, f"metadata is larger than {METADATA_MAX_BYTES} bytes")
    return None


def newborn(candidates: Sequence[Candidate]) -> dict[SensorName, str]:
    """The sensors to create, each typed by the values that name it here: one fraction makes it DOUBLE."""
    births: dict[SensorName, str] = {}
    for candidate in candidates:
        if isinstance(candidate.sensor, SensorName):
            born_as = _natural_type(candidate.value)
            if births.setdefault(candidate.sensor, born_as) == "BIGINT" and born_as == "DOUBLE":
                births[candidate.sensor] = "DOUBLE"
    return births


def place(candidates: Sequence[Candidate], known: Known) -> tuple[list[Candidate], list[Refused]]:
    """Put in place of names the sensors that were created for them; what is still nameless was over the limit."""
    placed: list[Candidate] = []
    homeless: list[Refused] = []
    for candidate in candidates:
        if isinstance(candidate.sensor, SensorName):
            device = known.device(candidate.sensor.device_id)
            sensor = device.sensors_by_key.get(candidate.sensor.key) if device else None
            if sensor is None:
                homeless.append(
                    candidate.refused(Reason.SENSOR_LIMIT, "the device has as many sensors as it may have")
                )
                continue
            candidate.sensor = sensor
        placed.append(candidate)
    return placed, homeless


def widening(candidates: Sequence[Candidate]) -> list[Sensor]:
    """BIGINT sensors, born from a bare integer, that meet their first fractional number here."""
    return [
        candidate.sensor
        for candidate in candidates
        if isinstance(candidate.sensor, Sensor)
        and candidate.sensor.is_widenable
        and isinstance(candidate.value, float)
        and not candidate.value.is_integer()
    ]


def assign(candidates: Sequence[Candidate]) -> tuple[list[Reading], list[Refused]]:
    """Give each value the column of its sensor's type."""
    readings: list[Reading] = []
    mistyped: list[Refused] = []
    for candidate in candidates:
        assert isinstance(candidate.sensor, Sensor)  # noqa: S101 - `place` came before
        row = _row(candidate, candidate.sensor)
        if isinstance(row, Rejection):
            mistyped.append(candidate.refused(row.reason, row.message))
        else:
            readings.append(Reading(candidate, row))
    return readings, mistyped


def _row(candidate: Candidate, sensor: Sensor) -> ReadingRow | Rejection:
    value = candidate.value
    metadata = None if candidate.metadata is None else msgspec.json.encode(candidate.metadata).decode()
    double = bigint = boolean = text = None
    match sensor.value_type:
        case "DOUBLE" if isinstance(value, int | float) and not isinstance(value, bool):
            double = _as_double(value)
        case "BIGINT" if isinstance(value, int | float) and not isinstance(value, bool):
            if isinstance(value, float) and not value.is_integer():
                return Rejection(Reason.WRONG_TYPE, f"sensor {sensor.key} takes whole numbers")
            bigint = int(value)
            if not BIGINT_MIN <= bigint <= BIGINT_MAX:
                return Rejection(Reason.OUT_OF_RANGE, "the number is beyond 64 bits")
        case "BOOLEAN" if isinstance(value, bool):
            boolean = value
        case "TEXT" if isinstance(value, str):
            text = value
        case _:
            return Rejection(Reason.WRONG_TYPE, f"sensor {sensor.key} takes {sensor.value_type}")
    return ReadingRow(sensor.org_id, sensor.id, candidate.ts, double, bigint, boolean, text, metadata)


def _natural_type(value: Value) -> str:
    match value:
        case bool():
            return "BOOLEAN"
        case int():
            # A whole number that no BIGINT can hold is a DOUBLE from the start.
            return "BIGINT" if BIGINT_MIN <= value <= BIGINT_MAX else "DOUBLE"
        case float():
            return "DOUBLE"
        case _:
            return "TEXT"


def _as_double(value: float) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether it nests more than so many levels; stops there, however deep it is."""
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(item, levels - 1) for item in inner)


def _contains_nul(value: Any) -> bool:
    match value:
        case str():
            return "\0" in value
        case dict():
            return any(_contains_nul(key) or _contains_nul(item) for key, item in value.items())
        case list():
            return any(map(_contains_nul, value))
        case _:
            return False


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
