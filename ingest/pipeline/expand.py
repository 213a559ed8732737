"""Structured payloads: what a component reports for one moment becomes readings of its sensors, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Any

import msgspec
import numpy as np

from db.readings.columns import Value
from ingest.pipeline.batch import (
    Batch,
    Payload,
    Unreadable,
    joined,
    microseconds_of,
    name_of,
    speakers_of,
)
from ingest.pipeline.columns import Name, Values
from ingest.pipeline.identify import Known, Refused, device_of
from ingest.pipeline.messages import Message, Reason, Rejection
from ingest.pipeline.profiles import Profile, rejection
from ingest.pipeline.validate import Readings

# A payload of 100 KB could otherwise become 500 MB: its metadata once for each of 51,200 values.
METADATA_MAX_BYTES = 64 * 1024


class _Numbers(dict[str, int]):
    """The numbers of one part's sensor keys among the batch's names; a new key is a new name."""

    def __init__(self, message: Message, said: Name, names: list[tuple[Message, Name]]) -> None:
        super().__init__()
        self._message, self._said, self._names = message, said, names

    def __missing__(self, key: str) -> int:
        self._names.append((self._message, self._said._replace(sensor=key)))
        number = self[key] = len(self._names) - 1
        return number


@dataclass(slots=True)
class _Unfolded:
    """Rows as they are gathered: `sizes` says how many each of `payloads` has become."""

    payloads: list[Payload] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    names: list[tuple[Message, Name]] = field(default_factory=list)
    name: list[int] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    metadata: dict[int, dict[str, Any]] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)

    def add(self, payload: Payload, profile: Profile, number_of: _Numbers) -> None:
        typed, faults = profile.structured(payload.reading.values or {})
        if faults:
            self.refuse(payload, rejection(faults))
            return
        metadata = payload.reading.metadata
        if metadata is not None:
            if _size(metadata) * len(typed) > METADATA_MAX_BYTES:
                told = f"metadata is kept with each of {len(typed)} values, more than {METADATA_MAX_BYTES} bytes in all"
                self.refuse(payload, Rejection(Reason.OUT_OF_RANGE, told))
                return
            first = len(self.values)
            self.metadata.update(zip(range(first, first + len(typed)), repeat(metadata)))
        keys, values = zip(*typed, strict=True)
        self.payloads.append(payload)
        self.sizes.append(len(typed))
        self.name.extend(map(number_of.__getitem__, keys))
        self.values.extend(values)

    def refuse(self, payload: Payload, why: Rejection) -> None:
        self.unreadable.append(
            Unreadable(payload.message, payload.index, name_of(payload.reading), why)
        )


def _size(metadata: dict[str, Any]) -> int:
    try:
        return len(msgspec.json.encode(metadata))
    except RecursionError:  # `validate` says so
        return 0


def unfold(batch: Batch, known: Known) -> Batch:
    """The same batch with a row for each value of its structured payloads. One with a fault has none, and every fault
    is told."""
    if not batch.payloads:
        return batch
    rows = _Unfolded()
    speakers = speakers_of(batch.messages)
    parts: dict[tuple[int, str | None, str | None], tuple[Profile, _Numbers] | Rejection] = {}
    for payload in batch.payloads:
        reading = payload.reading
        key = speakers[payload.message], reading.device_id, reading.component
        part = parts.get(key)
        if part is None:
            message, said = batch.messages[payload.message], name_of(reading)
            profile = _profile_of(message, said, known)
            part = (
                profile
                if isinstance(profile, Rejection)
                else (profile, _Numbers(message, said, rows.names))
            )
            parts[key] = part
        if isinstance(part, Rejection):
            rows.refuse(payload, part)
        else:
            rows.add(payload, *part)
    unfolded = joined(
        batch.messages, [replace(batch, payloads=()), _as_batch(batch.messages, rows)]
    )
    return replace(unfolded, first_unfolded=len(batch))


def _profile_of(message: Message, said: Name, known: Known) -> Profile | Rejection:
    if message.device_id is None and said.device_id is None:
        return Rejection(Reason.MISSING_FIELD, "deviceId is missing")
    device = device_of(message, said, known)
    if device is None:
        return Rejection(Reason.UNKNOWN_SENSOR, "no such device")
    part = device.part(said.component)
    if part is None:
        return Rejection(Reason.MISSING_PROFILE, f"no component {said.component!a:.80}")
    if part.profile is None:
        who = "the device" if said.component is None else f"component {said.component!a:.80}"
        return Rejection(Reason.MISSING_PROFILE, f"{who} is bound to no profile")
    return part.profile


def _as_batch(messages: Sequence[Message], rows: _Unfolded) -> Batch:
    def spread(column: Sequence[int]) -> Any:
        return np.repeat(np.array(column, np.int64), rows.sizes)

    return Batch(
        messages,
        spread([payload.message for payload in rows.payloads]),
        spread([payload.index for payload in rows.payloads]),
        rows.names,
        np.array(rows.name, np.intp),
        np.repeat(microseconds_of([payload.reading for payload in rows.payloads]), rows.sizes),
        Values.of(rows.values),
        rows.metadata,
        rows.unreadable,
    )


def all_or_none(readings: Readings, refused: Sequence[Refused]) -> tuple[Readings, list[Refused]]:
    """A value that is refused takes the others of its payload with it, and they are refused once, for every reason."""
    batch = readings.candidates.batch
    if batch.first_unfolded is None or not refused:
        return readings, list(refused)
    told: dict[tuple[int, int], Refused] = {}
    for item in refused:
        key = id(item.message), item.index
        told[key] = told[key].also(item.rejection) if key in told else item
    number_of = {id(message): number for number, message in enumerate(batch.messages)}
    width = int(batch.index.max(initial=0)) + 1
    broken = [number_of[message] * width + index for message, index in told if index < width]
    rows = readings.candidates.rows
    is_broken = np.isin(batch.message[rows] * width + batch.index[rows], broken)
    return readings.where(~is_broken), list(told.values())
