"""A batch in columns. Whatever a message arrived as, the verbs of the pipeline work on these arrays.

Names are dictionary-encoded: which sensor is meant is asked once for each distinct name, not for each reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

import msgspec
import numpy as np

from db.readings.columns import Integers, Positions, Value
from ingest.pipeline.columns import Name, Values
from ingest.pipeline.messages import Element, Message, WireReading
from ingest.pipeline.rejection import Reason, Rejection


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An element that is no reading, and what it says of its sensor."""

    message: int
    index: int
    name: Name
    rejection: Rejection


@dataclass(slots=True)
class Payload:
    """A structured element: the values that a component, or the device itself, reports for one moment."""

    message: int
    index: int
    reading: WireReading


@dataclass(frozen=True, slots=True)
class Batch:
    """The readings of many messages, a row each: element `index` of message number `message` is about `name`.

    A name belongs to who said it, here to a message of theirs: the same text from another device is another name.
    `payloads` become rows by `unfold`, once their profiles are known: those from `first_unfolded` on.
    """

    messages: Sequence[Message]
    message: Positions
    index: Positions
    names: list[tuple[Message, Name]]
    name: Positions
    ts: Integers
    values: Values
    metadata: dict[int, dict[str, Any]]
    unreadable: list[Unreadable]
    payloads: Sequence[Payload] = ()
    first_unfolded: int | None = None

    def __len__(self) -> int:
        return len(self.ts)


def gather(messages: Sequence[Message]) -> Batch:
    """Put the messages' readings into columns."""
    numbers = range(len(messages))
    parts = [_from_elements(messages, [n for n in numbers if messages[n].columns is None])]
    parts += [_from_columns(messages, n) for n in numbers if messages[n].columns is not None]
    return parts[0] if len(parts) == 1 else joined(messages, parts)


def _from_elements(messages: Sequence[Message], numbers: Sequence[int]) -> Batch:
    counts = np.array([len(messages[n].elements) for n in numbers], np.intp)
    message = np.repeat(np.array(numbers, np.intp), counts)
    first = np.array([messages[n].first for n in numbers], np.intp)
    index = np.arange(len(message)) + np.repeat(first - np.cumsum(counts) + counts, counts)
    elements = list(chain.from_iterable(messages[n].elements for n in numbers))
    unreadable: list[Unreadable] = []
    payloads: list[Payload] = []
    if not _are_readings(elements):
        singles: list[int] = []
        places = zip(message.tolist(), index.tolist(), strict=True)
        for row, (element, place) in enumerate(zip(elements, places, strict=True)):
            if (fault := _fault(element)) is not None:
                unreadable.append(Unreadable(*place, name_of(element), fault))
            elif isinstance(element, WireReading) and element.values is not None:
                payloads.append(Payload(*place, element))
            else:
                singles.append(row)
        message, index, elements = (
            message[singles],
            index[singles],
            [elements[row] for row in singles],
        )
    readings = cast(list[WireReading], elements)
    names, name = _names(messages, message, readings)
    values = cast(list[Value], [reading.value for reading in readings])
    described = [reading.metadata for reading in readings]
    return Batch(
        messages,
        message,
        index,
        names,
        name,
        microseconds_of(readings),
        Values.of(values),
        # Counting compares by identity first: a hundredth of what a loop takes.
        {}
        if described.count(None) == len(described)
        else {row: metadata for row, metadata in enumerate(described) if metadata is not None},
        unreadable,
        payloads,
    )


def _are_readings(elements: Sequence[Element]) -> bool:
    if not set(map(type, elements)) <= {WireReading}:
        return False
    readings = cast(Sequence[WireReading], elements)
    structured = [reading.values for reading in readings]
    return structured.count(None) == len(structured) and not any(
        reading.value is msgspec.UNSET for reading in readings
    )


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


def name_of(element: Element) -> Name:
    if isinstance(element, Rejection):
        return Name()
    return Name(element.sensor_id, element.sensor, element.device_id, element.component)


def _names(
    messages: Sequence[Message], message: Positions, elements: Sequence[WireReading]
) -> tuple[list[tuple[Message, Name]], Positions]:
    """The distinct names, each with a message of who said it, and which of them every element bears."""
    size = len(elements)
    said = [
        column
        for column in (
            [element.sensor_id for element in elements],
            [element.sensor for element in elements],
            [element.device_id for element in elements],
            [element.component for element in elements],
        )
        if column.count(None) < size
    ]
    keys = said[0] if len(said) == 1 else list(zip(*said, strict=True)) if said else [None] * size
    # By speaker: a key that is a text alone is found in half the time that a text and a speaker take.
    numbers: dict[int, dict[Any, int]] = {}
    names: list[tuple[Message, Name]] = []
    borne: list[int] = []
    counts = np.bincount(message, minlength=len(messages)).tolist()
    for speaker, each, count in zip(speakers_of(messages), messages, counts, strict=True):
        start = len(borne)
        own, known = keys[start : start + count], numbers.setdefault(speaker, {})
        for key, row in dict(zip(own, range(start, start + count), strict=True)).items():
            if key not in known:
                known[key] = len(names)
                names.append((each, name_of(elements[row])))
        borne += map(known.__getitem__, own)
    return names, np.array(borne, np.intp)


def speakers_of(messages: Sequence[Message]) -> list[int]:
    """A number for each message; the same only for messages of the same device in the same organization.

    By identity: a session's messages share their ids' objects, and hashing a UUID costs as much as decoding a reading.
    """
    numbers: dict[tuple[int, int], int] = {}
    return [
        numbers.setdefault((id(message.org_id), id(message.device_id)), len(numbers))
        for message in messages
    ]


def microseconds_of(elements: Sequence[WireReading]) -> Integers:
    # A double counts seconds to a quarter of a microsecond until 2242: rounded, that is exact.
    seconds = np.fromiter(
        (element.timestamp.timestamp() for element in elements), np.float64, len(elements)
    )
    return np.rint(seconds * 1e6).astype(np.int64)


def _from_columns(messages: Sequence[Message], number: int) -> Batch:
    message = messages[number]
    columns = message.columns
    assert columns is not None  # noqa: S101 - the caller chose it for that
    batch = Batch(
        messages,
        np.full(len(columns), number, np.intp),
        np.arange(len(columns)) + message.first,
        [(message, name) for name in columns.names],
        columns.name,
        columns.ts,
        columns.values,
        columns.metadata,
        [],
    )
    if not columns.rejected:
        return batch
    good = np.array([row for row in range(len(columns)) if row not in columns.rejected], np.intp)
    unreadable = [
        Unreadable(
            number,
            row + message.first,
            columns.names[columns.name[row]] if columns.names else Name(),
            rejection,
        )
        for row, rejection in sorted(columns.rejected.items())
    ]
    return _chosen(batch, good, unreadable)


def _chosen(batch: Batch, rows: Positions, unreadable: list[Unreadable]) -> Batch:
    values, at = batch.values, {row: place for place, row in enumerate(rows.tolist())}
    return Batch(
        batch.messages,
        batch.message[rows],
        batch.index[rows],
        batch.names,
        batch.name[rows],
        batch.ts[rows],
        Values(
            values.kind[rows],
            values.number[rows],
            values.integer[rows],
            {at[row]: value for row, value in values.odd.items() if row in at},
        ),
        {at[row]: metadata for row, metadata in batch.metadata.items() if row in at},
        unreadable,
    )


def joined(messages: Sequence[Message], parts: Sequence[Batch]) -> Batch:
    """One batch of several, the rows in the parts' order."""
    firsts = np.cumsum([0, *(len(part) for part in parts)]).tolist()
    names_before = np.cumsum([0, *(len(part.names) for part in parts)]).tolist()
    values = [part.values for part in parts]
    return Batch(
        messages,
        np.concatenate([part.message for part in parts]),
        np.concatenate([part.index for part in parts]),
        list(chain.from_iterable(part.names for part in parts)),
        np.concatenate(
            [part.name + before for part, before in zip(parts, names_before, strict=False)]
        ),
        np.concatenate([part.ts for part in parts]),
        Values(
            np.concatenate([value.kind for value in values]),
            np.concatenate([value.number for value in values]),
            np.concatenate([value.integer for value in values]),
            dict(_shifted((value.odd for value in values), firsts)),
        ),
        dict(_shifted((part.metadata for part in parts), firsts)),
        list(chain.from_iterable(part.unreadable for part in parts)),
        list(chain.from_iterable(part.payloads for part in parts)),
    )


def _shifted(by_row: Iterable[dict[int, Any]], firsts: Sequence[int]) -> Iterator[tuple[int, Any]]:
    for first, items in zip(firsts, by_row, strict=False):
        for row, item in items.items():
            yield first + row, item
