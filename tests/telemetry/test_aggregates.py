"""Aggregates over HTTP: every function, interval, zone and fill held against plain Python and duckdb on the same data."""

from __future__ import annotations

import math
import random
import statistics
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import nan
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.telemetry.aggregates.buckets import edges
from app.telemetry.aggregates.functions import FUNCTIONS, LOOK_BACK
from app.telemetry.aggregates.intervals import interval
from tests.make.devices import register_device
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import NOW, assert_problem, at, by_key, send, sensors_by_key

Series = list[tuple[datetime, float]]
ALL = ",".join(FUNCTIONS)
DAY = timedelta(days=1)


def span(start: datetime, end: datetime) -> dict[str, str]:
    return {"from": start.isoformat(), "to": end.isoformat()}


def store(organization: Organization, series: Series) -> str:
    """A new device's only sensor, with these readings; its id."""
    device = register_device(organization, uuid4().hex)["deviceId"]
    receipt = send(organization, [by_key(device, "t", moment, value) for moment, value in series])
    assert receipt["accepted"] == len(series)
    return str(sensors_by_key(organization, device)["t"]["id"])


def ask(
    organization: Organization, sensor: str, start: datetime, end: datetime, **how: Any
) -> dict[str, Any]:
    answer = organization.http.get(
        f"/readings/sensor/{sensor}/aggregated",
        params={**span(start, end), "functions": ALL, **how},
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = ordered[math.floor(place)]
    return low + (ordered[math.ceil(place)] - low) * (place - math.floor(place))


def weighted(series: Series, start: datetime, end: datetime) -> float:
    """Walk the step curve."""
    inside = [reading for reading in series if start <= reading[0] < end]
    before = [reading for reading in series if start - LOOK_BACK <= reading[0] < start]
    steps = ([(start, before[-1][1])] if before else []) + inside
    steps.append((max(end, inside[-1][0]), 0.0))
    length = (steps[-1][0] - steps[0][0]).total_seconds()
    area = math.fsum(
        value * (after - moment).total_seconds() for (moment, value), (after, _) in pairwise(steps)
    )
    return area / length if length else inside[0][1]


def increase(series: Series, start: datetime, end: datetime) -> float | None:
    rises = [
        max(value - before, 0)
        for (before_at, before), (moment, value) in pairwise(series)
        if start <= moment < end and before_at >= start - LOOK_BACK
    ]
    return math.fsum(rises) if rises else None


def reference(series: Series, bounds: list[datetime]) -> list[dict[str, Any]]:
    """The slow way: for each bucket, all readings inside it. Everything lies before now."""
    found = []
    for start, end in pairwise(bounds):
        values = [value for moment, value in series if start <= moment < end]
        if not values:
            continue
        delta = increase(series, start, end)
        found.append({
            "from": start, "to": end, "count": len(values), "avg": statistics.fmean(values), "min": min(values),
            "max": max(values), "sum": math.fsum(values), "first": values[0], "last": values[-1],
            "stddev": statistics.stdev(values) if len(values) > 1 else None, "range": max(values) - min(values),
            "timeWeightedAvg": weighted(series, start, end), "delta": delta,
            "rate": None if delta is None else delta / (end - start).total_seconds(),
            **{name: percentile(values, share) for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))},
        })  # fmt: skip
    return found


def assert_same(items: list[dict[str, Any]], expected: list[dict[str, Any]], scale: float) -> None:
    assert [(item["from"], item["to"], item["count"]) for item in items] == [
        (*(f"{bucket[name]:%Y-%m-%dT%H:%M:%S}" + (f".{bucket[name]:%f}" if bucket[name].microsecond else "") + "Z"
           for name in ("from", "to")), bucket["count"]) for bucket in expected
    ]  # fmt: skip
    for item, bucket in zip(items, expected, strict=True):
        for name in FUNCTIONS:
            wanted = bucket[name]
            close = (
                wanted
                if wanted is None
                else pytest.approx(wanted, rel=1e-9, abs=1e-11 * scale * bucket["count"])
            )
            assert item[name] == close, (name, item, bucket)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    offsets=st.lists(st.integers(0, 10 * 86_400 * 4), min_size=1, max_size=60, unique=True),
    seed=st.integers(0, 2**32),
    width=st.sampled_from(["PT7M", "PT1H", "PT6H", "P1D", "P5D", "P1W", "P1M", "P1Y", "PT20H"]),
    zone=st.sampled_from(
        ["UTC", "Europe/Amsterdam", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca"]
    ),
    edge=st.tuples(st.integers(0, 8 * 86_400), st.integers(1, 25 * 3600)),
)
def test_every_function_equals_a_slow_reference(
    tenant: Organization,
    offsets: list[int],
    seed: int,
    width: str,
    zone: str,
    edge: tuple[int, int],
) -> None:
    begin, draw = NOW - 12 * DAY, random.Random(seed)
    series = [(begin + timedelta(seconds=offset / 4), draw.choice([0.0, -3.25, 7.5, draw.gauss(0, 1000)]))
              for offset in sorted(offsets)]  # fmt: skip
    sensor = store(tenant, series)
    start = begin + timedelta(seconds=edge[0])
    end = min(start + timedelta(seconds=edge[1] * 7), NOW)
    whole = edges(interval(width), ZoneInfo(zone), start, end, most=10_000)
    answer = ask(tenant, sensor, start, end, interval=width, timezone=zone)
    assert_same(
        answer["items"],
        reference(series, [start, *whole[1:-1], end]),
        max(abs(v) for _, v in series) + 1,
    )


@pytest.fixture(scope="module")
def noise(tenant: Organization) -> tuple[str, Series]:
    """Five days of a sensor that reports every 37 seconds, with gaps."""
    draw, begin = random.Random(1), NOW.replace(minute=0, second=0) - 6 * DAY
    series = [
        (begin + timedelta(seconds=37 * n), 1e6 + draw.gauss(0, 5))
        for n in range(11_000)
        if n % 4000 < 3200
    ]
    return store(tenant, series), series


def test_buckets_stddev_percentiles_and_gaps_equal_duckdbs(
    tenant: Organization, noise: tuple[str, Series]
) -> None:
    sensor, series = noise
    start, end = series[0][0].replace(hour=0) + DAY, series[0][0].replace(hour=0) + 4 * DAY
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; CREATE TABLE r (ts TIMESTAMP, v DOUBLE)")
    connection.executemany(
        "INSERT INTO r VALUES (?, ?)", [(ts.replace(tzinfo=None), v) for ts, v in series]
    )
    rows = connection.execute(
        """WITH b AS (SELECT time_bucket(INTERVAL 30 MINUTE, ts) AS b, count(*) AS n, avg(v) AS a, stddev_samp(v) AS s,
             quantile_cont(v, [0.5, 0.95, 0.99]) AS q, first(v ORDER BY ts) AS f,
             last(v ORDER BY ts) AS l
           FROM r WHERE ts >= $1 AND ts < $2 GROUP BY 1),
         g AS (SELECT unnest(generate_series($1, $2 - INTERVAL 1 SECOND, INTERVAL 30 MINUTE)) AS b)
         SELECT b, coalesce(n, 0), a, s, q, f, l, last_value(a IGNORE NULLS) OVER (ORDER BY b)
         FROM g LEFT JOIN b USING (b) ORDER BY b""",
        [start.replace(tzinfo=None), end.replace(tzinfo=None)],
    ).fetchall()
    kept, held = (
        ask(tenant, sensor, start, end, interval="PT30M", fill=fill)["items"]
        for fill in ("null", "previous")
    )
    assert len(rows) == len(kept) == len(held) == 3 * 48
    for (bucket, count, mean, spread, shares, first, last, mean_held), item, filled in zip(
        rows, kept, held, strict=True
    ):
        assert (datetime.fromisoformat(item["from"]), item["count"]) == (
            bucket.replace(tzinfo=UTC),
            count,
        )
        assert item["avg"] == (None if mean is None else pytest.approx(mean, rel=1e-12))
        assert item["stddev"] == (None if spread is None else pytest.approx(spread, rel=1e-9))
        assert [item[name] for name in ("p50", "p95", "p99")] == (
            [None] * 3 if shares is None else pytest.approx(shares, rel=1e-12)
        )
        assert (item["first"], item["last"]) == (first, last)
        assert filled["avg"] == pytest.approx(mean_held, rel=1e-12)
    assert any(count == 0 for _, count, *_ in rows)


def test_fills(tenant: Organization) -> None:
    start = NOW.replace(minute=0, second=0) - DAY
    hour = timedelta(hours=1)
    sensor = store(tenant, [(start + hour, 10.0), (start + 4 * hour, 40.0)])
    expected = {
        "none": [10, 40],
        "null": [None, 10, None, None, 40, None],
        "previous": [None, 10, 10, 10, 40, 40],
        "linear": [None, 10, 20, 30, 40, None],
    }
    for fill, values in expected.items():
        items = ask(tenant, sensor, start, start + 6 * hour, interval="PT1H", fill=fill)["items"]
        assert [item["avg"] for item in items] == values, fill
        assert sum(item["count"] for item in items) == 2
    future = ask(tenant, sensor, start, NOW + 10 * DAY, interval="P1D", fill="previous")["items"]
    assert future[-1]["avg"] is None, "what has not come yet is not made up"


def test_what_reports_on_change_has_a_value_from_the_start(tenant: Organization) -> None:
    start, hour = NOW.replace(minute=0, second=0) - DAY, timedelta(hours=1)
    door = store(tenant, [(start - 7 * DAY, 0.0), (start + 2 * hour, 1.0)])
    items = ask(tenant, door, start, start + 4 * hour, interval="PT1H", fill="previous")["items"]
    for name in ("first", "last", "avg", "min", "max", "p50", "p95", "p99", "timeWeightedAvg"):
        assert [item[name] for item in items] == [0, 0, 1, 1], name
    for name in ("sum", "stddev", "range", "delta", "rate"):
        assert [item[name] for item in items][:2] == [None, None], name
    assert [item["count"] for item in items] == [0, 0, 1, 0]
    late = start + timedelta(seconds=1)
    items = ask(tenant, door, late, start + hour, interval="PT1H", fill="previous")["items"]
    assert items[0]["last"] is None, "what is older than 7 days is not carried on"
    series = {"sensorId": door, "function": "last", "interval": "PT1H", "fill": "previous"}
    asked = {**span(start, start + 2 * hour), "series": [series]}
    (answer,) = tenant.http.post("/readings/query", json=asked).json()["series"]
    assert [item["value"] for item in answer["items"]] == [0, 0]


def without_dips(series: Series) -> Series:
    inner = zip(series, series[1:], series[2:], strict=False)
    dips = {moment for (_, left), (moment, value), (_, right) in inner if value < left <= right}
    return [reading for reading in series if reading[0] not in dips]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(st.sampled_from([0.0, 1.0, 2.0, 100.0, 101.0, 103.0]), min_size=1, max_size=30),
    cut=st.tuples(st.integers(0, 35), st.integers(1, 30)),
)
def test_a_fall_of_a_single_reading_counts_as_one_says(
    tenant: Organization, steps: list[float], cut: tuple[int, int]
) -> None:
    begin, minute = NOW.replace(minute=0, second=0) - DAY, timedelta(minutes=1)
    series = [(begin + 7 * n * minute, value) for n, value in enumerate(steps)]
    sensor = store(tenant, series)
    start = begin + cut[0] * 7 * minute
    end = start + cut[1] * 7 * minute
    bounds = edges(interval("PT15M"), ZoneInfo("UTC"), start, end, most=1000)
    bounds = [start, *bounds[1:-1], end]
    for dips, counted in (("reset", series), ("ignore", without_dips(series))):
        items = ask(
            tenant, sensor, start, end, interval="PT15M", functions="delta", dips=dips, fill="null"
        )["items"]
        expected = [increase(counted, *bucket) for bucket in pairwise(bounds)]
        assert [item["delta"] for item in items] == expected, dips
        asked = {"sensorId": sensor, "function": "delta", "interval": "PT15M", "dips": dips}
        body = {**span(start, end), "series": [{**asked, "fill": "null"}]}
        (answer,) = tenant.http.post("/readings/query", json=body).json()["series"]
        assert [item["value"] for item in answer["items"]] == expected, dips


def test_a_counter_that_is_reset_counts_on(tenant: Organization) -> None:
    start = NOW.replace(hour=NOW.hour // 2 * 2, minute=0, second=0) - DAY
    minute = timedelta(minutes=1)
    counted = [(-10, 90.0), (5, 100.0), (30, 150.0), (45, 20.0), (59, 50.0), (75, 60.0)]
    sensor = store(tenant, [(start + n * minute, value) for n, value in counted])
    items = ask(tenant, sensor, start, start + 120 * minute, interval="PT1H")["items"]
    assert [item["delta"] for item in items] == [10 + 50 + 0 + 30, 10]
    assert items[0]["rate"] == pytest.approx(90 / 3600)
    whole = ask(tenant, sensor, start, start + 120 * minute, interval="PT2H")["items"]
    assert whole[0]["delta"] == 100, "parts add up"


def test_what_was_long_ago_is_not_carried_on(tenant: Organization) -> None:
    start = NOW - 20 * DAY
    sensor = store(tenant, [(start, 100.0), (start + 6 * DAY, 10.0), (start + 18 * DAY, 30.0)])
    one = timedelta(hours=1)
    (near,) = ask(tenant, sensor, start + 6 * DAY - one, start + 6 * DAY + one, interval="P1Y")[
        "items"
    ]
    assert (near["timeWeightedAvg"], near["delta"]) == (pytest.approx(55.0), 0)
    (far,) = ask(tenant, sensor, start + 18 * DAY - one, start + 18 * DAY + one, interval="P1Y")[
        "items"
    ]
    assert (far["timeWeightedAvg"], far["delta"]) == (30.0, None)


def test_a_value_holds_until_now_and_no_longer(tenant: Organization) -> None:
    now = datetime.now(UTC)
    sensor = store(tenant, [(now - timedelta(hours=3), 0.0), (now - timedelta(hours=1), 30.0)])
    (bucket,) = ask(
        tenant,
        sensor,
        now - timedelta(hours=3),
        now + 100 * DAY,
        interval="P1Y",
        functions="timeWeightedAvg",
    )["items"][:1]
    if bucket["count"] == 2:  # not in the first hours of a year
        assert bucket["timeWeightedAvg"] == pytest.approx(10, abs=0.5)


def test_values_at_the_ends_of_a_double_are_null_where_their_sums_are(tenant: Organization) -> None:
    sensor = store(
        tenant, [(at(n), value) for n, value in enumerate([1.7e308, -1.7e308, 1.7e308, 1.6e308])]
    )
    (bucket,) = ask(tenant, sensor, at(0), at(10), interval="PT15M")["items"][:1]
    assert bucket["count"] == 4
    assert (bucket["range"], bucket["delta"], bucket["stddev"]) == (None, None, None)
    assert (bucket["max"], bucket["min"]) == (1.7e308, -1.7e308)


def test_of_text_there_is_a_count_and_of_truths_a_share(tenant: Organization) -> None:
    device = register_device(tenant, uuid4().hex)["deviceId"]
    send(tenant, [by_key(device, "text", at(n), f"v{n}") for n in range(3)])
    send(tenant, [by_key(device, "door", at(60 * n), n < 3) for n in range(5)])
    sensors = sensors_by_key(tenant, device)
    (text,) = ask(tenant, sensors["text"]["id"], at(0), at(10), interval="P1Y")["items"]
    assert text["count"] == 3
    assert {text[name] for name in FUNCTIONS if name != "count"} == {None}
    (door,) = ask(tenant, sensors["door"]["id"], at(0), at(300), interval="P1Y")["items"]
    assert (door["timeWeightedAvg"], door["first"], door["last"]) == (pytest.approx(0.6), 1, 0)
    chart = tenant.http.get(
        f"/readings/sensor/{sensors['text']['id']}/downsampled", params=span(at(0), at(10))
    ).json()
    assert (chart["items"], chart["count"]) == ([], 0)


@pytest.mark.parametrize("points", [3, 10, 100, 1000])
def test_auto_gives_as_many_buckets_as_fit(
    tenant: Organization, noise: tuple[str, Series], points: int
) -> None:
    sensor, series = noise
    answer = ask(
        tenant, sensor, series[0][0], series[-1][0], interval="auto", points=points, fill="null"
    )
    assert points / 8 <= len(answer["items"]) <= points
    assert interval(answer["interval"]).about > timedelta(0)


def test_calendar_days_are_the_zones_own(tenant: Organization, noise: tuple[str, Series]) -> None:
    sensor, series = noise
    zone = ZoneInfo("America/St_Johns")
    items = ask(tenant, sensor, series[0][0], series[-1][0], interval="P1D", timezone=zone.key)[
        "items"
    ]
    counts: dict[Any, int] = {}
    for moment, _ in series[:-1]:
        day = moment.astimezone(zone).date()
        counts[day] = counts.get(day, 0) + 1
    found = {
        datetime.fromisoformat(item["from"]).astimezone(zone).date(): item["count"]
        for item in items
    }
    assert found == counts
    assert items[0]["coverage"] < 1 == items[1]["coverage"]


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ({"interval": "PT1H", "timezone": "Europe/Amsterdamm"}, 422, "UNKNOWN_TIMEZONE"),
        ({"interval": "PT1H", "timezone": "../../etc/passwd"}, 422, "UNKNOWN_TIMEZONE"),
        ({"interval": "PT1H", "fill": "next"}, 400, "MALFORMED"),
        ({"interval": "PT1H", "functions": "avg,mode"}, 400, "MALFORMED"),
        ({"interval": "P1M1D"}, 422, "UNPROCESSABLE"),
        ({"interval": "auto", "points": 2}, 400, "MALFORMED"),
        ({"interval": "PT1S", "fill": "linear"}, 422, "TOO_MANY_BUCKETS"),
        ({"interval": "PT1S", "fill": "previous"}, 422, "TOO_MANY_BUCKETS"),
        ({"interval": "PT1H", "cursor": "WyIyMDAxLTAxLTAxVDAwOjAwOjAwWiJd"}, 400, "MALFORMED"),
    ],
)
def test_what_can_not_be_asked(
    tenant: Organization, noise: tuple[str, Series], how: dict[str, Any], status: int, code: str
) -> None:
    path = f"/readings/sensor/{noise[0]}/aggregated"
    answer = tenant.http.get(path, params={**span(NOW - 10 * DAY, NOW), **how})
    body = assert_problem(answer, status, code=code)
    if code == "TOO_MANY_BUCKETS":
        assert "PT5M would do" in body["detail"]


@pytest.mark.parametrize("method", ["LTTB", "MINMAX"])
def test_a_chart_has_the_extremes_and_so_many_points(
    tenant: Organization, noise: tuple[str, Series], method: str
) -> None:
    sensor, series = noise
    answer = tenant.http.get(
        f"/readings/sensor/{sensor}/downsampled",
        params={**span(series[0][0], series[-1][0]), "points": 500, "method": method},
    ).json()
    points = [
        (datetime.fromisoformat(item["timestamp"]), item["value"]) for item in answer["items"]
    ]
    assert len(points) == 500
    assert (answer["count"], answer["tiers"], answer["truncated"]) == (
        len(series) - 1,
        ["RAW"],
        False,
    )
    assert set(points) <= set(series)
    assert points == sorted(points)
    values = [value for _, value in series[:-1]]
    if method == "MINMAX":
        chosen = [value for _, value in points]
        assert (min(chosen), max(chosen)) == (min(values), max(values))
    else:
        assert (points[0], points[-1]) == (series[0], series[-2])
    few = tenant.http.get(
        f"/readings/sensor/{sensor}/downsampled", params=span(series[0][0], series[7][0])
    ).json()
    assert [item["value"] for item in few["items"]] == [value for _, value in series[:7]]


def _numbers(items: list[dict[str, Any]], name: str) -> list[float]:
    return [nan if item[name] is None else item[name] for item in items]


def test_many_series_are_answered_as_one_by_one_in_the_order_asked_for(
    tenant: Organization, noise: tuple[str, Series]
) -> None:
    sensor, series = noise
    other = store(tenant, [(moment, float(n)) for n, (moment, _) in enumerate(series[:3000])])
    start, end = series[100][0], series[-1][0]
    asked = [
        {"sensorId": sensor_id, "function": function, "interval": width, "fill": fill}
        for sensor_id in (sensor, other)
        for function in FUNCTIONS
        for width, fill in (("PT1H", "none"), ("P1D", "null"), ("P1W", "linear"))
    ]
    random.Random(2).shuffle(asked)
    body = {**span(start, end), "timezone": "Asia/Kathmandu", "series": asked}
    answer = tenant.http.post("/readings/query", json=body)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["series"]) == len(asked)
    alone: dict[Any, Any] = {}
    for question, found in zip(asked, answer.json()["series"], strict=True):
        key = (question["sensorId"], question["interval"], question["fill"])
        if key not in alone:
            alone[key] = ask(
                tenant, key[0], start, end, interval=key[1], fill=key[2], timezone="Asia/Kathmandu"
            )["items"]
        assert {name: found[name] for name in ("sensorId", "function", "interval")} == {
            name: question[name] for name in ("sensorId", "function", "interval")
        }
        expected = alone[key]
        assert [(item["from"], item["count"]) for item in found["items"]] == [
            (item["from"], item["count"]) for item in expected
        ], question
        # Rollups may have been made meanwhile: then the same numbers are added in another order.
        assert _numbers(found["items"], "value") == pytest.approx(
            _numbers(expected, question["function"]), rel=1e-12, abs=0, nan_ok=True
        ), question


def test_a_sensor_that_is_not_there_is_a_series_without_points(
    tenant: Organization, platform: RunningPlatform, noise: tuple[str, Series]
) -> None:
    neighbour = platform.new_organization()
    theirs = store(neighbour, noise[1][:10])
    neighbour.http.close()
    series = [
        {"sensorId": sensor, "function": function, "interval": "P1D", "fill": "null"}
        for sensor in (theirs, noise[0], str(uuid4()))
        for function in ("avg", "p50", "delta", "count")
    ]
    body = {**span(NOW - 10 * DAY, NOW), "series": series}
    found = tenant.http.post("/readings/query", json=body).json()["series"]
    assert [bool(one["items"]) for one in found] == [False] * 4 + [True] * 4 + [False] * 4
    assert {repr({**one, "sensorId": ""}) for one in found[:4]} == {
        repr({**one, "sensorId": ""}) for one in found[8:]
    }
    for path in ("aggregated?interval=P1D&functions=p50,delta&", "downsampled?", "stats?"):
        answers = [
            tenant.http.get(
                f"/readings/sensor/{sensor}/{path}from=2026-01-01T00:00:00Z&to=2026-12-01T00:00:00Z"
            )
            for sensor in (theirs, str(uuid4()))
        ]
        for answer in answers:
            assert_problem(answer, 404, code="NOT_FOUND")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"series": []}, 400), ({"from": "2026-11-24T00:00:00"}, 400), ({"to": "2020-01-01T00:00:00Z"}, 400),
        ({"timezone": "Mars/Olympus"}, 422), ({"limit": 3}, 400),
        ({"series": [{"sensorId": str(uuid4()), "function": "median", "interval": "PT1H"}]}, 400),
        ({"series": [{"sensorId": str(uuid4()), "function": "avg", "interval": "hourly"}]}, 400),
        ({"series": [{"sensorId": str(uuid4()), "function": "avg", "interval": "PT1H"}] * 201}, 400),
        ({"series": [{"sensorId": str(uuid4()), "function": "avg", "interval": "PT1M"}] * 200}, 422),
    ],
)  # fmt: skip
def test_queries_that_are_refused(
    tenant: Organization, change: dict[str, Any], status: int
) -> None:
    one = {"sensorId": str(uuid4()), "function": "avg", "interval": "PT1H"}
    body = {"from": "2026-11-20T00:00:00Z", "to": "2026-11-24T00:00:00Z", "series": [one]}
    assert tenant.http.post("/readings/query", json=body).status_code == 200
    assert_problem(tenant.http.post("/readings/query", json=body | change), status)
