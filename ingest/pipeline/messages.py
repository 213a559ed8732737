"""What arrives: one message of readings, decoded element by element, so that one bad element costs no other.

A body that is no JSON at all is refused whole; a wrong element is that element's Rejection.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Annotated, Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from ingest.pipeline.columns import Columns
from ingest.pipeline.rejection import Reason, Rejection

__all__ = [
    "Burst",
    "Element",
    "Message",
    "NotReadings",
    "Reason",
    "Rejection",
    "TooManyElements",
    "Via",
    "WireReading",
    "decode",
]


class Via(StrEnum):
    MQTT = "mqtt"
    HTTP = "http"


class NotReadings(Exception):
    """The body is not JSON, or not of the shape that was asked for."""


class TooManyElements(NotReadings):
    """The array holds more elements than a message may."""


class WireReading(msgspec.Struct, rename="camel"):
    """One reading as clients write it. Unknown fields are ignored, as the MQTT contract has it."""

    timestamp: Annotated[datetime, msgspec.Meta(tz=True)]
    value: bool | int | float | str | msgspec.UnsetType = msgspec.UNSET
    sensor_id: str | None = None
    sensor: str | None = None
    device_id: str | None = None
    component: str | None = None
    values: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None


Element = WireReading | Rejection


class Sent(NamedTuple):
    """An element as it came: its source text, the SHA-256 of the body that it stood in, its index there."""

    text: bytes
    body_hash: bytes
    place: int


@dataclass(eq=False)
class Message:
    """One publish or one request: from whom, what, and when it came (time.perf_counter seconds).

    device_id is None for an HTTP client, whose readings name their device or sensor themselves. What was sent
    stands in `elements`, or in `columns` where it arrived as such: then without an object for each reading.
    """

    org_id: UUID
    device_id: UUID | None
    via: Via
    body: bytes
    received_at: float
    elements: list[Element] = field(default_factory=list)
    columns: Columns | None = None
    texts: list[bytes] | None = None
    """The source text of each element, where the body is no JSON array of them."""
    first: int = 0
    """The index of its first element, where it is a part of a larger message."""
    source: Message | None = None
    body_ends: Sequence[int] = ()
    """Where the elements of each body end, if it is several."""
    is_replayed: bool = False
    """Whether it comes out of quarantine, where it still is: what is refused of it is not kept once more."""

    def __len__(self) -> int:
        return len(self.elements) if self.columns is None else len(self.columns)

    @cached_property
    def ends(self) -> Sequence[int]:
        """How many readings its elements hold up to each one: a structured payload holds as many as it has values."""
        # Looking for the word costs a hundredth of looking at every element.
        if self.columns is not None or b'"values"' not in self.body:
            return range(1, len(self) + 1)
        return list(accumulate(map(_weight, self.elements)))

    @property
    def readings(self) -> int:
        return self.ends[-1] if len(self) else 0

    def part(self, start: int, stop: int) -> Message:
        """The elements from start to stop, counted here, as a message of their own that keeps their indexes."""
        columns = self.columns and self.columns.cut(start, stop)
        elements = self.elements[start:stop]
        return Message(
            self.org_id,
            self.device_id,
            self.via,
            self.body,
            self.received_at,
            elements,
            columns,
            first=self.first + start,
            source=self.source or self,
            is_replayed=self.is_replayed,
        )

    def apart(self) -> list[Message]:
        """What it holds of each body, as a message of its own."""
        ends = [end - self.first for end in (self.source or self).body_ends]
        inside = [end for end in ends if 0 < end < len(self)]
        return (
            [self.part(*bounds) for bounds in pairwise([0, *inside, len(self)])]
            if inside
            else [self]
        )

    def refuse(self, rejection: Rejection) -> None:
        """Every element of it, for the same reason."""
        self.elements, self._refused_columns, self.columns = (
            [rejection] * len(self),
            self.columns,
            None,
        )

    def as_sent(self, index: int) -> Sent:
        """The element with that index, for quarantine."""
        if self.source is not None:
            return self.source.as_sent(index)
        return Sent(self._raw_element(index), self._body_hash, index)

    def _raw_element(self, index: int) -> bytes:
        columns = self.columns or self._refused_columns
        return columns.as_json(index) if columns else self._raw_elements[index]

    _refused_columns: Columns | None = field(default=None, init=False)

    @cached_property
    def _body_hash(self) -> bytes:
        return hashlib.sha256(self.body).digest()

    @cached_property
    def _raw_elements(self) -> list[bytes]:
        """The source text of each element. Only asked for when something was refused."""
        if self.texts is not None:
            return self.texts
        try:
            parts = split(self.body)
        except NotReadings:
            return [self.body]
        # A message that was refused whole has one element, whatever its body holds.
        return [bytes(raw) for raw in parts] if len(parts) == len(self.elements) else [self.body]


@dataclass(eq=False)
class Burst(Message):
    """Several publishes of one device that were read at once: their elements in one row, as if they were one message.

    Each message costs the pipeline as much as decoding five readings; most devices send one reading in each.
    """

    byte_ends: Sequence[int] = ()
    """Where each of the bodies ends in `body`, in which they stand one after the other."""
    _apart: dict[int, Message] = field(default_factory=dict)

    @classmethod
    def read(
        cls, org_id: UUID, device_id: UUID, received_at: float, bodies: Sequence[bytes]
    ) -> Burst:
        """Decode them. One that holds no readings becomes a single element, a Rejection: it is kept whole."""
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

    def as_sent(self, index: int) -> Sent:
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
    arrays = [value for value in element.values.values() if type(value) is list]
    return max(len(element.values) + sum(map(len, arrays)) - len(arrays), 1)


_array_decoder = msgspec.json.Decoder(list[WireReading])
_element_decoder = msgspec.json.Decoder(WireReading)
_raw_array_decoder = msgspec.json.Decoder(list[msgspec.Raw])

# No more readings than that fit into an MQTT message: whoever sends more sends something else, and each element
# would become a row in quarantine.
ELEMENTS_MAX = 10_000
# Larger bodies that msgspec can't split are refused whole: splitting them here would hold up everybody else.
SPLIT_HERE_MAX_BYTES = 1024 * 1024
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+("?)|[\[{]++|[\]}]++|,', re.DOTALL)
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def decode(body: bytes, *, elements_max: int = ELEMENTS_MAX) -> list[Element]:
    """Decode a JSON array of readings, or a single one. Raises NotReadings, TooManyElements.

    The whole array is tried at once, at 2.7 million readings a second; only a body with a fault in it is
    decoded again element by element.
    """
    is_array = body[:1] == b"[" or body.lstrip()[:1] == b"["
    with contextlib.suppress(msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        if not is_array:
            return [_element_decoder.decode(body)]
        elements: list[Element] = _array_decoder.decode(body)  # type: ignore[assignment] # WireReading is an Element
        return _bounded(elements, elements_max)
    return [decode_element(raw) for raw in _bounded(split(body), elements_max)]


def split(body: bytes) -> Sequence[msgspec.Raw | bytes]:
    """The elements' source texts: of an array, or the one object. Raises NotReadings."""
    is_array = body.lstrip()[:1] == b"["
    try:
        body.decode()
        return (
            _raw_array_decoder.decode(body)
            if is_array
            else [msgspec.json.decode(body, type=msgspec.Raw)]
        )
    except UnicodeDecodeError:
        raise NotReadings("the body is not UTF-8") from None
    except (RecursionError, msgspec.DecodeError) as error:
        elements = _split_here(body) if is_array else [body]
        if elements and all(map(_is_json, elements)):
            return elements
        deep = isinstance(error, RecursionError)
        raise NotReadings("the body is nested too deeply" if deep else str(error)) from None


def _split_here(body: bytes) -> list[bytes]:
    """The elements of an array by its brackets and commas alone, however deep; none where they don't add up.

    msgspec refuses a whole body for one element of a thousand levels, or with half a surrogate pair in a text.
    """
    elements: list[bytes] = []
    if len(body) > SPLIT_HERE_MAX_BYTES:
        return elements
    depth, start = 0, body.find(b"[") + 1
    for token in _TOKEN.finditer(body):
        kind = token[0][:1]
        if kind in b"[{":
            depth += len(token[0])
        elif kind == b'"' and not token[1]:
            return []
        elif kind == b"," and depth == 1:
            elements.append(body[start : token.start()])
            start = token.end()
        elif kind in b"]}":
            depth -= len(token[0])
            if depth <= 0:
                is_whole = depth == 0 and not body[token.end() :].strip()
                return [*elements, body[start : token.end() - 1]] if is_whole else []
    return []


def _is_json(element: bytes) -> bool:
    """Whether it keeps to JSON's grammar, which knows neither a greatest depth nor surrogate pairs."""
    try:
        msgspec.json.decode(_SURROGATE.sub(rb"\\ufffd", element), type=msgspec.Raw)
    except RecursionError:
        return True
    except msgspec.DecodeError:
        return False
    return True


Elements = TypeVar("Elements", bound=Sequence[Any])


def _bounded(elements: Elements, elements_max: int) -> Elements:
    if len(elements) > elements_max:
        raise TooManyElements(
            f"a message holds at most {elements_max} elements, not {len(elements)}"
        )
    return elements


def decode_element(raw: msgspec.Raw | bytes) -> Element:
    """One reading from its JSON text; what is none is a Rejection."""
    try:
        return _element_decoder.decode(raw)
    except RecursionError:
        return Rejection(Reason.MALFORMED, "nested too deeply")
    except UnicodeDecodeError:
        return Rejection(Reason.MALFORMED, "not UTF-8")
    except msgspec.DecodeError as error:
        return Rejection(_reason_of(str(error)), str(error))


def _reason_of(error: str) -> Reason:
    """msgspec tells faults apart by text alone. What is not recognised is MALFORMED."""
    if "missing required field" in error:
        return Reason.MISSING_FIELD
    if "out of range" in error:
        return Reason.OUT_OF_RANGE
    if "`$.timestamp`" in error:
        return Reason.BAD_TIMESTAMP
    if "`$.value`" in error:
        return Reason.WRONG_TYPE
    return Reason.MALFORMED
