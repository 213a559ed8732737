"""What may be stored: pure rules on time, on the value by itself, and on what its sensor's profile
says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np

from db.readings.times import microseconds
from ingest.pipeline.directory import Directory, Subject
from ingest.pipeline.profiles import ValueFault, rejection
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.rows import Rows
from ingest.pipeline.values import TEXT_MAX_CHARACTERS

METADATA_MAX_BYTES = 10 * 1024
METADATA_MAX_DEPTH = 64
_LONG_AGO = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class AcceptedAge:
    """How far a reading's time may lie behind and ahead of the database's clock."""

    behind: timedelta
    ahead: timedelta


def check_values(rows: Rows[Subject], *, now: datetime, accepted: AcceptedAge) -> Rows[Subject]:
    """What could be stored in some sensor: time, size and characters are checked, types are not
    yet."""
    is_old = rows.ts < microseconds(now - accepted.behind)
    rows = rows.reject(is_old, Reason.BAD_TIMESTAMP, "the timestamp is too old")
    is_ahead = rows.ts > microseconds(now + accepted.ahead)
    told = "the timestamp is too far ahead of the platform's clock"
    rows = rows.reject(is_ahead, Reason.BAD_TIMESTAMP, told)
    return rows.reject_each(
        {row: fault for row in _suspects(rows) if (fault := _fault(rows, row)) is not None}
    )


def check_retention(rows: Rows[Subject], directory: Directory, *, now: datetime) -> Rows[Subject]:
    """What the reading's organization keeps: what is older, it would delete the next night."""
    orgs = {sensor.org_id for sensor in rows.sensors}
    kept = {org_id: directory.retention_days(org_id) for org_id in orgs}
    days = {org_id: number for org_id, number in kept.items() if number is not None}
    if not days:
        return rows
    oldest = {org_id: microseconds(now - timedelta(days=number)) for org_id, number in days.items()}
    firsts = [oldest.get(sensor.org_id, _LONG_AGO) for sensor in rows.sensors]
    is_expired = rows.ts < np.array(firsts, np.int64)[rows.sensor]
    return rows.reject(
        is_expired,
        Reason.BAD_TIMESTAMP,
        lambda row: (
            f"the timestamp is older than the {days[rows.sensor_of(row).org_id]} days "
            "for which the organization keeps readings"
        ),
    )


def check_against_profiles(rows: Rows[Subject]) -> Rows[Subject]:
    """Single readings of sensors that a profile describes keep to it. Structured payloads did when
    they were expanded."""
    profiles = [sensor.profile for sensor in rows.sensors]
    if profiles.count(None) == len(profiles):
        return rows
    is_checked = np.array([profile is not None for profile in profiles], bool)[rows.sensor]
    if len(rows.is_expanded):
        is_checked &= ~rows.is_expanded
    faults = {}
    for row in np.flatnonzero(is_checked).tolist():
        sensor = rows.sensor_of(row)
        value = sensor.profile and sensor.profile.single(sensor.key, rows.value_sent(row))
        if isinstance(value, ValueFault):
            faults[row] = rejection([value])
    return rows.reject_each(faults)


def _suspects(rows: Rows[Subject]) -> list[int]:
    """The rows with something that only looking at each can judge: text, metadata, no finite
    number."""
    is_finite = np.isfinite(rows.number)
    if not rows.objects and not rows.metadata and is_finite.all():
        return []
    return sorted({*np.flatnonzero(~is_finite).tolist(), *rows.objects, *rows.metadata})


def _fault(rows: Rows[Subject], row: int) -> Rejection | None:
    value, metadata = rows.value_sent(row), rows.metadata.get(row)
    fault = _text_fault(value) if isinstance(value, str) else _number_fault(rows, row)
    return fault or (None if metadata is None else _metadata_fault(metadata))


def _text_fault(text: str) -> Rejection | None:
    if len(text) > TEXT_MAX_CHARACTERS:
        told = f"text is longer than {TEXT_MAX_CHARACTERS} characters"
        return Rejection(Reason.OUT_OF_RANGE, told)
    if "\0" in text:
        return Rejection(Reason.MALFORMED, "text contains NUL")
    if not _is_unicode(text):
        return Rejection(Reason.MALFORMED, "text is not Unicode")
    return None


def _number_fault(rows: Rows[Subject], row: int) -> Rejection | None:
    if np.isfinite(rows.number[row]):
        return None
    if row in rows.objects:
        return Rejection(Reason.OUT_OF_RANGE, "the number is beyond the range of a double")
    return Rejection(Reason.OUT_OF_RANGE, "the value is no finite number")


def _metadata_fault(metadata: dict[str, Any]) -> Rejection | None:
    if _is_deeper(metadata, METADATA_MAX_DEPTH):
        told = f"metadata is nested more than {METADATA_MAX_DEPTH} deep"
        return Rejection(Reason.MALFORMED, told)
    if _contains_nul(metadata):
        return Rejection(Reason.MALFORMED, "metadata contains NUL")
    if len(msgspec.json.encode(metadata)) > METADATA_MAX_BYTES:
        told = f"metadata is larger than {METADATA_MAX_BYTES} bytes"
        return Rejection(Reason.OUT_OF_RANGE, told)
    return None


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


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
