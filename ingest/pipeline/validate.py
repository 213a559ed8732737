"""What may be stored: pure rules, from candidates to readings. Nothing here waits or touches the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np

from db.readings.columns import Codes, Flags, Floats, Integers, Value, ValueType
from db.readings.times import microseconds
from ingest.pipeline.columns import Kind
from ingest.pipeline.identify import Candidates, Known, Refused
from ingest.pipeline.messages import Reason, Rejection
from ingest.pipeline.profiles import Fault, rejection
from ingest.pipeline.registry import Birth, Sensor, SensorName

TEXT_MAX_CHARACTERS = 1000
METADATA_MAX_BYTES = 10 * 1024
METADATA_MAX_DEPTH = 64
_LONG_AGO = np.iinfo(np.int64).min

_BORN_AS = {
    Kind.FLOAT: "DOUBLE",
    Kind.INTEGER: "BIGINT",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.TEXT: "TEXT",
    Kind.HUGE: "DOUBLE",  # a whole number that no BIGINT can hold is a DOUBLE from the start
}
_profile_of = attrgetter("profile")
# The kinds that each type takes; of whole floats for a BIGINT, `assign` looks closer.
_TAKES = np.zeros((len(ValueType), len(Kind)), bool)
_TAKES[ValueType.DOUBLE, [Kind.FLOAT, Kind.INTEGER, Kind.HUGE]] = True
_TAKES[ValueType.BIGINT, [Kind.FLOAT, Kind.INTEGER, Kind.HUGE]] = True
_TAKES[ValueType.BOOLEAN, Kind.BOOLEAN] = True
_TAKES[ValueType.TEXT, Kind.TEXT] = True


@dataclass(frozen=True, slots=True)
class AcceptedAge:
    """How far a reading's time may lie behind and ahead of the database's clock."""

    behind: timedelta
    ahead: timedelta


@dataclass(frozen=True, slots=True)
class Readings:
    """Candidates in their stored form, each in the column of its sensor's type: `number` for DOUBLE, `integer` for
    BIGINT and BOOLEAN, the batch's text for TEXT."""

    candidates: Candidates
    sensors: Sequence[Sensor]
    type: Codes
    number: Floats
    integer: Integers

    def __len__(self) -> int:
        return len(self.type)

    def where(self, flags: Flags) -> Readings:
        return Readings(
            self.candidates.where(flags),
            self.sensors,
            self.type[flags],
            self.number[flags],
            self.integer[flags],
        )

    @property
    def ts(self) -> Integers:
        return self.candidates.batch.ts[self.candidates.rows]

    def value(self, at: int) -> Value:
        """As it is stored."""
        match self.type[at]:
            case ValueType.DOUBLE:
                return float(self.number[at])
            case ValueType.BIGINT:
                return int(self.integer[at])
            case _:
                return self.candidates.batch.values.as_sent(int(self.candidates.rows[at]))


def validate(
    candidates: Candidates, *, now: datetime, accepted: AcceptedAge
) -> tuple[Candidates, list[Refused]]:
    """Keep what could be stored in some sensor: time, size and characters are checked, types are not yet."""
    ts = candidates.batch.ts[candidates.rows]
    is_old = ts < microseconds(now - accepted.behind)
    is_ahead = ts > microseconds(now + accepted.ahead)
    is_sound = ~(is_old | is_ahead)
    faulty: list[Refused] = []
    for at in np.flatnonzero(~is_sound).tolist():
        too = "old" if is_old[at] else "far ahead of the platform's clock"
        faulty.append(candidates.refused(at, Reason.BAD_TIMESTAMP, f"the timestamp is too {too}"))
    for at in np.flatnonzero(is_sound & _is_suspect(candidates)).tolist():
        if fault := _fault(candidates, at):
            faulty.append(candidates.refused(at, fault.reason, fault.message))
            is_sound[at] = False
    return candidates.where(is_sound), faulty


def within_retention(
    candidates: Candidates, known: Known, *, now: datetime
) -> tuple[Candidates, list[Refused]]:
    """Keep what the reading's organization keeps: what is older, it would delete the next night."""
    orgs = {subject.org_id for subject in candidates.subjects}
    days = {org_id: kept for org_id in orgs if (kept := known.retention_days(org_id)) is not None}
    if not days:
        return candidates, []
    oldest = {org_id: microseconds(now - timedelta(days=kept)) for org_id, kept in days.items()}
    first = np.array(
        [oldest.get(subject.org_id, _LONG_AGO) for subject in candidates.subjects], np.int64
    )
    is_kept = candidates.batch.ts[candidates.rows] >= first[candidates.subject]
    expired = []
    for at in np.flatnonzero(~is_kept).tolist():
        kept = days[candidates.subjects[candidates.subject[at]].org_id]
        fault = (
            f"the timestamp is older than the {kept} days for which the organization keeps readings"
        )
        expired.append(candidates.refused(at, Reason.BAD_TIMESTAMP, fault))
    return candidates.where(is_kept), expired


def _is_suspect(candidates: Candidates) -> Flags:
    """Which rows have something that only looking at each can judge: text, metadata, no finite number."""
    batch, rows = candidates.batch, candidates.rows
    is_suspect = ~np.isfinite(batch.values.number)
    for odd in (batch.values.odd, batch.metadata):
        if odd:
            is_suspect[list(odd)] = True
    return is_suspect[rows]


def _fault(candidates: Candidates, at: int) -> Rejection | None:
    batch, row = candidates.batch, int(candidates.rows[at])
    value, metadata = batch.values.as_sent(row), batch.metadata.get(row)
    if isinstance(value, str):
        if len(value) > TEXT_MAX_CHARACTERS:
            return Rejection(
                Reason.OUT_OF_RANGE, f"text is longer than {TEXT_MAX_CHARACTERS} characters"
            )
        if "\0" in value:
            return Rejection(Reason.MALFORMED, "text contains NUL")
        if not _is_unicode(value):
            return Rejection(Reason.MALFORMED, "text is not Unicode")
    elif not np.isfinite(batch.values.number[row]):
        if isinstance(value, int):
            return Rejection(Reason.OUT_OF_RANGE, "the number is beyond the range of a double")
        return Rejection(Reason.OUT_OF_RANGE, "the value is no finite number")
    if metadata is not None:
        if _is_deeper(metadata, METADATA_MAX_DEPTH):
            return Rejection(
                Reason.MALFORMED, f"metadata is nested more than {METADATA_MAX_DEPTH} deep"
            )
        if _contains_nul(metadata):
            return Rejection(Reason.MALFORMED, "metadata contains NUL")
        if len(msgspec.json.encode(metadata)) > METADATA_MAX_BYTES:
            return Rejection(
                Reason.OUT_OF_RANGE, f"metadata is larger than {METADATA_MAX_BYTES} bytes"
            )
    return None


def conform(candidates: Candidates) -> tuple[Candidates, list[Refused]]:
    """Single readings of sensors that a profile describes keep to it. Structured payloads did when they were unfolded."""
    batch = candidates.batch
    profiles = list(map(_profile_of, candidates.subjects))
    if profiles.count(None) == len(profiles):
        return candidates, []
    is_described = np.array([profile is not None for profile in profiles], bool)
    is_checked = is_described[candidates.subject]
    if batch.first_unfolded is not None:
        is_checked &= candidates.rows < batch.first_unfolded
    does_conform = np.ones(len(candidates.rows), bool)
    faulty: list[Refused] = []
    for at in np.flatnonzero(is_checked).tolist():
        number = candidates.subject[at]
        profile, key = profiles[number], candidates.subjects[number].key
        value = profile.single(key, batch.values.as_sent(int(candidates.rows[at])))
        if isinstance(value, Fault):
            does_conform[at] = False
            why = rejection([value])
            faulty.append(candidates.refused(at, why.reason, why.message))
    return candidates.where(does_conform), faulty


def newborn(candidates: Candidates) -> dict[SensorName, Birth]:
    """The sensors to create, each as its profile says, or typed by the values that name it here: one fraction makes it
    DOUBLE."""
    births: dict[SensorName, Birth] = {}
    numbers = _numbers(candidates, SensorName)
    if not numbers:
        return births
    kinds = candidates.batch.values.kind[candidates.rows]
    reported = set(np.unique(candidates.subject).tolist())
    for number in reported.intersection(numbers):
        name = candidates.subjects[number]
        assert isinstance(name, SensorName)  # noqa: S101 - chosen for that
        described = name.profile.sensor(name.key) if name.profile else None
        if described is not None:
            births[name] = Birth(described.value_type, described.unit)
            continue
        types = [_BORN_AS[Kind(kind)] for kind in kinds[candidates.subject == number].tolist()]
        born_as = "DOUBLE" if types[0] == "BIGINT" and "DOUBLE" in types else types[0]
        births[name] = Birth(born_as, is_widenable=born_as == "BIGINT")
    return births


def place(
    candidates: Candidates, born: Mapping[SensorName, Sensor | Rejection]
) -> tuple[Candidates, list[Refused]]:
    """Put in place of names the sensors that were created for them; refuse what none was created for."""
    if set(map(type, candidates.subjects)) <= {Sensor}:
        return candidates, []
    subjects = [
        born.get(name, name) if isinstance(name, SensorName) else name
        for name in candidates.subjects
    ]
    is_placed = np.array([isinstance(subject, Sensor) for subject in subjects], bool)
    is_home = is_placed[candidates.subject]
    homeless: list[Refused] = []
    for at in np.flatnonzero(~is_home).tolist():
        why = subjects[candidates.subject[at]]
        assert isinstance(why, Rejection)  # noqa: S101 - every name that has rows was to be born
        homeless.append(candidates.refused(at, why.reason, why.message))
    kept, number_of = candidates.where(is_home), np.cumsum(is_placed) - 1
    left = [subject for subject in subjects if isinstance(subject, Sensor)]
    return Candidates(kept.batch, kept.rows, left, number_of[kept.subject]), homeless


def _numbers(candidates: Candidates, kind: type) -> list[int]:
    return [
        number for number, subject in enumerate(candidates.subjects) if isinstance(subject, kind)
    ]


def widening(candidates: Candidates) -> list[Sensor]:
    """BIGINT sensors, born from a bare integer, that meet their first fractional number here."""
    widenable = np.array(
        [isinstance(subject, Sensor) and subject.is_widenable for subject in candidates.subjects],
        bool,
    )
    if not widenable.any():
        return []
    meets = candidates.subject[widenable[candidates.subject] & _is_fraction(candidates)]
    found = [candidates.subjects[number] for number in np.unique(meets).tolist()]
    return [subject for subject in found if isinstance(subject, Sensor)]


def _is_fraction(candidates: Candidates) -> Flags:
    values, rows = candidates.batch.values, candidates.rows
    number = values.number[rows]
    is_fraction: Flags = (values.kind[rows] == Kind.FLOAT) & (number != np.trunc(number))
    return is_fraction


def assign(candidates: Candidates) -> tuple[Readings, list[Refused]]:
    """Give each value the column of its sensor's type. `place` came before: every subject is a sensor."""
    values, rows = candidates.batch.values, candidates.rows
    types = np.array(
        [
            ValueType[subject.value_type] if isinstance(subject, Sensor) else 0
            for subject in candidates.subjects
        ],
        np.uint8,
    )[candidates.subject]
    kind, number, integer = values.kind[rows], values.number[rows], values.integer[rows]
    fits = _TAKES[types, kind]
    is_bigint = types == ValueType.BIGINT
    if is_bigint.any():
        is_float = is_bigint & (kind == Kind.FLOAT)
        within = (number >= -(2.0**63)) & (number < 2.0**63)
        fits &= (
            ~is_bigint | (kind == Kind.INTEGER) | (is_float & within & ~_is_fraction(candidates))
        )
        whole = is_float & fits
        integer[whole] = number[whole].astype(np.int64)
    mistyped = [
        candidates.refused(at, *_mistyped(candidates, at)) for at in np.flatnonzero(~fits).tolist()
    ]
    kept = candidates.where(fits)
    sensors = [
        subject for subject in kept.subjects if isinstance(subject, Sensor)
    ]  # all of them are
    if mistyped:
        types, number, integer = types[fits], number[fits], integer[fits]
    return Readings(kept, sensors, types, number, integer), mistyped


def _mistyped(candidates: Candidates, at: int) -> tuple[Reason, str]:
    sensor = candidates.subjects[candidates.subject[at]]
    value = candidates.batch.values.as_sent(int(candidates.rows[at]))
    assert isinstance(sensor, Sensor)  # noqa: S101 - `place` came before
    if sensor.value_type != "BIGINT" or isinstance(value, bool | str):
        return Reason.WRONG_TYPE, f"sensor {sensor.key} takes {sensor.value_type}"
    if isinstance(value, float) and not value.is_integer():
        return Reason.WRONG_TYPE, f"sensor {sensor.key} takes whole numbers"
    return Reason.OUT_OF_RANGE, "the number is beyond 64 bits"


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether it nests more than so many levels; stops there, however deep it is."""
    if not isinstance(value, dict | list):
        return False
    inner: Iterable[Any] = value.values() if isinstance(value, dict) else value
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


def _is_unicode(text: Value) -> bool:
    try:
        str(text).encode()
    except UnicodeEncodeError:
        return False
    return True
