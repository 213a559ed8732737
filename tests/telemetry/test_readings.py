"""Readings: what is stored, what is a duplicate, what is refused, and what every question answers."""

from __future__ import annotations

import math
import statistics
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.make.devices import register_device
from tests.make.fleet import make_group, make_site
from tests.make.platform import Organization
from tests.make.production import ON_EITHER_BACKEND
from tests.make.readings import (
    NOW,
    assert_problem,
    at,
    by_key,
    errors_of,
    send,
    sensors_by_key,
    span,
    stored,
)

pytestmark = ON_EITHER_BACKEND


def counts(receipt: dict[str, Any]) -> tuple[int, int, int]:
    return receipt["accepted"], receipt["duplicates"], receipt["quarantined"]


def values_of(organization: Organization, device_id: str, key: str) -> list[Any]:
    return [
        value
        for _, value in stored(organization, sensors_by_key(organization, device_id)[key]["id"])
    ]


BORN: dict[str, tuple[Any, str]] = {
    "an integer": (21, "BIGINT"),
    "zero": (0, "BIGINT"),
    "a fraction": (21.5, "DOUBLE"),
    "a whole fraction": (21.0, "DOUBLE"),
    "a truth": (True, "BOOLEAN"),
    "a falsehood": (False, "BOOLEAN"),
    "a text": ("21", "TEXT"),
    "an empty text": ("", "TEXT"),
    "an integer beyond 64 bits": (2**64, "DOUBLE"),
}


def test_a_sensor_is_born_with_the_type_of_its_first_value(
    tenant: Organization, device_id: str
) -> None:
    receipt = send(
        tenant, [by_key(device_id, name, at(0), value) for name, (value, _) in BORN.items()]
    )
    assert counts(receipt) == (len(BORN), 0, 0)
    sensors = sensors_by_key(tenant, device_id)
    assert {name: sensors[name]["valueType"] for name in BORN} == {
        name: type_ for name, (_, type_) in BORN.items()
    }
    for name, (value, _) in BORN.items():
        assert sensors[name]["latestValue"] == value
        assert type(sensors[name]["latestValue"]) is (
            float if name.endswith("64 bits") else type(value)
        )


def test_a_whole_number_sensor_widens_once_and_nothing_is_refused_for_it(
    tenant: Organization, device_id: str
) -> None:
    def take(second: int, value: float) -> tuple[tuple[int, int, int], str]:
        receipt = send(tenant, [by_key(device_id, "t", at(second), value)])
        return counts(receipt), sensors_by_key(tenant, device_id)["t"]["valueType"]

    assert take(0, 21) == ((1, 0, 0), "BIGINT")
    assert take(1, 22.0) == ((1, 0, 0), "BIGINT")
    assert take(2, 22.5) == ((1, 0, 0), "DOUBLE")
    assert take(3, 23) == ((1, 0, 0), "DOUBLE")
    assert values_of(tenant, device_id, "t") == [21, 22, 22.5, 23.0]
    # What was stored as an integer is the same reading when it comes again.
    assert take(0, 21) == take(1, 22.0) == ((0, 1, 0), "DOUBLE")


def test_one_fraction_in_the_first_batch_makes_the_sensor_a_fraction(
    tenant: Organization, device_id: str
) -> None:
    readings = [by_key(device_id, "t", at(n), value) for n, value in enumerate([1, 2, 2.5, 3])]
    assert counts(send(tenant, readings)) == (4, 0, 0)
    assert sensors_by_key(tenant, device_id)["t"]["valueType"] == "DOUBLE"
    assert values_of(tenant, device_id, "t") == [1.0, 2.0, 2.5, 3.0]


def test_truths_are_no_numbers_and_numbers_no_truths(tenant: Organization, device_id: str) -> None:
    send(tenant, [by_key(device_id, "n", at(0), 1), by_key(device_id, "b", at(0), True)])
    receipt = send(
        tenant,
        [
            by_key(device_id, "n", at(1), True),
            by_key(device_id, "b", at(1), 1),
            by_key(device_id, "b", at(1), "true"),
        ],
    )
    assert errors_of(receipt) == [(0, "WRONG_TYPE"), (1, "WRONG_TYPE"), (2, "WRONG_TYPE")]
    # Refused, so neither a duplicate nor a conflict for what comes after.
    assert counts(
        send(tenant, [by_key(device_id, "n", at(1), 2), by_key(device_id, "b", at(1), False)])
    ) == (
        2,
        0,
        0,
    )


def test_the_same_value_again_is_a_duplicate_and_another_one_a_conflict(
    tenant: Organization, device_id: str
) -> None:
    first = [by_key(device_id, "t", at(n), 20.5 + n) for n in range(3)]
    assert counts(send(tenant, first)) == (3, 0, 0)
    again = [
        first[0],
        by_key(device_id, "t", at(1), 99.5),
        first[2],
        by_key(device_id, "t", at(3), 23.5),
    ]
    receipt = send(tenant, again)
    assert counts(receipt) == (1, 2, 1)
    assert errors_of(receipt) == [(1, "CONFLICTING_VALUE")]
    assert values_of(tenant, device_id, "t") == [20.5, 21.5, 22.5, 23.5]


def test_within_one_batch_the_first_stands(tenant: Organization, device_id: str) -> None:
    readings = [by_key(device_id, "t", at(0), value) for value in (5.5, 6.5, 5.5, 5.5, 7.5)]
    receipt = send(tenant, readings)
    assert counts(receipt) == (1, 2, 2)
    assert errors_of(receipt) == [(1, "CONFLICTING_VALUE"), (4, "CONFLICTING_VALUE")]
    assert values_of(tenant, device_id, "t") == [5.5]


def test_the_same_moment_in_another_zone_is_the_same_moment(
    tenant: Organization, device_id: str
) -> None:
    moment = at(0)
    texts = [
        moment.isoformat(),
        moment.isoformat().replace("+00:00", "Z"),
        (moment + timedelta(hours=5, minutes=45)).isoformat().replace("+00:00", "+05:45"),
        (moment - timedelta(hours=12)).isoformat().replace("+00:00", "-12:00"),
        moment.isoformat().replace("+00:00", ".000000Z"),
    ]
    readings = [{**by_key(device_id, "t", moment, 1.5), "timestamp": text} for text in texts]
    assert counts(send(tenant, readings)) == (1, 4, 0)
    later = {
        **by_key(device_id, "t", moment, 2.5),
        "timestamp": moment.isoformat().replace("+00:00", ".000001Z"),
    }
    assert counts(send(tenant, [later])) == (1, 0, 0), "a microsecond makes another reading"


def test_latest_is_the_newest_by_event_time_whatever_order_things_arrive_in(
    tenant: Organization, device_id: str
) -> None:
    for second, latest in ((10, 10), (5, 10), (20, 20), (15, 20), (1, 20)):
        assert counts(send(tenant, [by_key(device_id, "t", at(second), second + 0.5)])) == (1, 0, 0)
        sensor = sensors_by_key(tenant, device_id)["t"]
        assert (sensor["latestValue"], datetime.fromisoformat(sensor["latestAt"])) == (
            latest + 0.5,
            at(latest),
        )
        alone = tenant.http.get(f"/readings/sensor/{sensor['id']}/latest").json()
        assert (alone["value"], datetime.fromisoformat(alone["timestamp"])) == (
            latest + 0.5,
            at(latest),
        )
    late = NOW - timedelta(days=90)
    assert counts(send(tenant, [by_key(device_id, "t", late, 0.5)])) == (1, 0, 0)
    assert stored(tenant, sensor["id"]) == [
        (late, 0.5), *((at(second), second + 0.5) for second in (1, 5, 10, 15, 20))
    ]  # fmt: skip


def test_the_latest_of_many_sensors_come_in_one_answer(
    tenant: Organization, device_id: str
) -> None:
    readings = [
        by_key(device_id, f"s{n}", at(second), n + second) for n in range(60) for second in (2, 1)
    ]
    assert counts(send(tenant, readings)) == (120, 0, 0)
    sensors = sensors_by_key(tenant, device_id)
    expected = {sensors[f"s{n}"]["id"]: n + 2 for n in range(60)}
    unknown = "0190d3a0-0000-7000-8000-00000000dead"
    ids = [*expected, unknown, *expected]
    for parameters in ({"sensorIds": ",".join(ids)}, {"sensorIds": ids}, {"deviceId": device_id}):
        items = tenant.http.get("/readings/latest", params=parameters).json()["items"]  # type: ignore[arg-type]
        assert len(items) == 60
        assert {item["sensorId"]: item["value"] for item in items} == expected


def test_the_latest_of_a_site_of_a_group_and_of_both_come_in_pages(tenant: Organization) -> None:
    here, there = (register_device(tenant, uuid4().hex)["deviceId"] for _ in range(2))
    site = make_site(tenant, uuid4().hex)["id"]
    group = make_group(tenant, uuid4().hex, tag := uuid4().hex)["id"]
    tenant.http.patch(f"/devices/{here}", json={"siteId": site})
    tenant.http.patch(f"/devices/{there}", json={"tags": [tag]})
    send(tenant, [by_key(device, f"s{n}", at(n), n) for device in (here, there) for n in (0, 1, 2)])
    send(tenant, [by_key(here, "s0", at(-60), 99)])
    ours, theirs = (
        {sensor["id"]: n for n in range(3) if (sensor := sensors_by_key(tenant, device)[f"s{n}"])}
        for device in (here, there)
    )

    def ask(**how: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        cursor = None
        while True:
            answer = tenant.http.get(
                "/readings/latest", params=how | ({"cursor": cursor} if cursor else {})
            )
            assert answer.status_code == 200, answer.text
            page = answer.json()
            assert found.keys().isdisjoint(item["sensorId"] for item in page["items"])
            found |= {item["sensorId"]: item["value"] for item in page["items"]}
            cursor = page["nextCursor"]
            assert page["truncated"] == (cursor is not None)
            if cursor is None:
                return found

    for limit in (1, 2, 3, 100):
        assert ask(siteId=site, limit=limit) == ours
        assert ask(groupId=group, limit=limit) == theirs
        assert ask(groupId=group, siteId=site, limit=limit) == ours | theirs
        assert ask(deviceId=here, sensorIds=list(theirs), limit=limit) == ours | theirs
    for name in ("siteId", "groupId"):
        assert_problem(
            tenant.http.get("/readings/latest", params={name: str(uuid4())}), 404, code="NOT_FOUND"
        )
    assert_problem(tenant.http.get("/readings/latest"), 400, code="MALFORMED")


def test_a_sensor_without_readings_and_one_that_is_not_there_differ(
    tenant: Organization, device_id: str
) -> None:
    # Born of a reading that is refused for its time: the sensor is not made at all.
    old = NOW - timedelta(days=500)
    assert errors_of(send(tenant, [by_key(device_id, "t", old, 1.5)])) == [(0, "BAD_TIMESTAMP")]
    assert sensors_by_key(tenant, device_id) == {}
    assert_problem(
        tenant.http.get("/readings/sensor/0190d3a0-0000-7000-8000-00000000dead/latest"), 404
    )


def test_metadata_comes_back_where_it_was_sent(tenant: Organization, device_id: str) -> None:
    metadata = {"a": [1, {"b": None}], "c": 1.25, "ключ": "значение", "": ""}
    send(
        tenant,
        [by_key(device_id, "t", at(0), 1.5, metadata=metadata), by_key(device_id, "t", at(1), 2.5)],
    )
    sensor = sensors_by_key(tenant, device_id)["t"]["id"]
    items = tenant.http.get(f"/readings/sensor/{sensor}", params=span()).json()["items"]
    assert items[0]["metadata"] == metadata
    assert "metadata" not in items[1]


def test_one_reading_alone_is_answered_like_a_batch_of_one(
    tenant: Organization, device_id: str
) -> None:
    reading = by_key(device_id, "t", at(0), 1.5)
    receipts = [tenant.http.post("/readings", json=reading).json() for _ in range(2)]
    assert [counts(receipt) for receipt in receipts] == [(1, 0, 0), (0, 1, 0)]
    other = tenant.http.post("/readings", json={**reading, "value": 2.5}).json()
    assert errors_of(other) == [(0, "CONFLICTING_VALUE")]


def pages(
    organization: Organization, path: str, **parameters: Any
) -> tuple[list[Any], list[dict[str, Any]]]:
    """All items, following cursors, and the pages."""
    items: list[Any] = []
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        answer = organization.http.get(
            path, params=parameters | ({"cursor": cursor} if cursor else {})
        )
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        items += [item["value"] for item in found[-1]["items"]]
        cursor = found[-1]["nextCursor"]
        if cursor is None:
            return items, found


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 3, 10, 11])
def test_pages_in_either_order_hold_each_reading_once(
    tenant: Organization, order: str, limit: int, request: pytest.FixtureRequest
) -> None:
    device_id = register_device(tenant, request.node.name)["deviceId"]
    send(tenant, [by_key(device_id, "t", at(n), n) for n in range(10)])
    sensor = sensors_by_key(tenant, device_id)["t"]["id"]
    items, found = pages(tenant, f"/readings/sensor/{sensor}", **span(), order=order, limit=limit)
    assert items == (list(range(10)) if order == "asc" else list(range(9, -1, -1)))
    assert len(found) == math.ceil(10 / limit)


def test_a_range_includes_its_start_and_not_its_end(tenant: Organization, device_id: str) -> None:
    send(tenant, [by_key(device_id, "t", at(n), n) for n in range(10)])
    sensor = sensors_by_key(tenant, device_id)["t"]["id"]
    edges = span(at(3), at(6))
    assert pages(tenant, f"/readings/sensor/{sensor}", **edges)[0] == [3, 4, 5]
    stats = tenant.http.get(f"/readings/sensor/{sensor}/stats", params=edges).json()
    assert (stats["count"], stats["first"], stats["last"]) == (3, 3, 5)
    buckets = tenant.http.get(
        f"/readings/sensor/{sensor}/aggregated",
        params={**edges, "interval": "P1D", "functions": "min,max"},
    ).json()["items"]
    assert [(bucket["count"], bucket["min"], bucket["max"]) for bucket in buckets] == [(3, 3, 5)]


def test_the_pages_of_a_window_stay_fixed_while_readings_arrive(
    tenant: Organization, device_id: str
) -> None:
    now = datetime.now(UTC)
    send(tenant, [by_key(device_id, "t", now - timedelta(minutes=n), n) for n in range(1, 9)])
    sensor = sensors_by_key(tenant, device_id)["t"]["id"]
    path = f"/readings/sensor/{sensor}/window"
    first = tenant.http.get(path, params={"last": "PT1H", "limit": 3, "order": "desc"}).json()
    send(tenant, [by_key(device_id, "t", datetime.now(UTC), 100)])
    second = tenant.http.get(
        path, params={"last": "PT1H", "limit": 500, "order": "desc", "cursor": first["nextCursor"]}
    ).json()
    assert [item["value"] for page in (first, second) for item in page["items"]] == list(
        range(1, 9)
    )
    assert (first["from"], first["to"]) == (second["from"], second["to"])
    length = datetime.fromisoformat(first["to"]) - datetime.fromisoformat(first["from"])
    assert length == timedelta(hours=1)
    assert tenant.http.get(path, params={"last": "PT5M30S"}).json()["items"][-1]["value"] == 100


ORIGIN = datetime(2000, 1, 3, tzinfo=UTC)  # a Monday
INTERVALS = {
    "PT1S": 1, "PT7S": 7, "PT1M": 60, "PT15M": 900, "PT1H": 3600, "PT1H30M": 5400, "P1D": 86_400, "P1W": 604_800,
}  # fmt: skip


def reference(
    readings: dict[datetime, float], start: datetime, end: datetime, width: timedelta
) -> list[dict[str, Any]]:
    """The slow way: for each bucket, all readings inside it."""
    inside = {moment: value for moment, value in readings.items() if start <= moment < end}
    buckets: dict[datetime, list[float]] = {}
    for moment, value in sorted(inside.items()):
        buckets.setdefault(ORIGIN + (moment - ORIGIN) // width * width, []).append(value)
    return [
        {
            "from": max(begin, start),
            "to": min(begin + width, end),
            "count": len(values),
            "min": min(values),
            "max": max(values),
            "sum": math.fsum(values),
            "avg": math.fsum(values) / len(values),
        }
        for begin, values in sorted(buckets.items())
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    offsets=st.lists(st.integers(0, 9 * 86_400 * 4), min_size=1, max_size=30, unique=True),
    values=st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=30, max_size=30),
    interval=st.sampled_from(sorted(INTERVALS)),
    edges=st.tuples(st.integers(-10, 9 * 86_400), st.integers(1, 20_000)),
)
def test_aggregates_equal_a_slow_reference(
    tenant: Organization,
    offsets: list[int],
    values: list[float],
    interval: str,
    edges: tuple[int, int],
) -> None:
    begin = NOW - timedelta(days=10)
    readings = {
        begin + timedelta(seconds=offset / 4): value
        for offset, value in zip(offsets, values, strict=False)
    }
    key = f"random {hash((tuple(offsets), tuple(values), interval, edges))}"
    random = _shared_device(tenant)
    receipt = send(
        tenant, [by_key(random, key, moment, value) for moment, value in readings.items()]
    )
    assert receipt["quarantined"] == 0
    sensor = tenant.http.get("/readings/latest", params={"deviceId": random})
    assert sensor.status_code == 200
    sensor_id = sensors_by_key(tenant, random)[key]["id"]
    width = timedelta(seconds=INTERVALS[interval])
    start = begin + timedelta(seconds=edges[0])
    end = start + min(width * 9_999, timedelta(seconds=edges[1] * INTERVALS[interval] / 7 + 1))
    items = tenant.http.get(
        f"/readings/sensor/{sensor_id}/aggregated",
        params={**span(start, end), "interval": interval, "functions": "avg,min,max,sum,count"},
    ).json()["items"]
    expected = reference(readings, start, end, width)
    assert len(items) == len(expected)
    for item, bucket in zip(items, expected, strict=True):
        assert {name: datetime.fromisoformat(item[name]) for name in ("from", "to")} == {
            name: bucket[name] for name in ("from", "to")
        }
        assert [item[name] for name in ("count", "min", "max")] == [
            bucket[name] for name in ("count", "min", "max")
        ]
        scale = max(abs(value) for value in values)
        assert item["sum"] == pytest.approx(bucket["sum"], rel=1e-12, abs=1e-12 * scale * 30)
        assert item["avg"] == pytest.approx(bucket["avg"], rel=1e-12, abs=1e-12 * scale)
        assert item["coverage"] == pytest.approx((bucket["to"] - bucket["from"]) / width, abs=1e-6)


def _shared_device(organization: Organization) -> str:
    """One device for all examples: hypothesis runs the test many times in one call."""
    found = organization.http.get("/devices", params={"q": "of random readings"}).json()["items"]
    return str(
        found[0]["id"] if found else register_device(organization, "of random readings")["deviceId"]
    )


def test_weeks_begin_on_monday_in_utc(tenant: Organization, device_id: str) -> None:
    monday = NOW.replace(hour=0, minute=0, second=0) - timedelta(days=NOW.weekday(), weeks=2)
    moments = [
        monday - timedelta(microseconds=1),
        monday,
        monday + timedelta(days=7, microseconds=-1),
    ]
    send(tenant, [by_key(device_id, "t", moment, n) for n, moment in enumerate(moments)])
    sensor = sensors_by_key(tenant, device_id)["t"]["id"]
    items = tenant.http.get(
        f"/readings/sensor/{sensor}/aggregated",
        params={
            **span(monday - timedelta(days=14), monday + timedelta(days=14)),
            "interval": "P1W",
        },
    ).json()["items"]
    assert [(datetime.fromisoformat(item["from"]), item["count"]) for item in items] == [
        (monday - timedelta(days=7), 1), (monday, 2)
    ]  # fmt: skip
    assert all(datetime.fromisoformat(item["from"]).weekday() == 0 for item in items)


SERIES: dict[str, list[float]] = {
    "noise at 1e9": [1e9 + n % 2 for n in range(200)],
    "small noise at 1e12": [1e12 + (n % 5) / 8 for n in range(100)],
    "one value": [42.5],
    "all the same": [0.1] * 50,
    "both signs": [(-1) ** n * n / 3 for n in range(101)],
    "widely apart": [1e-300, 1.0, 1e15, -1e15],
}


@pytest.mark.parametrize("name", SERIES)
def test_statistics_equal_pythons(tenant: Organization, device_id: str, name: str) -> None:
    values = SERIES[name]
    send(tenant, [by_key(device_id, "t", at(n), value) for n, value in enumerate(values)])
    sensor = sensors_by_key(tenant, device_id)["t"]["id"]
    stats = tenant.http.get(f"/readings/sensor/{sensor}/stats", params=span()).json()
    assert (stats["count"], stats["min"], stats["max"]) == (len(values), min(values), max(values))
    scale = max(map(abs, values)) * 1e-14
    assert stats["sum"] == pytest.approx(math.fsum(values), rel=1e-12, abs=scale * len(values))
    assert stats["avg"] == pytest.approx(statistics.fmean(values), rel=1e-12, abs=scale)
    if len(values) == 1:
        assert stats["stddev"] is None
    else:
        assert stats["stddev"] == pytest.approx(statistics.stdev(values), rel=1e-9, abs=1e-12)
    assert (stats["first"], stats["last"]) == (values[0], values[-1])
    assert datetime.fromisoformat(stats["firstAt"]) == at(0)
    assert datetime.fromisoformat(stats["lastAt"]) == at(len(values) - 1)


def test_statistics_of_what_is_no_number(tenant: Organization, device_id: str) -> None:
    send(
        tenant,
        [by_key(device_id, "text", at(n), f"v{n}") for n in range(3)]
        + [by_key(device_id, "door", at(n), n != 1) for n in range(3)],
    )
    sensors = sensors_by_key(tenant, device_id)
    text = tenant.http.get(f"/readings/sensor/{sensors['text']['id']}/stats", params=span()).json()
    assert [text[name] for name in ("count", "min", "max", "avg", "sum", "stddev")] == [
        3,
        *[None] * 5,
    ]
    assert (text["first"], text["last"]) == ("v0", "v2")
    door = tenant.http.get(f"/readings/sensor/{sensors['door']['id']}/stats", params=span()).json()
    assert (door["count"], door["sum"], door["min"], door["max"]) == (3, 2, 0, 1)
    assert (door["first"], door["last"]) == (True, True)
    nothing = tenant.http.get(
        f"/readings/sensor/{sensors['text']['id']}/stats", params=span(at(100), at(200))
    ).json()
    assert nothing["count"] == 0
    assert [nothing[name] for name in ("min", "avg", "first", "last", "firstAt", "lastAt")] == [
        None
    ] * 6


def test_a_hundred_thousand_readings_fit_and_add_up(tenant: Organization, device_id: str) -> None:
    readings = [by_key(device_id, f"s{n % 50}", at(n // 50), float(n)) for n in range(100_000)]
    receipt = send(tenant, readings)
    assert counts(receipt) == (100_000, 0, 0)
    sensor = sensors_by_key(tenant, device_id)["s7"]["id"]
    stats = tenant.http.get(f"/readings/sensor/{sensor}/stats", params=span()).json()
    assert (stats["count"], stats["sum"]) == (2000, math.fsum(range(7, 100_000, 50)))
    answer = tenant.http.post("/readings/batch", json=[*readings, readings[0]])
    assert_problem(answer, 413, code="TOO_LARGE")


def test_a_sensor_of_an_organization_may_be_named_by_its_id_alone(
    tenant: Organization, device_id: str
) -> None:
    send(tenant, [by_key(device_id, "t", at(0), 1.5)])
    sensor = sensors_by_key(tenant, device_id)["t"]["id"]
    readings = [
        {"sensorId": sensor, "timestamp": at(1).isoformat(), "value": 2.5},
        {"sensorId": sensor.upper(), "timestamp": at(2).isoformat(), "value": 3.5},
        {
            "sensorId": sensor,
            "deviceId": device_id,
            "sensor": "ignored",
            "timestamp": at(3).isoformat(),
            "value": 4.5,
        },
    ]
    assert counts(send(tenant, readings)) == (3, 0, 0)
    assert values_of(tenant, device_id, "t") == [1.5, 2.5, 3.5, 4.5]
