"""Turns: nothing is lost or overtaken within a source, and who uploads holds up nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from ingest.inbox.fair_queue import LIGHT_READINGS, UPLOAD_READINGS, FairQueue
from ingest.pipeline.decode import WireReading
from ingest.pipeline.messages import Message, Via
from ingest.pipeline.receipts import Receipt
from ingest.pipeline.rejection import Reason, Rejection

A, B, C = (UUID(int=number) for number in range(3))


def _message(source: UUID, size: int, at: float = 0) -> Message:
    return Message(
        A, source, Via.MQTT, b"", at, [Rejection(Reason.MALFORMED, str(n)) for n in range(size)]
    )


def _structured(source: UUID, size: int, width: int) -> Message:
    """Payloads of so many values: two of them in an array where there are three or more."""
    values = (
        {str(n): n for n in range(width)}
        if width < 3
        else {"a": [1, 2], **{str(n): n for n in range(width - 2)}}
    )
    payload = WireReading(datetime.now(UTC), values=values)
    return Message(A, source, Via.MQTT, b'[{"values": ...', 0, [payload] * size)


def _ignore(_: object) -> None: ...


_steps = st.lists(
    st.tuples(st.just("put"), st.sampled_from([A, B, C]), st.integers(1, 3000), st.just(1))
    | st.tuples(st.just("put"), st.sampled_from([A, B, C]), st.integers(1, 300), st.integers(1, 40))
    | st.tuples(st.just("take"), st.integers(1, 5000))
    | st.tuples(st.just("hold"), st.integers(1, 5000))
    | st.tuples(st.just("release")),
    max_size=30,
)


@given(steps=_steps)
def test_every_reading_is_taken_once_and_in_its_sources_order(
    steps: list[tuple[object, ...]],
) -> None:
    queue, held = FairQueue(), set[UUID]()
    sent: dict[UUID, list[tuple[int, int]]] = {A: [], B: [], C: []}
    taken: dict[UUID, list[tuple[int, int]]] = {A: [], B: [], C: []}
    numbers: dict[int, int] = {}

    def note(parts: list[tuple[Message, object]]) -> None:
        for part, waiting in parts:
            number = numbers[id(waiting.message)]  # type: ignore[attr-defined]
            taken[part.device_id] += [(number, part.first + n) for n in range(len(part))]  # type: ignore[index]

    kept = []
    for step in [*steps, ("release",)]:
        match step:
            case ("put", UUID() as source, int(size), int(width)):
                message = _message(source, size) if width == 1 else _structured(source, size, width)
                assert message.readings == size * width
                kept.append(message)
                numbers[id(message)] = len(kept)
                sent[source] += [(len(kept), n) for n in range(size)]
                queue.put(message, _ignore)
            case ("take", int(room)):
                note(queue.take(room, 0))  # type: ignore[arg-type]
            case ("hold", int(room)):
                back = queue.put_back(queue.take(room, 0))
                queue.hold(back)
                held |= back
            case ("release",):
                queue.release(held)
                held.clear()
    while queue:
        note(queue.take(5000, 0))  # type: ignore[arg-type]
    assert taken == sent
    assert queue.readings == 0


def test_while_others_report_an_upload_gets_a_part_of_each_commit() -> None:
    queue = FairQueue()
    for _ in range(10):
        queue.put(_message(A, 5000), _ignore)
    others = [uuid4() for _ in range(20)]
    for other in others:
        queue.put(_message(other, 10), _ignore)
    parts = queue.take(20_000, 0.5)
    assert {part.device_id for part, _ in parts} == {A, *others}
    assert sum(len(part) for part, _ in parts if part.device_id == A) == UPLOAD_READINGS


def test_who_reports_while_an_upload_is_stored_does_not_wait_for_the_next_piece_of_it() -> None:
    queue = FairQueue()
    for _ in range(30):
        queue.put(_message(A, 1000), _ignore)
    sources = []
    for _ in range(4):
        queue.put(_message(B, 1), _ignore)
        sources.append({part.device_id for part, _ in queue.take(20_000, 0)})
    assert sources == [{A, B}, {B}, {A, B}, {B}]
    assert {part.device_id for part, _ in queue.take(20_000, 0)} == {A}, "nobody else waits"


def test_who_uploads_was_light_only_until_then() -> None:
    queue = FairQueue()
    for _ in range(30):
        queue.put(_message(A, 500, at=1.0), _ignore)
    assert not queue.is_shared(1.0)
    assert sum(len(part) for part, _ in queue.take(20_000, 1.0)) == 15_000


def test_who_reports_lightly_is_remembered_for_a_while() -> None:
    queue = FairQueue()
    queue.put(_message(A, 1, at=5.0), _ignore)
    queue.take(20_000, 5.0)
    assert [queue.is_shared(now) for now in (5.0, 5.9, 6.1, 60.0)] == [True, True, False, False]


def test_an_upload_that_is_alone_gets_the_whole_commit() -> None:
    queue = FairQueue()
    for _ in range(10):
        queue.put(_message(A, 5000, at=1.0), _ignore)
    assert sum(len(part) for part, _ in queue.take(20_000, 1.5)) == 20_000
    assert queue.readings == 30_000 > LIGHT_READINGS


def test_a_structured_upload_is_cut_by_its_values_and_answered_once() -> None:
    queue, answers = FairQueue(), list[Receipt]()
    queue.put(_structured(A, 1000, 30), answers.append)
    assert queue.readings == 30_000
    parts = [*queue.take(20_000, 0), *queue.take(20_000, 0)]
    assert [len(part) for part, _ in parts] == [667, 333]
    assert not queue
    for part, waiting in parts:
        # One payload of each part was refused whole, and counts once.
        receipt = waiting.answered(part, Receipt(30 * (len(part) - 1), 0, 1))
        if receipt:
            waiting.done(receipt)
    assert answers == [Receipt(30 * 998, 0, 2)]


def test_one_payload_larger_than_a_commit_is_a_commit() -> None:
    queue = FairQueue()
    queue.put(_structured(A, 2, 25_000), _ignore)
    assert [len(part) for part, _ in queue.take(20_000, 0)] == [1]
    assert [len(part) for part, _ in queue.take(20_000, 0)] == [1]
    assert (queue.readings, bool(queue)) == (0, False)
