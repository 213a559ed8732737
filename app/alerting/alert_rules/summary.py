"""A rule in words: the same in the console, in a mail and in an alert, made here alone.

Warning when temperature is above 8 °C for 5 min, over at 7 °C or below for 1 min; critical
above 10 °C; Mon–Fri 08:00–18:00 in Europe/Berlin; not again within 30 min.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.alerting.definition import (
    SITE_ZONE,
    WEEK_DAYS,
    RuleDefinition,
    RuleInput,
    RuleLevel,
    RuleSchedule,
    WeekDay,
)

TEXT_MAX = 60
_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
# Of a level's numbers, with the unit.
_COMPARES = {
    "GT": "above {value}",
    "GTE": "{value} or above",
    "LT": "below {value}",
    "LTE": "{value} or below",
    "EQ": "{value}",
    "NEQ": "not {value}",
    "BETWEEN": "between {low} and {high}",
    "OUTSIDE": "outside {low} to {high}",
    "IS_TRUE": "true",
    "IS_FALSE": "false",
}
# What is so when it is over, of the clear values.
_IS_OVER = {
    "GT": "at {clear_value} or below",
    "GTE": "below {clear_value}",
    "LT": "at {clear_value} or above",
    "LTE": "above {clear_value}",
    "BETWEEN": "outside {clear_low} to {clear_high}",
    "OUTSIDE": "between {clear_low} and {clear_high}",
}
_AGGREGATES = {
    "AVG": "the average of {subject} in {window}",
    "MIN": "the least {subject} in {window}",
    "MAX": "the greatest {subject} in {window}",
    "COUNT": "the number of readings of {subject} in {window}",
    "SUM": "the sum of {subject} in {window}",
    "RANGE": "the range of {subject} in {window}",
    "LAST": "the last {subject} in {window}",
}


def summary_of(definition: RuleDefinition, subject: str, unit: str | None) -> str:
    """`subject` is what its sensors measure; `unit` theirs, where they have one."""
    unit = _unit(definition, unit)
    first, *others = definition.levels
    head = f"{first.severity.capitalize()} when {_subject(definition, subject)}"
    parts = [f"{head} {_verb(definition)}{_level(definition, first, unit)}"]
    parts += [f"{each.severity.lower()} {_level(definition, each, unit)}" for each in others]
    if definition.schedule is not None:
        parts.append(_schedule(definition.schedule))
    if definition.cooldown_seconds:
        parts.append(f"not again within {duration_words(definition.cooldown_seconds)}")
    return "; ".join(parts) + "."


def _unit(definition: RuleDefinition, unit: str | None) -> str | None:
    """Of what is compared, where the sensors' is `unit`."""
    if definition.kind == "DEVIATION" and definition.relative:
        return "%"
    has_none = definition.aggregate == "COUNT" or definition.kind == "EXPRESSION"
    return None if has_none else unit


def duration_words(seconds: int) -> str:
    """Of two units at most, exact: 90 → 1 min 30 s; 86,461 → 1441 min 1 s."""
    for size, name in _UNITS:
        if seconds % size == 0 and seconds >= size:
            return f"{seconds // size} {name}"
        smaller = next((each for each in _UNITS if each[0] < size), None)
        if smaller is not None and seconds > size and seconds % size % smaller[0] == 0:
            rest = seconds % size // smaller[0]
            return f"{seconds // size} {name} {rest} {smaller[1]}"
    return "0 s"


def _subject(definition: RuleDefinition, subject: str) -> str:
    window = duration_words(definition.window_seconds or 0)
    match definition.kind:
        case "AGGREGATE":
            return _AGGREGATES[definition.aggregate or "AVG"].format(subject=subject, window=window)
        case "RATE_OF_CHANGE":
            return f"the change of {subject} in {window}"
        case "DEVIATION":
            average = _AGGREGATES["AVG"].format(subject=subject, window=window)
            return f"{average} less that of {_other(definition.other)}"
        case "EXPRESSION":
            return f"{_shortened(definition.expression or '')} ({_inputs(definition, subject)})"
    return subject


def _other(other: RuleInput | None) -> str:
    is_component = other is not None and other.component is not None
    return _shortened(other.component or "") if is_component and other else "another sensor"


def _inputs(definition: RuleDefinition, subject: str) -> str:
    window = duration_words(definition.window_seconds or 0)
    said = []
    for name, each in sorted(definition.inputs.items()):
        of = _AGGREGATES[each.aggregate].format(subject=_input(each, subject), window=window)
        said.append(f"{name} is {of}")
    return ", ".join(said)


def _input(each: RuleInput, subject: str) -> str:
    if each.sensor_id is not None:
        return "another sensor"
    return subject if each.field is None else each.field


def _shortened(text: str) -> str:
    return text if len(text) <= TEXT_MAX else text[: TEXT_MAX - 1] + "…"


def _verb(definition: RuleDefinition) -> str:
    is_true = definition.kind == "EXPRESSION" and definition.operator is None
    if is_true or definition.kind == "DISCONNECTED":
        return "is "
    has_own_verb = definition.operator in ("CONTAINS", "NOT_CONTAINS", "CHANGED", None)
    return "" if has_own_verb else "is "


def _level(definition: RuleDefinition, level: RuleLevel, unit: str | None) -> str:
    lasting = f" for {duration_words(level.for_seconds)}" if level.for_seconds else ""
    if definition.kind == "NO_DATA":  # which lasts for as long as it takes to be one, already
        silent = (definition.window_seconds or 0) + level.for_seconds
        return f"is silent for {duration_words(silent)}{_end(definition, level, unit)}"
    return f"{_test(definition, level, unit)}{lasting}{_end(definition, level, unit)}"


def _test(definition: RuleDefinition, level: RuleLevel, unit: str | None) -> str:
    if definition.kind == "DISCONNECTED":
        return "disconnected"
    if definition.kind == "STUCK":
        by = f" by more than {_number(definition.tolerance, unit)}" if definition.tolerance else ""
        return f"has not changed{by} in {duration_words(definition.window_seconds or 0)}"
    match definition.operator:
        case None:
            return "true"
        case "CHANGED":
            return "changes"
        case "CONTAINS":
            return f"contains {_value(level.value, unit)}"
        case "NOT_CONTAINS":
            return f"doesn't contain {_value(level.value, unit)}"
    text = _COMPARES[definition.operator or "EQ"]
    return text.format(
        value=_value(level.value, unit), low=_value(level.low, None), high=_value(level.high, unit)
    )


def _end(definition: RuleDefinition, level: RuleLevel, unit: str | None) -> str:
    waits = f" for {duration_words(level.clear_for_seconds)}" if level.clear_for_seconds else ""
    clears = (level.clear_value, level.clear_low, level.clear_high)
    if all(clear is None for clear in clears):
        calm = "connected" if definition.kind == "DISCONNECTED" else "without"
        return f", over after {waits.removeprefix(' for ')} {calm}" if waits else ""
    low = level.low if level.clear_low is None else level.clear_low
    high = level.high if level.clear_high is None else level.clear_high
    text = _IS_OVER[definition.operator or "GT"].format(
        clear_value=_value(level.clear_value, unit),
        clear_low=_value(low, None),
        clear_high=_value(high, unit),
    )
    return f", over {text}{waits}"


def _value(value: float | str | None, unit: str | None) -> str:
    if isinstance(value, str):
        return f"“{_shortened(value)}”"
    return _number(value or 0, unit)


def _number(number: float, unit: str | None) -> str:
    text = f"{number:.15g}"
    return text if unit is None else f"{text} {unit}"


def _schedule(schedule: RuleSchedule) -> str:
    times = ", ".join(f"{_days(times.days)} {times.from_}–{times.to}" for times in schedule.weekly)
    place = "at the site" if schedule.timezone == SITE_ZONE else f"in {schedule.timezone}"
    return f"{times} {place}"


def _days(days: Iterable[WeekDay]) -> str:
    """Three and more that follow each other are a span."""
    places = sorted(map(WEEK_DAYS.index, days))
    if len(places) == len(WEEK_DAYS):
        return "every day"
    return " ".join(_spans(places))


def _spans(places: list[int]) -> Iterator[str]:
    start = 0
    for end in range(1, len(places) + 1):
        if end < len(places) and places[end] == places[end - 1] + 1:
            continue
        names = [WEEK_DAYS[place].capitalize() for place in places[start:end]]
        yield f"{names[0]}–{names[-1]}" if len(names) > 2 else " ".join(names)
        start = end
