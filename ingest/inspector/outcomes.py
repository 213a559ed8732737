"""What a commit means to the devices in it: of each publish and request, what became of it."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import numpy as np

from db.readings.columns import Flags
from ingest.inspector.entry import Outcome
from ingest.inspector.recorder import Recorder
from ingest.mqtt.topics import Topic, topic_of
from ingest.pipeline.compare import StoreOutcome
from ingest.pipeline.messages import Burst, Message, Via
from ingest.pipeline.rejection import Rejection


class _Part(NamedTuple):
    """One body of one message of the batch, as far as it is about one device."""

    message: int
    body: int
    device_id: UUID


@dataclass(slots=True)
class _Tally:
    stored: int = 0
    duplicates: int = 0
    refused: int = 0
    fault: Rejection | None = None
    """The first of them."""

    @property
    def outcome(self) -> Outcome:
        if self.refused:
            return "QUARANTINED"
        return "STORED" if self.stored else "DUPLICATE"

    @property
    def reason(self) -> str | None:
        """In one line: the first fault, and how many there are of what."""
        counts = {"refused": self.refused, "stored": self.stored, "duplicate": self.duplicates}
        told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
        is_alone = sum(counts.values()) == 1
        if self.fault is None:
            return None if is_alone else told
        fault = f"{self.fault.reason}: {self.fault.message}"
        return fault if is_alone else f"{fault} ({told})"


def observer(recorder: Recorder) -> Callable[[Sequence[Message], StoreOutcome], None]:
    """An observer of the pipeline that tells the recorder."""

    def on_committed(messages: Sequence[Message], outcome: StoreOutcome) -> None:
        if outcome.rejections or recorder.watches:
            for part, tally in _tallies(messages, outcome, recorder).items():
                _tell(recorder, messages[part.message], part, tally)

    return on_committed


def _tallies(
    messages: Sequence[Message], outcome: StoreOutcome, recorder: Recorder
) -> dict[_Part, _Tally]:
    """Of what was refused; and of all else, where somebody looks at the device."""
    found: dict[_Part, _Tally] = defaultdict(_Tally)
    for element in outcome.rejections:
        message = messages[element.message]
        device_id = element.device_id or message.device_id
        if device_id is not None:
            body = _body_number(message, element.index)
            tally = found[_Part(element.message, body, device_id)]
            tally.refused += 1
            tally.fault = tally.fault or element.rejection
    if recorder.watches:
        sensors = [recorder.is_watched(sensor.device_id) for sensor in outcome.rows.sensors]
        is_watched = np.array(sensors, bool)[outcome.rows.sensor]
        for part in _parts(messages, outcome, is_watched & outcome.is_stored):
            found[part].stored += 1
        for part in _parts(messages, outcome, is_watched & outcome.is_duplicate):
            found[part].duplicates += 1
    return found


def _parts(messages: Sequence[Message], outcome: StoreOutcome, chosen: Flags) -> Iterator[_Part]:
    """Of each of the chosen rows, where it stood."""
    rows = outcome.rows
    columns = (rows.message, rows.index, rows.sensor)
    for number, index, sensor in zip(*(column[chosen].tolist() for column in columns), strict=True):
        body = _body_number(messages[number], index)
        yield _Part(number, body, rows.sensors[sensor].device_id)


def _body_number(message: Message, index: int) -> int:
    """In which of its bodies an element stands."""
    return bisect_right((message.source or message).body_ends, index)


def _body(message: Message, number: int) -> bytes:
    whole = message.source or message
    if not isinstance(whole, Burst):
        return whole.body
    start = whole.byte_ends[number - 1] if number else 0
    return whole.body[start : whole.byte_ends[number]]


def _tell(recorder: Recorder, message: Message, part: _Part, tally: _Tally) -> None:
    if message.is_replayed:
        return
    is_mqtt = message.via is Via.MQTT
    topic = (message.source or message).topic
    if is_mqtt and topic is None:
        topic = topic_of(Topic.READINGS, message.org_id, part.device_id)
    recorder.tell(
        message.org_id,
        part.device_id,
        "PUBLISH" if is_mqtt else "HTTP",
        tally.outcome,
        topic=topic,
        body=_body(message, part.body),
        reason=tally.reason,
        is_problem=tally.refused > 0,
    )
