"""The machine finds, step by step, what the definition says of all readings at once."""

from __future__ import annotations

import os
import random

import numpy as np
import pytest

from ingest.alerting.fold import begin, fold
from ingest.alerting.logic import SignalKind, logic_of
from ingest.alerting.machine import EpisodeOutcome, Machine, decode_state, encode_state
from ingest.alerting.series import ValueSeries, number_of_text
from tests.make.alert_cases import AlertCase, history_of, random_case, source_ids
from tests.make.alert_history import AlertRecord, Reading

CASES = int(os.environ.get("ALERT_CASES", "100000"))
PARTS = 20


def series(readings: list[Reading]) -> ValueSeries:
    values = [value for _, value in readings]
    texts = [value for value in values if isinstance(value, str)]
    numbers = [number_of_text(each) if isinstance(each, str) else each for each in values]
    at = np.array([at for at, _ in readings], np.int64)
    return ValueSeries(at, np.array(numbers, float), texts if texts else None)


def record(outcome: EpisodeOutcome) -> AlertRecord:
    return AlertRecord(outcome.started_at, outcome.fired_at, outcome.ended_at, outcome.steps)


def decided(case: AlertCase, rng: random.Random) -> list[AlertRecord]:
    """By the machine, in batches cut by chance, its state out and in again."""
    logic = logic_of(case.definition, case.zone)
    held = [reading for reading in case.readings if reading[0] <= case.start]
    machine = begin(logic, case.start, series(held))
    values = [reading for reading in case.readings if reading[0] > case.start]
    if logic.kind is SignalKind.WINDOW:
        assert logic.window is not None
        assert machine.state.closed_to is not None
        others = [series(case.others[id_]) for id_ in source_ids(case.definition)]
        after = machine.state.closed_to
        found = logic.window.values(series(case.readings), after, case.now, others)
        values = list(zip(found.at.tolist(), found.number.tolist(), strict=True))
    place = 0
    while place < len(values):
        size = rng.randint(1, 20)
        fold(machine, series(values[place : place + size]))
        place += size
        if rng.random() < 0.4:
            machine = _out_and_in_again(machine)
        if rng.random() < 0.4 and place < len(values):
            machine.advance(values[place][0], inclusive=False)
    machine.advance(case.now, inclusive=True)
    return [record(outcome) for outcome in machine.episodes]


def _out_and_in_again(machine: Machine) -> Machine:
    state = decode_state(encode_state(machine.state))
    again = Machine(machine.logic, machine.start, state)
    again.newest, again.ended, again.log = machine.newest, machine.ended, machine.log
    return again


@pytest.mark.parametrize("part", range(PARTS))
def test_the_machine_agrees_with_the_definition(part: int) -> None:
    alerts = 0
    for number in range(CASES // PARTS):
        seed = f"{part}/{number}"
        rng = random.Random(seed)
        case = random_case(rng)
        expected = history_of(case)
        assert decided(case, rng) == expected, (seed, case)
        alerts += len(expected)
    assert alerts > CASES // PARTS // 4
