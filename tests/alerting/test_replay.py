"""What a back-test finds, in pages however cut, is what the definition says of all at once."""

from __future__ import annotations

import random

import numpy as np
import pytest

from app.alerting.alert_backtests.replay import (
    ReplayedAlert,
    RuleReplay,
    difference,
    reads_after,
    value_series,
)
from db.readings.series import Series
from ingest.alerting.definition import RuleDefinition, RuleLevel, RuleOperator
from ingest.alerting.machine import EpisodeOutcome
from ingest.alerting.series import ValueSeries, empty_series, number_of_text
from tests.make.alert_cases import AlertCase, history_of, random_case, source_ids
from tests.make.alert_history import AlertRecord, Reading

CASES = 2_000
SECOND = 1_000_000


def series(readings: list[Reading]) -> ValueSeries:
    values = [value for _, value in readings]
    texts = [value for value in values if isinstance(value, str)]
    numbers = [number_of_text(each) if isinstance(each, str) else each for each in values]
    at = np.array([at for at, _ in readings], np.int64)
    return ValueSeries(at, np.array(numbers, float), texts if texts else None)


def replayed(case: AlertCase, rng: random.Random) -> list[AlertRecord]:
    """In pages cut by chance."""
    since = reads_after(case.definition, case.start)
    held = [reading for reading in case.readings if reading[0] <= since][-1:]
    replay = RuleReplay(case.definition, case.zone, case.start, series(held), peaks_max=10)
    sensors = [case.readings, *(case.others[id_] for id_ in source_ids(case.definition))]
    rest = {
        place: [reading for reading in readings if reading[0] > since]
        for place, readings in enumerate(sensors)
    }
    while rest:
        place, size = rng.choice(list(rest)), rng.randint(1, 30)
        replay.feed(series(rest[place][:size]), place)
        rest[place] = rest[place][size:]
        if not rest[place]:
            del rest[place]
            replay.end(place)
    replay.finish(case.now + 1)
    found = (alert.episode for alert in replay.found)
    return [
        AlertRecord(each.started_at, each.fired_at, each.ended_at, each.steps) for each in found
    ]


def test_pages_are_told_from_no_others() -> None:
    alerts = 0
    for seed in range(CASES):
        rng = random.Random(seed)
        case = random_case(rng)
        expected = history_of(case)
        assert replayed(case, rng) == expected, f"seed {seed}"
        alerts += len(expected)
    assert alerts > CASES // 2


def replay_of(operator: RuleOperator, *pages: list[Reading], **level: float) -> list[float | None]:
    """The peaks that it tells."""
    limit = RuleLevel(severity="WARNING", **level)
    definition = RuleDefinition(kind="VALUE", operator=operator, levels=(limit,))
    replay = RuleReplay(definition, "UTC", 0, empty_series(), peaks_max=2)
    for page in pages:
        replay.feed(series(page))
    replay.finish(100 * SECOND)
    return [alert.peak for alert in replay.found]


def seconds(*values: float, since: int = 1) -> list[Reading]:
    return [(place * SECOND, value) for place, value in enumerate(values, since)]


@pytest.mark.parametrize(
    ("peaks", "expected"),
    [
        (replay_of("GT", seconds(9, 12, 9, 1, 8.5), value=8), [12.0, 8.5]),
        (replay_of("GT", seconds(9, 12), seconds(14, 9, 1, since=3), value=8), [14.0]),
        (replay_of("GT", seconds(9, 12), seconds(9, 1, since=3), value=8), [12.0]),
        (replay_of("GT", seconds(9, 1, 9, 1, 9, 1), value=8), [9.0, 9.0, None]),
        (replay_of("LT", seconds(1, -3, 9), value=2), [-3.0]),
        (replay_of("OUTSIDE", seconds(9, 0, 5), low=2, high=8), [0.0]),
        (replay_of("OUTSIDE", seconds(12, 1, 5), low=2, high=8), [12.0]),
        (replay_of("EQ", seconds(3, 4), value=3), [None]),
    ],
)
def test_the_value_that_went_farthest_is_told(
    peaks: list[float | None], expected: list[float | None]
) -> None:
    assert peaks == expected


def alert(start: int, end: int | None, severity: int = 1) -> ReplayedAlert:
    return ReplayedAlert(EpisodeOutcome(start, start, end, ((start, severity),)), None)


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        ([], [], (0, 0, 0)),
        ([alert(1, 5)], [], (1, 0, 0)),
        ([], [alert(1, 5)], (0, 1, 0)),
        ([alert(1, 5)], [alert(1, 5)], (0, 0, 0)),
        ([alert(2, 5)], [alert(1, 5)], (0, 0, 1)),
        ([alert(1, 5, severity=2)], [alert(1, 5)], (0, 0, 1)),
        ([alert(1, None)], [alert(1, 5)], (0, 0, 1)),
        ([alert(1, 2), alert(4, 5)], [alert(1, 5)], (1, 0, 1)),
        ([alert(1, 5)], [alert(1, 2), alert(4, 5)], (0, 1, 1)),
        ([alert(1, 2), alert(8, 9)], [alert(1, 2), alert(5, 6), alert(8, None)], (0, 1, 1)),
    ],
)
def test_two_replays_are_compared_by_what_overlaps(
    new: list[ReplayedAlert], old: list[ReplayedAlert], expected: tuple[int, int, int]
) -> None:
    assert difference(new, old, 100) == expected


def test_values_of_several_kinds_are_as_machines_take_them() -> None:
    at = np.array([1, 2, 3, 4], np.int64)
    found = value_series(Series(at, [1.5, 2, True, "on"]))
    assert found.number.tolist() == [1.5, 2.0, 1.0, number_of_text("on")]
    assert found.texts is not None
    assert list(found.texts) == ["", "", "", "on"]
    flags = value_series(Series(at[:2], np.array([True, False])))
    assert (flags.number.tolist(), flags.texts) == ([1.0, 0.0], None)
