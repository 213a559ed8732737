"""What arrives: a message of readings, or several that were read at once; and the text of each
element.

A message may be cut between its elements: for its source's turn (`part`), or since one of the
bodies in it is at fault (`apart`). Its pieces keep their elements' indexes, and ask the whole for
what was sent.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, Protocol
from uuid import UUID

import msgspec
import numpy as np

from ingest.pipeline.decode import Element, NotReadings, decode, split
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.rows import Name, Rows
from ingest.pipeline.values import payload_size


class Via(StrEnum):
    MQTT = "mqtt"
    HTTP = "http"


class SourceTexts(Protocol):
    """The source texts of elements by their index, as far as they are there."""

    def get(self, index: int, /) -> msgspec.Raw | bytes | None: ...


@dataclass(frozen=True, slots=True)
class SentElement:
    """An element as it came: its source text, the SHA-256 of the body it stood in, its index
    there."""

    text: bytes
    body_hash: bytes
    index: int


@dataclass(eq=False)
class Message:
    """One publish or one request: from whom, what, and when it came (time.perf_counter seconds).

    device_id is None for an HTTP client, whose readings name their device or sensor themselves.
    What was sent stands in `elements`; or in `rows` where it came as columns, then without an
    object for each reading.
    """

    org_id: UUID
    device_id: UUID | None
    via: Via
    body: bytes
    received_at: float
    elements: list[Element] = field(default_factory=list)
    rows: Rows[Name] | None = None
    texts: SourceTexts = field(default_factory=dict[int, bytes])
    """The source texts of its elements, as far as the body doesn't show them, being no JSON
    array."""
    weights: Sequence[int] = ()
    """How many readings each of its rows may become, where that is more than one of some."""
    body_hash: bytes | None = None
    """The SHA-256 of the body as it was before it was encoded for the way, where `body` isn't
    that."""
    first: int = 0
    """The index of its first element, where it is a part of a larger message."""
    source: Message | None = None
    body_ends: Sequence[int] = ()
    """Where the elements of each body end, if it is several."""
    topic: str | None = None
    """Where it was published, if not where readings are."""
    is_replayed: bool = False
    """Whether it comes out of quarantine, where it still is: what is refused of it is not kept
    again."""

    def __len__(self) -> int:
        return len(self.elements) if self.rows is None else len(self.rows)

    @cached_property
    def ends(self) -> Sequence[int]:
        """How many readings its elements hold up to each one: a structured payload as many as it
        has values."""
        # Looking for the word costs a hundredth of looking at every element.
        if self.rows is not None:
            return list(accumulate(self.weights)) if self.weights else range(1, len(self) + 1)
        if b'"values"' not in self.body:
            return range(1, len(self) + 1)
        return list(accumulate(map(_weight, self.elements)))

    @property
    def readings(self) -> int:
        return self.ends[-1] if len(self) else 0

    def part(self, start: int, stop: int) -> Message:
        """The elements from start to stop, counted here, as a message of their own."""
        stop = min(stop, len(self))
        return Message(
            self.org_id,
            self.device_id,
            self.via,
            self.body,
            self.received_at,
            self.elements[start:stop],
            None if self.rows is None else self.rows.take(np.arange(start, stop)),
            weights=self.weights[start:stop],
            first=self.first + start,
            source=self.source or self,
            is_replayed=self.is_replayed,
        )

    def apart(self) -> list[Message]:
        """What it holds of each body, as a message of its own."""
        ends = [end - self.first for end in (self.source or self).body_ends]
        inside = [end for end in ends if 0 < end < len(self)]
        if not inside:
            return [self]
        return [self.part(*bounds) for bounds in pairwise([0, *inside, len(self)])]

    def refuse(self, rejection: Rejection) -> None:
        """Every element of it, for the same reason."""
        if self.rows is None:
            self.elements = [rejection] * len(self)
        else:
            faults = dict.fromkeys(range(len(self)), rejection)
            self.rows = replace(self.rows, faults=faults)

    def as_sent(self, index: int) -> SentElement:
        """The element with that index, for quarantine."""
        if self.source is not None:
            return self.source.as_sent(index)
        return SentElement(self._text(index), self._body_hash, index)

    def _text(self, index: int) -> bytes:
        text = self.texts.get(index)
        if text is None and self.rows is not None:
            return _as_json(self.rows, index)
        return bytes(self._raw_elements[index] if text is None else text)

    @cached_property
    def _body_hash(self) -> bytes:
        return self.body_hash or hashlib.sha256(self.body).digest()

    @cached_property
    def _raw_elements(self) -> Sequence[msgspec.Raw | bytes]:
        """The source text of each element. Only asked for when something was refused."""
        try:
            parts = split(self.body, len(self.elements))
        except NotReadings:
            return [self.body]
        # A message that was refused whole has one element, whatever its body holds.
        return parts if len(parts) == len(self.elements) else [self.body]


@dataclass(eq=False)
class Burst(Message):
    """Several publishes of one device that were read at once: their elements in one row, as one
    message.

    Each message costs the pipeline as much as decoding five readings; most devices send one reading
    in each.
    """

    byte_ends: Sequence[int] = ()
    """Where each of the bodies ends in `body`, in which they stand one after the other."""
    _apart: dict[int, Message] = field(default_factory=dict)

    @classmethod
    def read(
        cls, org_id: UUID, device_id: UUID, received_at: float, bodies: Sequence[bytes]
    ) -> Burst:
        """Decode them. One that holds no readings becomes a single element, a Rejection: it is kept
        whole."""
        elements: list[Element] = []
        body_ends = []
        for body in bodies:
            try:
                elements += decode(body)
            except NotReadings as error:
                elements.append(Rejection(Reason.MALFORMED, str(error)))
            body_ends.append(len(elements))
        return cls(
            org_id,
            device_id,
            Via.MQTT,
            b"".join(bodies),
            received_at,
            elements,
            body_ends=body_ends,
            byte_ends=list(accumulate(map(len, bodies))),
        )

    def as_sent(self, index: int) -> SentElement:
        number = bisect_right(self.body_ends, index)
        start = self.body_ends[number - 1] if number else 0
        if number not in self._apart:
            elements = self.elements[start : self.body_ends[number]]
            body = self.body[self.byte_ends[number - 1] if number else 0 : self.byte_ends[number]]
            self._apart[number] = Message(
                self.org_id, self.device_id, self.via, body, self.received_at, elements
            )
        return self._apart[number].as_sent(index - start)


def _weight(element: Element) -> int:
    if isinstance(element, Rejection) or not element.values:
        return 1
    return payload_size(element.values)


_WIRE_NAMES = ("sensorId", "sensor", "deviceId", "component")


def _as_json(rows: Rows[Name], row: int) -> bytes:
    """A row as it would stand in a JSON array of readings."""
    said = zip(_WIRE_NAMES, rows.sensor_of(row), strict=False)  # its labels have no place there
    at = np.datetime_as_string(rows.ts[row : row + 1].astype("M8[us]"))[0] + "Z"
    reading: dict[str, Any] = {key: text for key, text in said if text is not None}
    reading |= {"timestamp": str(at), "value": rows.value_sent(row)}
    if row in rows.metadata:
        reading["metadata"] = msgspec.Raw(rows.metadata[row])
    return msgspec.json.encode(reading)
