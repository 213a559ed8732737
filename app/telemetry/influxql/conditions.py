"""WHERE: a range of time, which stands beside all else, and what must be of a series. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.telemetry.influxql.statements import (
    Arithmetic,
    Call,
    Combined,
    Condition,
    Duration,
    Expression,
    InfluxError,
    Number,
    Pattern,
    Ref,
    TagComparison,
    Text,
)
from db.queries.influx_series import EVERY, AllOf, AnyOf, Operator, SeriesCondition, TagTerm

FIELD = "value"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_NEXT = timedelta(microseconds=1)
_OPERATORS: dict[str, Operator] = {
    "=": "=", "==": "=", "!=": "!=", "<>": "!=", "=~": "=~", "!~": "!~",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """[start, end), None where nothing is said; what must hold of series."""

    start: datetime | None
    end: datetime | None
    series: SeriesCondition


def asked_of(where: Condition | None, now: datetime) -> Asked:
    """Raises InfluxError."""
    terms = _terms(where)
    times = [each for each in terms if _is_time(each)]
    others = [_series(each) for each in terms if not _is_time(each)]
    starts, ends = [], []
    for each in times:
        assert isinstance(each, TagComparison)  # noqa: S101 - that is what `_is_time` found
        start, end = _edges(each, now)
        starts += [] if start is None else [start]
        ends += [] if end is None else [end]
    return Asked(max(starts, default=None), min(ends, default=None), AllOf(others))


def sources_of(sources: Sequence[Text | Pattern]) -> SeriesCondition:
    """Of these measurements; of none, any."""
    return AnyOf([source_of(each) for each in sources]) if sources else EVERY


def source_of(source: Text | Pattern) -> TagTerm:
    return TagTerm(None, "=~" if isinstance(source, Pattern) else "=", source.value)


def _terms(where: Condition | None) -> Sequence[Condition]:
    """What must hold all together, however it stands in parentheses."""
    if where is None:
        return []
    if isinstance(where, Combined) and where.kind == "AND":
        return [term for each in where.terms for term in _terms(each)]
    return [where]


def _is_time(condition: Condition) -> bool:
    return (
        isinstance(condition, TagComparison)
        and isinstance(condition.left, Ref)
        and condition.left.name.lower() == "time"
    )


def _edges(condition: TagComparison, now: datetime) -> tuple[datetime | None, datetime | None]:
    moment = _moment(condition.right, now)
    match condition.operator:
        case ">=":
            return moment, None
        case ">":
            return moment + _NEXT, None
        case "<":
            return None, moment
        case "<=":
            return None, moment + _NEXT
        case "=" | "==":
            return moment, moment + _NEXT
        case operator:
            raise InfluxError(f"time {operator} can't be asked")


def _moment(expression: Expression, now: datetime) -> datetime:
    """Between 1900 and 2200: whatever lies beyond is the same to all readings."""
    try:
        return min(max(_exact_moment(expression, now), _EARLIEST), _LATEST)
    except OverflowError:
        return _LATEST


def _exact_moment(expression: Expression, now: datetime) -> datetime:
    match expression:
        case Duration(value):
            return _EPOCH + value
        case Number(value):  # nanoseconds
            return _EPOCH + timedelta(microseconds=value // 1000)
        case Call("now", []):
            return now
        case Text(value):
            return _read(value)
        case Arithmetic(first, rest) if all(isinstance(each, Duration) for _, each in rest):
            spans = [
                each.value if sign == "+" else -each.value
                for sign, each in rest
                if isinstance(each, Duration)
            ]
            return _exact_moment(first, now) + sum(spans, timedelta())
        case _:
            raise InfluxError("a time is 1764000000000ms, now() - 1h or '2026-11-23T10:00:00Z'")


def _read(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InfluxError(f"{text[:50]!r} is no time") from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _series(condition: Condition) -> SeriesCondition:
    if isinstance(condition, Combined):
        parts = [_series(each) for each in condition.terms]
        return AllOf(parts) if condition.kind == "AND" else AnyOf(parts)
    operator, value = _OPERATORS.get(condition.operator), condition.right
    if not isinstance(condition.left, Ref) or not isinstance(value, Text | Pattern):
        raise InfluxError("conditions are of time, and of tags: \"device\" = 'x' or =~ /x/")
    if condition.left.name.lower() == "time":
        raise InfluxError("a condition of time stands beside all others, joined by AND")
    if condition.left.name == FIELD:
        raise InfluxError("conditions of values aren't supported, of tags they are")
    if operator is None or isinstance(value, Pattern) is not operator.endswith("~"):
        raise InfluxError("tags are compared by = and !=, and by =~ and !~ with a /regex/")
    return TagTerm(condition.left.name, operator, value.value)
