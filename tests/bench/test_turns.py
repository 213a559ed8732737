"""One row that fails costs no other: what was measured is told, and so is what was not and why."""

from __future__ import annotations

import contextlib
import io
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from rich.console import Console
from rich.progress import Progress

from tests.bench.machine import Machine
from tests.bench.report import Report, show, write
from tests.bench.results import Measure, Pair, Run, Spread, Topic, aim
from tests.bench.turns import measured

NAMES = ("one", "two", "three")


def counting(fails_at: int | None = None) -> Measure:
    """1, 2, 3 … until it fails."""
    count = 0

    async def measure() -> Run:
        nonlocal count
        count += 1
        if count == fails_at:
            raise ValueError("422: TOO_EXPENSIVE")
        return Run(count)

    return measure


def topic_of(*measures: Measure, opens: bool = True, ends: bool = True) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        if not opens:
            raise LookupError("no such table")
        yield [
            Pair(name, name, "ms", measure, "aim", aim(10))
            for name, measure in zip(NAMES, measures, strict=False)
        ]
        if not ends:
            raise LookupError("the worker is gone")

    return Topic(NAMES[: len(measures)], 3, pairs)


@pytest.fixture
def progress() -> Progress:
    return Progress(console=Console(file=io.StringIO(), width=200))


async def test_every_turn_is_held_against_a_limit_of_the_same_turn(progress: Progress) -> None:
    [row] = await measured(topic_of(counting()), {"one"}, progress)
    assert (row.measured, row.limit) == (Spread(2, 1, 3), Spread(10, 10, 10))
    assert (row.ratio, row.repetitions, row.failure) == (Spread(0.2, 0.1, 0.3), 3, None)


@pytest.mark.parametrize(
    ("fails_at", "expected"), [(1, None), (2, Spread(1, 1, 1)), (3, Spread(1.5, 1, 2))]
)
async def test_a_row_that_fails_keeps_what_it_measured_and_costs_no_other(
    progress: Progress, fails_at: int, expected: Spread | None
) -> None:
    topic = topic_of(counting(), counting(fails_at), counting())
    first, second, third = await measured(topic, set(NAMES), progress)
    assert first.measured == third.measured == Spread(2, 1, 3)
    assert (first.failure, third.failure) == (None, None)
    assert (second.name, second.measured) == ("two", expected)
    assert second.repetitions == fails_at - 1
    assert second.failure == "ValueError: 422: TOO_EXPENSIVE"


async def test_where_nothing_could_be_set_up_every_row_asked_for_says_so(
    progress: Progress,
) -> None:
    topic = topic_of(counting(), counting(), counting(), opens=False)
    rows = await measured(topic, {"one", "three"}, progress)
    assert [(row.name, row.failure) for row in rows] == [
        ("one", "LookupError: no such table"),
        ("three", "LookupError: no such table"),
    ]


async def test_what_fails_after_the_last_turn_hides_no_figure(progress: Progress) -> None:
    [row] = await measured(topic_of(counting(), ends=False), {"one"}, progress)
    assert row.measured == Spread(2, 1, 3)
    assert row.failure == "LookupError: the worker is gone"


async def test_what_failed_stands_in_the_file_and_under_the_table(
    progress: Progress, tmp_path: Path
) -> None:
    machine = Machine(
        cpu="x", cores=2, memory_gigabytes=8, kernel="6", python="3", postgresql="18", load_before=0
    )
    rows = await measured(topic_of(counting(), counting(1)), set(NAMES), progress)
    report = Report(machine=machine, started_at=datetime.now(UTC), is_quick=True, rows=rows)
    assert [row.name for row in report.failures] == ["two"]
    write(report, tmp_path / "bench.json")
    written = msgspec.json.decode((tmp_path / "bench.json").read_bytes(), type=Report)
    assert [row.failure for row in written.rows] == [None, "ValueError: 422: TOO_EXPENSIVE"]
    shown = io.StringIO()
    show(report, Console(file=shown, width=160))
    assert "two failed: ValueError: 422: TOO_EXPENSIVE" in shown.getvalue()
