"""Rules and readings by chance, small enough that everything meets everything: few values, spans of
a few readings, schedules around changes of clocks."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from ingest.alerting.definition import (
    SEVERITIES,
    WEEK_DAYS,
    RuleDefinition,
    RuleInput,
    RuleLevel,
    RuleSchedule,
    WeeklyTimes,
)
from tests.make.alert_history import (
    MEANINGS,
    SECOND,
    AlertRecord,
    Reading,
    Value,
    history,
)

OTHERS = (UUID(int=1), UUID(int=2))
TEXTS = ("ok", "OK", "open", "fault: door", "Fault", "")


def _at(year: int, month: int, day: int, hour: int) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp()) * SECOND


# Clocks change in Berlin, on Lord Howe and in Apia, which also left out a day; and on one day not.
MOMENTS = {
    "Europe/Berlin": (_at(2026, 3, 29, 1), _at(2025, 10, 26, 1), _at(2023, 11, 14, 22)),
    "Australia/Lord_Howe": (_at(2025, 4, 5, 15), _at(2025, 10, 4, 15)),
    "Pacific/Apia": (_at(2011, 12, 30, 10), _at(2011, 9, 24, 11)),
}


@dataclass(frozen=True)
class AlertCase:
    definition: RuleDefinition
    start: int
    readings: list[Reading]
    now: int
    zone: str
    others: dict[UUID, list[Reading]]


def random_case(rng: random.Random) -> AlertCase:
    zone = rng.choice(list(MOMENTS))
    first = rng.choice(MOMENTS[zone]) - 20_000 * SECOND
    is_text = rng.random() < 0.12
    readings = random_readings(rng, first, rng.randint(1, 30), is_text=is_text)
    third = readings[len(readings) // 3][0]
    start = rng.choice([first - SECOND, third, third + 3 * SECOND])
    now = max(readings[-1][0] + rng.choice([0, 5, 100, 5000]) * SECOND, start)
    definition = random_definition(rng, is_text=is_text, others=OTHERS)
    others = {
        id_: random_readings(rng, first + rng.randint(-50, 50) * SECOND, 20)
        for id_ in source_ids(definition)
    }
    known = {
        id_: [reading for reading in found if reading[0] <= now] for id_, found in others.items()
    }
    return AlertCase(definition, start, readings, now, zone, known)


def source_ids(definition: RuleDefinition) -> list[UUID]:
    """Of one that names them by their ids."""
    return [each.sensor_id for each in definition.sources if each.sensor_id is not None]


def history_of(case: AlertCase) -> list[AlertRecord]:
    return history(case.definition, case.start, case.readings, case.now, case.zone, case.others)


def random_readings(
    rng: random.Random, first: int, count: int, *, is_text: bool = False
) -> list[Reading]:
    at, number, found = first, rng.randint(0, 10), []
    for _ in range(count):
        at += rng.choice([1, 5, 10, 10, 10, 20, 50, 120, 600, 3600]) * SECOND
        if rng.random() < 0.6:
            near = max(0, min(10, number + rng.choice([-1, 0, 1])))
            number = rng.randint(0, 10) if rng.random() < 0.4 else near
        value: Value = TEXTS[number % len(TEXTS)] if is_text else float(number)
        found.append((at, value))
    return found


def random_definition(
    rng: random.Random, *, is_text: bool = False, others: Sequence[UUID] = ()
) -> RuleDefinition:
    """`others` are sensors of numbers that it may need beside the one that it watches."""
    clear, cooldown = rng.choice([0, 0, 20, 60]), rng.choice([0, 0, 50, 200])
    schedule = random_schedule(rng)
    if is_text:
        return _of_text(rng, clear, cooldown, schedule)
    kind = rng.choice(["VALUE"] * 6 + ["CHANGED", "NO_DATA"] + ["WINDOW"] * 3)
    if kind == "CHANGED":
        level = RuleLevel(severity="WARNING", clear_for_seconds=clear)
        return RuleDefinition(
            kind="VALUE",
            operator="CHANGED",
            levels=(level,),
            cooldown_seconds=cooldown,
            schedule=schedule,
        )
    if kind == "NO_DATA":
        level = RuleLevel(
            severity="CRITICAL", for_seconds=rng.choice([0, 0, 30]), clear_for_seconds=clear
        )
        return RuleDefinition(
            kind="NO_DATA",
            levels=(level,),
            window_seconds=rng.choice([25, 40, 70]),
            cooldown_seconds=cooldown,
            schedule=schedule,
        )
    if kind == "WINDOW":
        return _of_windows(rng, clear, cooldown, schedule, others)
    operator = rng.choice(
        ["GT", "GTE", "LT", "LTE", "EQ", "NEQ", "BETWEEN", "OUTSIDE", "IS_TRUE", "IS_FALSE"]
    )
    count = rng.choice([1, 1, 2, 3])
    chosen = sorted(rng.sample([0, 1, 2], count))
    levels = tuple(
        _level(rng, operator, number, severity, clear) for number, severity in enumerate(chosen)
    )
    return RuleDefinition(
        kind="VALUE",
        operator=operator,
        levels=levels,
        cooldown_seconds=cooldown,
        schedule=schedule,
    )


def _level(rng: random.Random, operator: str, number: int, severity: int, clear: int) -> RuleLevel:
    spans = {
        "severity": SEVERITIES[severity],
        "for_seconds": rng.choice([0, 0, 10, 30, 60]),
        "clear_for_seconds": rng.choice([clear, clear, 0]),
    }
    has_clear = rng.random() < 0.5
    if operator in ("GT", "GTE"):
        value = 4 + number * 2
        return RuleLevel(value=value, clear_value=value - 2 if has_clear else None, **spans)
    if operator in ("LT", "LTE"):
        value = 6 - number * 2
        return RuleLevel(value=value, clear_value=value + 2 if has_clear else None, **spans)
    if operator == "BETWEEN":
        wider = {"clear_low": 2, "clear_high": 8 - number} if has_clear else {}
        return RuleLevel(low=3, high=7 - number, **wider, **spans)
    if operator == "OUTSIDE":
        low = 4 - number if number < 2 else 3
        narrower = {"clear_low": low, "clear_high": 6 + number} if has_clear else {}
        return RuleLevel(low=3 - number, high=7 + number, **narrower, **spans)
    if operator in ("IS_TRUE", "IS_FALSE"):
        return RuleLevel(**spans)
    return RuleLevel(value=float(number + 1), **spans)


def _of_text(
    rng: random.Random, clear: int, cooldown: int, schedule: RuleSchedule | None
) -> RuleDefinition:
    operator = rng.choice(["EQ", "NEQ", "CONTAINS", "NOT_CONTAINS", "CHANGED"])
    value = None if operator == "CHANGED" else rng.choice(["ok", "fault", "open", "OK"])
    wait = 0 if operator == "CHANGED" else rng.choice([0, 10, 60])
    return RuleDefinition(
        kind="VALUE",
        operator=operator,
        levels=(
            RuleLevel(severity="WARNING", value=value, for_seconds=wait, clear_for_seconds=clear),
        ),
        ignore_case=rng.random() < 0.5,
        cooldown_seconds=cooldown,
        schedule=schedule,
    )


def _of_windows(
    rng: random.Random,
    clear: int,
    cooldown: int,
    schedule: RuleSchedule | None,
    others: Sequence[UUID],
) -> RuleDefinition:
    kind = rng.choice(
        ["AGGREGATE"] * 4
        + ["RATE_OF_CHANGE", "STUCK"]
        + (["DEVIATION", "EXPRESSION"] if others else [])
    )
    step = rng.choice([10, 30, 60])
    rest = {
        "window_seconds": step * rng.choice([1, 1, 2, 5]),
        "step_seconds": step,
        "cooldown_seconds": cooldown,
        "schedule": schedule,
    }
    if kind == "STUCK":
        level = RuleLevel(severity="WARNING", for_seconds=rng.choice([0, 60]))
        return RuleDefinition(
            kind=kind,
            levels=(level,),
            tolerance=rng.choice([0, 1]),
            min_count=rng.choice([None, 3]),
            **rest,
        )
    aggregate = (
        rng.choice(["AVG", "MIN", "MAX", "SUM", "COUNT", "RANGE", "LAST"])
        if kind == "AGGREGATE"
        else None
    )
    least = None if kind == "RATE_OF_CHANGE" else rng.choice([None, None, 2])
    if kind == "DEVIATION":
        rest["other"] = RuleInput(sensor_id=rng.choice(others))
        rest["relative"] = rng.random() < 0.5
    if kind == "EXPRESSION":
        rest["inputs"] = {
            "a": RuleInput(aggregate=rng.choice(["AVG", "LAST", "SUM"])),
            "b": RuleInput(
                sensor_id=rng.choice([*others, *others, None]),
                aggregate=rng.choice(["AVG", "MIN", "COUNT"]),
            ),
        }
        rest["expression"] = rng.choice(list(MEANINGS))
    if kind == "EXPRESSION" and rng.random() < 0.5:
        level = RuleLevel(severity="WARNING", for_seconds=rng.choice([0, 60]))
        return RuleDefinition(kind=kind, levels=(level,), min_count=least, **rest)
    value = {"SUM": 20, "COUNT": 3, None: 1}.get(aggregate, 4)
    if rng.random() < 0.3:
        level = RuleLevel(severity="WARNING", value=value, for_seconds=rng.choice([0, 60]))
        return RuleDefinition(
            kind=kind,
            operator="LT",
            aggregate=aggregate,
            levels=(level,),
            min_count=least,
            **rest,
        )
    chosen = sorted(rng.sample([0, 1, 2], rng.choice([1, 2])))
    levels = tuple(
        RuleLevel(
            severity=SEVERITIES[severity],
            value=value + 2 * number,
            clear_value=rng.choice([None, value + 2 * number - 2]),
            for_seconds=rng.choice([0, 0, 60]),
            clear_for_seconds=clear,
        )
        for number, severity in enumerate(chosen)
    )
    return RuleDefinition(
        kind=kind,
        operator=rng.choice(["GT", "GTE"]),
        aggregate=aggregate,
        levels=levels,
        min_count=least,
        **rest,
    )


def random_schedule(rng: random.Random) -> RuleSchedule | None:
    if rng.random() < 0.55:
        return None
    some = ("MON", "WED", "FRI", "SAT", "SUN")
    weekly = rng.choice(
        [
            (WeeklyTimes(days=WEEK_DAYS, from_="02:00", to="03:00"),),
            (WeeklyTimes(days=some, from_="23:00", to="02:10"),),
            (
                WeeklyTimes(days=("SUN",), from_="00:00", to="01:45"),
                WeeklyTimes(days=WEEK_DAYS, from_="01:50", to="02:20"),
            ),
        ]
    )
    return RuleSchedule(timezone=rng.choice(["SITE", "Europe/Berlin"]), weekly=weekly)
