"""What a device sends is weighed by what it costs everybody, and looked into in its turn."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from ingest.inbox.fair_queue import (
    BYTES_PER_READING,
    COSTLY_SECONDS,
    LIGHT_READINGS,
    PRICED_SECONDS,
    QUARANTINED_COST,
    UPLOAD_READINGS,
    FairQueue,
)
from ingest.inbox.group_commit import READINGS_PER_COMMIT, Inbox
from ingest.inbox.unread import UnreadBurst
from ingest.pipeline.messages import Message
from ingest.pipeline.receipts import Receipt

ORG = uuid4()
READING = b'{"sensor":"t","timestamp":"2026-11-23T12:00:00Z","value":1.5}'
NO_JSON = b"no JSON"
LARGE = b"[" + b"0," * 124_999 + b"0]"


def _ignore(_: Receipt) -> None: ...


def _burst(device: UUID, bodies: list[bytes], at: float = 0) -> UnreadBurst:
    return UnreadBurst(ORG, device, at, bodies)


def _elements(parts: list[tuple[Message, object]], device: UUID) -> int:
    return sum(len(part) for part, _ in parts if part.device_id == device)


def test_large_bodies_are_decoded_one_by_one_in_their_turn() -> None:
    queue, flooder, neighbour = FairQueue(), uuid4(), uuid4()
    decoded: list[UnreadBurst] = []

    class Watched(UnreadBurst):
        def read(self):  # type: ignore[no-untyped-def]
            decoded.append(self)
            return super().read()

    for _ in range(12):
        queue.put(Watched(ORG, flooder, 0, [LARGE]), _ignore)
    queue.put(_burst(neighbour, [READING]), _ignore)
    assert decoded == []
    parts = queue.take(READINGS_PER_COMMIT, 0)
    assert _elements(parts, neighbour) == 1
    assert len(decoded) == _elements(parts, flooder) == 1


def test_a_commit_has_a_budget_of_bytes() -> None:
    queue, uploaders = FairQueue(), [uuid4() for _ in range(100)]
    for uploader in uploaders:
        # 2,000 readings of 100 KB in all, twice: the other half is white space.
        padded = [READING + b" " * (10 * BYTES_PER_READING) for _ in range(200)]
        queue.put(_burst(uploader, padded), _ignore)
    parts = queue.take(READINGS_PER_COMMIT, 0)
    sent = sum(len(READING) + 10 * BYTES_PER_READING for part, _ in parts for _ in range(len(part)))
    assert 0 < sent < 1.1 * READINGS_PER_COMMIT * BYTES_PER_READING


@pytest.mark.parametrize("bodies", [[NO_JSON] * 900, [READING] * 900])
def test_who_is_refused_much_pays_for_it_with_the_next_readings(bodies: list[bytes]) -> None:
    queue, flooder, neighbour = FairQueue(), uuid4(), uuid4()
    queue.put(_burst(flooder, bodies), _ignore)
    queue.put(_burst(neighbour, [READING]), _ignore)
    before = _elements(queue.take(READINGS_PER_COMMIT, 0), flooder)
    assert before == 900 < LIGHT_READINGS
    queue.charge(flooder, Receipt(quarantined=900), 0)
    queue.charge(flooder, Receipt(quarantined=900), 0)
    queue.charge(neighbour, Receipt(accepted=1), 0)
    queue.put(_burst(flooder, bodies), _ignore)
    queue.put(_burst(neighbour, [READING]), _ignore)
    parts = queue.take(READINGS_PER_COMMIT, 0)
    assert _elements(parts, neighbour) == 1
    assert 0 < _elements(parts, flooder) <= 2 * UPLOAD_READINGS / QUARANTINED_COST


def test_devices_that_cost_most_have_turns_that_most_others_never_meet() -> None:
    queue, flooders, neighbour = FairQueue(), [uuid4() for _ in range(3)], uuid4()
    for flooder in flooders:
        queue.charge(flooder, Receipt(quarantined=900), 0)
        queue.put(_burst(flooder, [NO_JSON] * 900), _ignore)
    met = 0
    for turn in range(100):
        now = turn * COSTLY_SECONDS / 25
        queue.put(_burst(neighbour, [READING], now), _ignore)
        parts = queue.take(READINGS_PER_COMMIT, now)
        assert _elements(parts, neighbour) == 1
        met += any(_elements(parts, flooder) for flooder in flooders)
    assert met == 4


def test_a_price_is_forgotten_and_falls_with_what_is_accepted() -> None:
    queue, device = FairQueue(), uuid4()

    def taken(now: float) -> int:
        queue.put(_burst(device, [READING] * 900, now), _ignore)
        queue.put(_burst(uuid4(), [READING], now), _ignore)
        some = _elements(queue.take(READINGS_PER_COMMIT, now), device)
        drained_at = now
        while queue:
            drained_at += COSTLY_SECONDS
            queue.take(READINGS_PER_COMMIT, drained_at)
        return some

    queue.charge(device, Receipt(quarantined=900), 0)
    assert taken(0) < 100
    assert taken(PRICED_SECONDS + 1) == 900
    queue.charge(device, Receipt(quarantined=900), 100)
    for _ in range(7):
        queue.charge(device, Receipt(accepted=900), 100)
    assert taken(100) == 900


async def test_what_turns_out_to_hold_nothing_is_answered() -> None:
    answered: list[Receipt] = []

    async def store(messages: object) -> list[Receipt]:
        raise AssertionError("there is nothing to store")

    async with (inbox := Inbox(store)).running():
        inbox.put(_burst(uuid4(), [b"[]", b" [ ] "]), answered.append)
        inbox.put(_burst(uuid4(), [b"[" + b" " * 1_000_000 + b"]"]), answered.append)
        await inbox.drained()
    assert answered == [Receipt(), Receipt()]
    assert inbox.waiting_bytes == 0
