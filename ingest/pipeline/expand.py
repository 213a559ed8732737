"""Structured payloads: what a component reports for one moment becomes rows of its sensors, all or
none.

First in the line they are expanded, last they are put together again: a value that any step refused
takes the others of its payload with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import repeat

import numpy as np

from ingest.pipeline.directory import Directory, Sensor
from ingest.pipeline.gather import Mention, MentionNumbers
from ingest.pipeline.profiles import Profile, rejection
from ingest.pipeline.rejection import Reason, RejectedElement, Rejection
from ingest.pipeline.resolve import device_of
from ingest.pipeline.rows import Rows, joined
from ingest.pipeline.values import SentValue, ValueColumns, ValueKind, payload_of

# A payload of 100 KB could otherwise become 500 MB: its metadata once for each of 51,200 values.
METADATA_MAX_BYTES = 64 * 1024


def expand_payloads(rows: Rows[Mention], directory: Directory) -> Rows[Mention]:
    """The same with a row for each value of structured payloads, behind the others.

    One with a fault has none: its row stays, and every fault is told.
    """
    payloads = np.flatnonzero(rows.kind == ValueKind.PAYLOAD).tolist() if rows.objects else []
    if not payloads:
        return rows
    expansion = _Expansion(rows, directory)
    for row in payloads:
        expansion.add(row)
    is_left = np.ones(len(rows), bool)
    is_left[expansion.payloads] = False
    left = replace(rows, faults=rows.faults | expansion.faults).where(is_left)
    left = replace(left, is_expanded=np.zeros(len(left), bool))
    return joined([left, expansion.as_rows()]) if expansion.payloads else left


_Part = tuple[Profile, MentionNumbers]


@dataclass(slots=True)
class _Expansion:
    """The values as they are gathered: `sizes` says how many each of `payloads`, rows, has
    become."""

    rows: Rows[Mention]
    directory: Directory
    parts: dict[int, _Part | Rejection] = field(default_factory=dict)
    payloads: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    mention: list[int] = field(default_factory=list)
    values: list[SentValue] = field(default_factory=list)
    metadata: dict[int, bytes] = field(default_factory=dict)
    faults: dict[int, Rejection] = field(default_factory=dict)

    def add(self, row: int) -> None:
        number = int(self.rows.sensor[row])
        part = self.parts.get(number)
        if part is None:
            part = self.parts[number] = self._part(self.rows.sensors[number])
        fault = part if isinstance(part, Rejection) else self._add_values(row, *part)
        if fault is not None:
            self.faults[row] = fault

    def _part(self, mention: Mention) -> _Part | Rejection:
        """Whose values these are: their profile, and the numbers of their sensors."""
        message, name = mention
        if message.device_id is None and name.device_id is None:
            return Rejection(Reason.MISSING_FIELD, "deviceId is missing")
        device = device_of(mention, self.directory)
        if device is None:
            return Rejection(Reason.UNKNOWN_SENSOR, "no such device")
        part = device.part(name.component)
        if part is None:
            return Rejection(Reason.MISSING_PROFILE, f"no component {name.component!a:.80}")
        if part.profile is None:
            who = "the device" if name.component is None else f"component {name.component!a:.80}"
            return Rejection(Reason.MISSING_PROFILE, f"{who} is bound to no profile")
        return part.profile, MentionNumbers(
            message, self.mentions, lambda key: name._replace(sensor=key)
        )

    def _add_values(self, row: int, profile: Profile, numbers: MentionNumbers) -> Rejection | None:
        typed, faults = profile.structured(payload_of(self.rows.objects[row]))
        if faults:
            return rejection(faults)
        metadata = self.rows.metadata.get(row)
        if metadata is not None:
            if len(metadata) * len(typed) > METADATA_MAX_BYTES:
                told = (
                    f"metadata is kept with each of {len(typed)} values, "
                    f"more than {METADATA_MAX_BYTES} bytes in all"
                )
                return Rejection(Reason.OUT_OF_RANGE, told)
            first = len(self.values)
            self.metadata.update(zip(range(first, first + len(typed)), repeat(metadata)))
        keys, values = zip(*typed, strict=True)
        self.payloads.append(row)
        self.sizes.append(len(typed))
        self.mention.extend(map(numbers.__getitem__, keys))
        self.values.extend(values)
        return None

    def as_rows(self) -> Rows[Mention]:
        payload = np.repeat(np.array(self.payloads, np.intp), self.sizes)
        rows = Rows.of(
            self.mentions,
            np.array(self.mention, np.intp),
            self.rows.ts[payload],
            values=ValueColumns.of(self.values),
            metadata=self.metadata,
        )
        return replace(
            rows,
            message=self.rows.message[payload],
            index=self.rows.index[payload],
            is_expanded=np.ones(len(rows), bool),
        )


def all_or_none(rows: Rows[Sensor]) -> Rows[Sensor]:
    """Without what is left of payloads of which a value was refused; each is told of once, with
    every reason."""
    if not rows.rejections:
        return rows
    told: dict[tuple[int, int], RejectedElement] = {}
    for element in rows.rejections:
        key = element.message, element.index
        told[key] = told[key].also(element.rejection) if key in told else element
    width = 1 + max(int(rows.index.max(initial=0)), *(index for _, index in told))
    broken = [message * width + index for message, index in told]
    is_whole = ~np.isin(rows.message * width + rows.index, broken)
    return replace(rows.where(is_whole), rejections=tuple(told.values()))
