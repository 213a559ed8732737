"""Turns: nothing is lost or overtaken within a source, and who uploads holds up nobody."""

from __future__ import annotations

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from ingest.fair_queue import LIGHT_READINGS, UPLOAD_READINGS, FairQueue
from ingest.messages import Message, Reason, Rejection, Via

A, B, C = (UUID(int=number) for number in range(3))


def _message(source: UUID, size: int, at: float = 0) -> Message:
    return Message(A, source, Via.MQTT, b"", at, [Rejection(Reason.MALFORMED, str(n)) for n in range(size)])


def _ignore(_: object) -> None: ...


_steps = st.lists(
    st.tuples(st.just("put"), st.sampled_from([A, B, C]), st.integers(1, 3000))
    | st.tuples(st.just("take"), st.integers(1, 5000))
    | st.tuples(st.just("hold"), st.integers(1, 5000))
    | st.tuples(st.just("release")),
    max_size=30,
)


@given(steps=_steps)
def test_every_reading_is_taken_once_and_in_its_sources_order(steps: list[tuple[object, ...]]) -> None:
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
            case ("put", UUID() as source, int(size)):
                kept.append(message := _message(source, size))
                numbers[id(message)] = len(kept)
                sent[source] += [(len(kept), n) for n in range(size)]
                queue.put(message, _ignore)
            case ("take", int(room)):
                note(queue.take(room, 0))  # type: ignore[arg-type]
            case ("hold", int(room)):
                held |= queue.hold(queue.take(room, 0))
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
