"""Messages as one table. Whatever they came as, from here on the steps work on columns.

Names are dictionary-encoded: which sensor is meant is asked once for each distinct name, not for
each reading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any, NamedTuple, TypeVar, cast

import msgspec
import numpy as np

from db.readings.columns import Integers, Positions
from ingest.pipeline.decode import Element, WireReading
from ingest.pipeline.messages import Message
from ingest.pipeline.metadata import as_json
from ingest.pipeline.numbering import numbered
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.rows import Name, Rows, joined
from ingest.pipeline.values import SentValue, ValueColumns

S = TypeVar("S")


class Mention(NamedTuple):
    """A name and a message of whoever said it: the same text from another device is another
    name."""

    message: Message
    name: Name


def gather(messages: Sequence[Message]) -> Rows[Mention]:
    """A row for each element of the messages: first of those with elements, then of those with
    columns."""
    numbers = range(len(messages))
    columnar = [
        _of_columns(messages[number], number, rows)
        for number in numbers
        if (rows := messages[number].rows) is not None
    ]
    if not columnar:
        return _of_elements(messages, numbers)
    others = [number for number in numbers if messages[number].rows is None]
    return joined([_of_elements(messages, others), *columnar] if others else columnar)


def _of_columns(message: Message, number: int, rows: Rows[Name]) -> Rows[Mention]:
    return replace(
        rows.about([Mention(message, name) for name in rows.sensors], rows.sensor),
        message=np.full(len(rows), number, np.intp),
        index=np.arange(message.first, message.first + len(rows)),
    )


def _of_elements(messages: Sequence[Message], numbers: Sequence[int]) -> Rows[Mention]:
    chosen = [messages[number] for number in numbers]
    elements = list(chain.from_iterable(message.elements for message in chosen))
    readings, values, faults = _readings(elements)
    mentions, mention = _mentions(chosen, readings)
    message, index = _origins(chosen, numbers)
    rows = _rows(mentions, mention, readings, values, faults)
    return replace(rows, message=message, index=index)


def as_rows(elements: list[Element]) -> Rows[Name]:
    """The elements of one message as columns."""
    readings, values, faults = _readings(elements)
    keys, name_of = _names(readings)
    distinct, number = numbered(keys)
    return _rows([name_of(key) for key in distinct], number, readings, values, faults)


def _rows(
    sensors: Sequence[S],
    sensor: Positions,
    readings: Sequence[WireReading],
    values: Sequence[SentValue],
    faults: dict[int, Rejection],
) -> Rows[S]:
    metadata = _metadata(readings, faults)
    return Rows.of(
        sensors,
        sensor,
        microseconds_of(readings),
        values=ValueColumns.of(values),
        metadata=metadata,
        faults=faults,
    )


def _origins(messages: Sequence[Message], numbers: Sequence[int]) -> tuple[Positions, Positions]:
    """Of each element its message's number, and its index there."""
    if len(messages) == 1:
        [message], [number] = messages, numbers
        size = len(message.elements)
        return np.full(size, number, np.intp), np.arange(message.first, message.first + size)
    counts = np.array([len(message.elements) for message in messages], np.intp)
    firsts = np.array([message.first for message in messages], np.intp)
    before = np.cumsum(counts) - counts
    index = np.arange(counts.sum()) + np.repeat(firsts - before, counts)
    return np.repeat(np.array(numbers, np.intp), counts), index


def _readings(
    elements: list[Element],
) -> tuple[list[WireReading], list[SentValue], dict[int, Rejection]]:
    """The elements as readings, their values, and by row why one is no reading.

    Something stands in the place of that one; in the place of a structured element's value stand
    its values.
    """
    if set(map(type, elements)) <= {WireReading}:
        readings = cast(list[WireReading], elements)
        values = cast(list[SentValue], [reading.value for reading in readings])
        structured = [reading.values for reading in readings]
        # Counting compares by identity first: a hundredth of what a loop takes.
        if structured.count(None) == len(readings) and msgspec.UnsetType not in map(type, values):
            return readings, values, {}
    faults = {row: why for row, each in enumerate(elements) if (why := _fault(each)) is not None}
    readings = [_NOTHING if isinstance(each, Rejection) else each for each in elements]
    sent = [each.value if each.values is None else each.values for each in readings]
    values = [0.0 if row in faults else cast(SentValue, each) for row, each in enumerate(sent)]
    return readings, values, faults


_NOTHING = WireReading(datetime(1970, 1, 1, tzinfo=UTC))


def _fault(element: Element) -> Rejection | None:
    """Why the element is neither a single reading nor a structured payload."""
    if isinstance(element, Rejection):
        return element
    if element.values is None:
        is_missing = element.value is msgspec.UNSET
        return Rejection(Reason.MISSING_FIELD, "value is missing") if is_missing else None
    if element.value is not msgspec.UNSET:
        return Rejection(Reason.MALFORMED, "an element has value or values, not both")
    if element.sensor is not None or element.sensor_id is not None:
        return Rejection(
            Reason.MALFORMED,
            "values name their sensors themselves: no sensor or sensorId beside them",
        )
    return None


def _mentions(
    messages: Sequence[Message], readings: Sequence[WireReading]
) -> tuple[list[Mention], Positions]:
    """The distinct names, and which of them every reading bears."""
    keys, name_of = _names(readings)
    # By speaker, told apart by identity: a session's messages share their ids' objects.
    speakers: dict[tuple[int, int], MentionNumbers] = {}
    mentions: list[Mention] = []
    mention: list[int] = []
    for message in messages:
        speaker = id(message.org_id), id(message.device_id)
        numbers = speakers.get(speaker)
        if numbers is None:
            numbers = MentionNumbers(message, mentions, name_of)
            speakers[speaker] = numbers
        start = len(mention)
        mention += map(numbers.__getitem__, keys[start : start + len(message.elements)])
    return mentions, np.array(mention, np.intp)


class MentionNumbers(dict[Any, int]):
    """The numbers of one speaker's names among the mentions; a new name is a new mention."""

    __slots__ = ("_mentions", "_message", "_name_of")

    def __init__(
        self, message: Message, mentions: list[Mention], name_of: Callable[[Any], Name]
    ) -> None:
        self._message, self._mentions, self._name_of = message, mentions, name_of

    def __missing__(self, key: Any) -> int:
        self._mentions.append(Mention(self._message, self._name_of(key)))
        number = self[key] = len(self._mentions) - 1
        return number


def _names(readings: Sequence[WireReading]) -> tuple[Sequence[Any], Callable[[Any], Name]]:
    """A key for each reading, the same for the same name; and the name of a key."""
    size = len(readings)
    columns = {
        "sensor_id": [reading.sensor_id for reading in readings],
        "sensor": [reading.sensor for reading in readings],
        "device_id": [reading.device_id for reading in readings],
        "component": [reading.component for reading in readings],
    }
    said = {field: texts for field, texts in columns.items() if texts.count(None) < size}
    if not said:
        return [None] * size, lambda _: Name()
    if len(said) == 1:  # a text alone is found in half the time that several take
        [(field, texts)] = said.items()
        return texts, lambda text: Name(**{field: text})
    keys = list(zip(*said.values(), strict=True))
    return keys, lambda key: Name(**dict(zip(said, key, strict=True)))


def _metadata(readings: Sequence[WireReading], faults: dict[int, Rejection]) -> dict[int, bytes]:
    """As JSON, by row. What is nested too deeply for that is a fault."""
    described = [reading.metadata for reading in readings]
    if described.count(None) == len(described):
        return {}
    texts = {}
    for row, metadata in enumerate(described):
        if metadata is not None:
            text = as_json(metadata)
            if isinstance(text, bytes):
                texts[row] = text
            else:
                faults[row] = text
    return texts


def microseconds_of(readings: Sequence[WireReading]) -> Integers:
    # A double counts seconds to a quarter of a microsecond until 2242: rounded, that is exact.
    seconds = np.fromiter(
        (reading.timestamp.timestamp() for reading in readings), np.float64, len(readings)
    )
    return np.rint(seconds * 1e6).astype(np.int64)
