"""What may be stored: pure rules on time, on the value by itself, and on what its sensor's profile
says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from db.readings.times import microseconds
from ingest.pipeline.directory import Directory, Subject
from ingest.pipeline.metadata import metadata_fault
from ingest.pipeline.profiles import ValueFault, rejection
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.rows import Rows
from ingest.pipeline.values import TEXT_MAX_CHARACTERS

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
    described = _metadata_faults(rows)
    found = {row: _value_fault(rows, row) or described.get(row) for row in _suspects(rows)}
    return rows.reject_each({row: fault for row, fault in found.items() if fault is not None})


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


def _value_fault(rows: Rows[Subject], row: int) -> Rejection | None:
    value = rows.value_sent(row)
    return _text_fault(value) if isinstance(value, str) else _number_fault(rows, row)


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


def _metadata_faults(rows: Rows[Subject]) -> dict[int, Rejection]:
    """By row; what many rows have alike is looked at once."""
    faults = {text: metadata_fault(text) for text in set(rows.metadata.values())}
    return {
        row: fault for row, text in rows.metadata.items() if (fault := faults[text]) is not None
    }


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
