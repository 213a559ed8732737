"""The engine of roll-outs: places that stay, boundaries by rank, and what follows from how devices
fare. No database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.control.rollouts.phases import (
    EVERYWHERE,
    NOWHERE,
    AbortRule,
    Move,
    Phase,
    PhaseCount,
    Standing,
    boundaries,
    has_soaked,
    judge,
    next_reach,
    phase_faults,
    place_of,
)

DEVICES = st.sets(st.uuids(), max_size=200)
SHARES = st.lists(st.sampled_from([0.1, 1, 5, 7, 12.5, 33, 50, 99]), max_size=4, unique=True)
ROLLOUT = UUID("01936f2a-8c4e-7d1b-9a3f-5e6d7c8b9a01")


def phases_of(shares: list[float]) -> list[Phase]:
    return [Phase(percent=share) for share in [*sorted(shares), 100]]


def phase_of(place: bytes, ends: list[bytes]) -> int:
    return next(number for number, end in enumerate(ends) if place <= end)


@given(devices=DEVICES, joiners=DEVICES, shares=SHARES)
def test_whoever_joins_moves_nobody_to_another_phase_and_has_a_phase_of_its_own(
    devices: set[UUID], joiners: set[UUID], shares: list[float]
) -> None:
    places = {device: place_of(ROLLOUT, device) for device in devices | joiners}
    ends = boundaries(phases_of(shares), sorted(places[device] for device in devices))
    before = {device: phase_of(places[device], ends) for device in devices}
    again = {device: phase_of(place_of(ROLLOUT, device), ends) for device in devices | joiners}
    assert before.items() <= again.items()
    assert all(0 <= again[device] < len(ends) for device in joiners)


@given(devices=DEVICES, shares=SHARES)
def test_each_phase_ends_at_the_place_of_its_last_device(
    devices: set[UUID], shares: list[float]
) -> None:
    places = sorted(place_of(ROLLOUT, device) for device in devices)
    phases = phases_of(shares)
    ends = boundaries(phases, places)
    assert ends == sorted(ends)
    for phase, end in zip(phases, ends, strict=True):
        reached = sum(place <= end for place in places)
        exact = (phase.percent or 0) * len(places) / 100
        assert exact - 1e-6 <= reached < exact + 1 + 1e-6


def test_five_percent_of_forty_are_two_and_seven_of_a_hundred_seven() -> None:
    for number, percent, expected in ((40, 5, 2), (100, 7, 7), (3, 1, 1), (0, 50, 0)):
        places = sorted(place_of(ROLLOUT, uuid4()) for _ in range(number))
        [end, last] = boundaries(phases_of([percent]), places)
        assert sum(place <= end for place in places) == expected
        assert last == EVERYWHERE


def test_a_number_of_devices_is_that_many() -> None:
    places = sorted(place_of(ROLLOUT, uuid4()) for _ in range(50))
    ends = boundaries([Phase(count=1), Phase(count=10), Phase(percent=100)], places)
    assert [sum(place <= end for place in places) for end in ends] == [1, 10, 50]
    beyond = boundaries([Phase(count=1000), Phase(percent=100)], places)
    assert beyond[0] == places[-1]


def test_two_rollouts_do_not_begin_with_the_same_devices() -> None:
    devices = [UUID(int=number) for number in range(2000)]
    first = {
        frozenset(sorted(devices, key=lambda device: place_of(rollout, device))[:100])
        for rollout in (UUID(int=1), UUID(int=2))
    }
    one, other = first
    assert len(one & other) < 20  # of 100, five are expected by chance


@pytest.mark.parametrize(
    ("phases", "is_good"),
    [
        ([Phase(percent=100)], True),
        ([Phase(count=1), Phase(percent=10), Phase(percent=100)], True),
        ([Phase(percent=50)], False),
        ([Phase(percent=50), Phase(percent=20), Phase(percent=100)], False),
        ([Phase(count=9), Phase(count=9), Phase(percent=100)], False),
        ([Phase(), Phase(percent=100)], False),
        ([Phase(percent=5, count=5), Phase(percent=100)], False),
    ],
)
def test_phases_grow_to_everybody(phases: list[Phase], is_good: bool) -> None:
    assert (phase_faults(phases) is None) is is_good


PHASE = Phase(percent=100, success_percent=90, min_finished_percent=50)
RULE = AbortRule(failed_percent=25, min_finished=4)


@pytest.mark.parametrize(
    ("count", "move"),
    [
        (PhaseCount(waiting=10), Move.STAY),
        (PhaseCount(), Move.ADVANCE),  # of nobody
        (PhaseCount(unreachable=9, skipped=4), Move.ADVANCE),
        (PhaseCount(pending=6, succeeded=4), Move.STAY),
        (PhaseCount(pending=5, succeeded=5), Move.ADVANCE),
        (PhaseCount(pending=5, succeeded=5, unreachable=90), Move.ADVANCE),
        (PhaseCount(failed=1, succeeded=2, pending=9), Move.STAY),  # too few to tell
        (PhaseCount(failed=1, succeeded=3, pending=9), Move.ABORT),
        (PhaseCount(failed=1, succeeded=4, pending=9), Move.STAY),
        (PhaseCount(failed=1, succeeded=2), Move.STALL),
        (PhaseCount(failed=1, succeeded=8, pending=1), Move.STAY),
        (PhaseCount(failed=1, succeeded=9), Move.ADVANCE),
    ],
)
def test_what_follows_from_how_devices_fare(count: PhaseCount, move: Move) -> None:
    assert judge(PHASE, RULE, count) is move


def test_a_number_of_failures_aborts_at_once() -> None:
    rule = AbortRule(failed_percent=None, failed_count=1)
    assert judge(PHASE, rule, PhaseCount(failed=1, succeeded=99)) is Move.ABORT


def test_what_does_well_must_go_on_so_for_a_while() -> None:
    phase = Phase(percent=100, soak_seconds=60)
    assert judge(phase, RULE, PhaseCount(succeeded=5)) is Move.SOAK
    now = datetime.now(UTC)
    assert not has_soaked(phase, None, now)
    assert not has_soaked(phase, now - timedelta(seconds=59), now)
    assert has_soaked(phase, now - timedelta(seconds=60), now)


@given(count=st.integers(0, 30), room=st.none() | st.integers(-3, 40))
def test_it_goes_as_far_as_there_is_room_for(count: int, room: int | None) -> None:
    waiting = sorted(place_of(ROLLOUT, UUID(int=number)) for number in range(count))
    reach, number = next_reach(EVERYWHERE, waiting, room=room)
    assert number == sum(place <= reach for place in waiting)
    if room is None or room >= count:
        assert (reach, number) == (EVERYWHERE, count)
    else:
        assert number == max(room, 0)
        assert (reach == NOWHERE) is (number == 0)


@given(st.lists(st.sampled_from(Standing)))
def test_everybody_is_counted_once(standings: list[Standing]) -> None:
    count = PhaseCount.of(standings)
    assert count.reachable + count.skipped + count.unreachable == len(standings)
