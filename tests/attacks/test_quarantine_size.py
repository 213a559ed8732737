"""What is refused fills quarantine with no more than was sent and a little: however often a body
says a thing that it has once, and however it came."""

from __future__ import annotations

import time
from uuid import uuid4

import numpy as np

from ingest.pipeline.kept import KEPT_MAX_BYTES, KEPT_MIN_BYTES
from ingest.pipeline.messages import Burst, Message, Via
from ingest.pipeline.quarantine import BATCH_KEPT_BYTES, quarantine_rows
from ingest.pipeline.rejection import Reason, RejectedElement, Rejection, Rejections
from ingest.pipeline.rows import Name, Rows
from ingest.pipeline.values import ValueColumns

CONFLICT = Rejection(Reason.CONFLICTING_VALUE, "another value")


def all_of(messages: list[Message]) -> Rejections:
    return tuple(
        RejectedElement(number, index, None, CONFLICT)
        for number, message in enumerate(messages)
        for index in range(len(message))
    )


def table_of(rows: int, metadata: bytes) -> Rows[Name]:
    return Rows.of(
        [Name(sensor="s")],
        np.zeros(rows, np.intp),
        np.arange(rows),
        values=ValueColumns.of(np.zeros(rows)),
        metadata=dict.fromkeys(range(rows), metadata),
    )


def test_metadata_that_is_there_once_is_not_kept_ten_thousand_times() -> None:
    described = b'{"a":"' + b"x" * 10_000 + b'"}'
    body = b"a body of some bytes"
    rows = table_of(10_000, described)
    message = Message(uuid4(), None, Via.HTTP, body, time.perf_counter(), rows=rows)
    found = quarantine_rows([message], all_of([message]))
    assert len(found) == 10_000
    assert sum(len(row.payload) for row in found) <= BATCH_KEPT_BYTES + len(body)
    assert all(len(row.payload) >= KEPT_MIN_BYTES for row in found)


def test_a_message_of_a_device_that_is_no_json_is_kept_by_its_beginning() -> None:
    bodies = [b"no JSON " + bytes([65 + n]) * 250_000 for n in range(3)]
    burst = Burst.read(uuid4(), uuid4(), time.perf_counter(), bodies)
    found = quarantine_rows([burst], all_of([burst]))
    assert [len(row.payload) for row in found] == [KEPT_MAX_BYTES] * 3
    assert {row.payload[:9] for row in found} == {body[:9] for body in bodies}
    assert len({row.payload[-64:] for row in found}) == 3


def test_elements_that_are_short_are_kept_as_they_came() -> None:
    body = b'[{"a": 1}, 5 , "text"]'
    burst = Burst.read(uuid4(), uuid4(), time.perf_counter(), [body])
    found = quarantine_rows([burst], all_of([burst]))
    assert [row.payload for row in found] == [b'{"a": 1}', b"5", b'"text"']
