"""What Grafana's InfluxDB data source and InfluxDB's clients ask is answered as they expect."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
from influxdb import InfluxDBClient
from influxdb.exceptions import InfluxDBClientError

from app.telemetry.influxql.controller import VERSION
from tests.make.fleet import make_device, make_site
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import NOW, assert_problem, at, by_key, send

START, END = (int(moment.timestamp() * 1000) for moment in (at(0), at(600)))
RANGE = f"time >= {START}ms and time <= {END}ms"


@pytest.fixture(scope="module")
def rooms(platform: RunningPlatform) -> Organization:
    """Two rooms: temperatures of 10 and 20 and up by one a minute; a load by line protocol."""
    organization = platform.new_organization()
    site = make_site(organization, "Depot")
    readings = []
    for number, name in enumerate(("room-1", "room-2"), 1):
        device = make_device(organization, name, siteId=site["id"])
        readings += [
            by_key(device, "temperature", at(60 * minute), 10.0 * number + minute)
            for minute in range(10)
        ]
        readings += [by_key(device, "mode", at(60), f"MODE-{number}")]
    assert send(organization, readings)["quarantined"] == 0
    lines = "\n".join(
        f"cpu,deviceId={device},cpu={cpu} load={value} {int(at(0).timestamp())}"
        for cpu, value in (("cpu0", 1), ("cpu1", 3))
    )
    headers = {"Content-Type": "text/plain"}
    sent = organization.http.post(
        "/readings/batch", params={"precision": "s"}, content=lines, headers=headers
    )
    assert sent.json()["accepted"] == 2, sent.text
    return organization


def asked(organization: Organization, q: str, **query: str) -> list[dict[str, Any]]:
    """The results, one for each statement."""
    url = organization.http.base_url.copy_with(path="/query")
    answer = organization.http.get(url, params={"q": q, "db": "holdfast", "epoch": "ms", **query})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def series(organization: Organization, q: str, **query: str) -> list[dict[str, Any]]:
    [result] = asked(organization, q, **query)
    assert "error" not in result, result
    found: list[dict[str, Any]] = result.get("series", [])
    return found


def error_of(organization: Organization, q: str) -> str:
    [result] = asked(organization, q)
    return str(result["error"])


# As the visual editor of Grafana 9 to 13 writes them, and what has to come of them.
SHOWN = [
    ('SHOW RETENTION POLICIES on "holdfast"', [["autogen", "0s", "168h0m0s", 1, True]]),
    ("SHOW DATABASES", [["holdfast"]]),
    ("SHOW MEASUREMENTS LIMIT 100", [["cpu.load"], ["mode"], ["temperature"]]),
    ("SHOW MEASUREMENTS WITH MEASUREMENT =~ /(?i)TEMP/ LIMIT 100", [["temperature"]]),
    ("SHOW MEASUREMENTS WHERE \"cpu\" = 'cpu0' LIMIT 100", [["cpu.load"]]),
    ("SHOW MEASUREMENTS WHERE \"device\" == 'nobody' LIMIT 100", None),
    ('SHOW FIELD KEYS FROM "temperature"', [["value", "float"]]),
    ('SHOW FIELD KEYS FROM "autogen"."mode"', [["value", "string"]]),
    ("SHOW TAG KEYS FROM /^temp.*$/", [["device"], ["deviceId"], ["site"]]),
    ("SHOW TAG KEYS WHERE \"device\" = 'room-2' LIMIT 1", [["cpu"]]),
    ('SHOW TAG VALUES FROM "temperature" WITH KEY = "device"',
     [["device", "room-1"], ["device", "room-2"]]),
    ('SHOW TAG VALUES FROM "temperature" WITH KEY = "device" WHERE "device" =~ /2$/',
     [["device", "room-2"]]),
    ('SHOW TAG VALUES WITH KEY IN ("cpu", "nothing")', [["cpu", "cpu0"], ["cpu", "cpu1"]]),
    ('SHOW TAG VALUES FROM "cpu.load" WITH KEY =~ /^cp/', [["cpu", "cpu0"], ["cpu", "cpu1"]]),
    ("SHOW TAG VALUES WITH KEY = \"device\" WHERE \"device\" = 'Let\\'s'", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("q", "rows"), SHOWN, ids=lambda each: each if isinstance(each, str) else ""
)
def test_what_there_is_to_ask_for_is_shown(
    rooms: Organization, q: str, rows: list[list[Any]] | None
) -> None:
    found = series(rooms, q)
    assert (found[0]["values"] if found else None) == rows


def test_buckets_of_each_device_are_those_of_its_readings(rooms: Organization) -> None:
    q = (
        f'SELECT mean("value") FROM "temperature" WHERE ("site"::tag = \'Depot\') AND {RANGE} '
        'GROUP BY time(5m), "device"::tag fill(null)'
    )
    first, second = series(rooms, q)
    assert (first["name"], first["columns"]) == ("temperature", ["time", "mean"])
    assert (first["tags"], second["tags"]) == ({"device": "room-1"}, {"device": "room-2"})
    width = 300_000
    begins = [START // width * width + width * number for number in range(len(first["values"]))]
    assert [at for at, _ in first["values"]] == begins
    by_bucket: dict[int, list[float]] = {begin: [] for begin in begins}
    for minute in range(10):
        by_bucket[(START + 60_000 * minute) // width * width].append(10.0 + minute)
    means = [sum(each) / len(each) if each else None for each in by_bucket.values()]
    assert [value for _, value in first["values"]] == pytest.approx(means)
    assert [value and value - 10 for _, value in second["values"]] == pytest.approx(means)


@pytest.mark.parametrize(
    ("function", "value"),
    [
        ('count("value")', 20),
        ('sum("value")', 390),
        ('mean("value")', 19.5),
        ('min("value")', 10),
        ('max("value")', 29),
        ('spread("value")', 19),
        ('stddev("value")', 5.916079783099616),
        ('mean("value") / 100', 0.195),
        ('max("value") - min("value") + 1', 20),
        ('abs(0 - max("value"))', 29),
    ],
)
def test_series_that_nobody_tells_apart_are_one(
    rooms: Organization, function: str, value: float
) -> None:
    """What the database itself says of all readings together."""
    [found] = series(rooms, f'SELECT {function} FROM "temperature" WHERE {RANGE}')
    assert found["values"] == [[START, pytest.approx(value)]]


@pytest.mark.parametrize(
    ("function", "value"),
    [('first("value")', 10), ('last("value")', 19), ('median("value")', 14.5),
     ('percentile("value", 95)', 18.55)],
)  # fmt: skip
def test_what_can_not_be_told_of_several_series_is_told_of_each(
    rooms: Organization, function: str, value: float
) -> None:
    q = f'SELECT {function} FROM "temperature" WHERE {RANGE}'
    assert 'GROUP BY "device"' in error_of(rooms, q)
    first, _ = series(rooms, f'{q} GROUP BY "device"')
    assert first["values"][0][1] == pytest.approx(value)


def values(rooms: Organization, select: str, rest: str) -> list[Any]:
    where = f"\"device\" = 'room-1' AND {RANGE}"
    [found] = series(rooms, f'SELECT {select} FROM "temperature" WHERE {where} {rest}')
    return [row[1] for row in found["values"]]


@pytest.mark.parametrize(
    ("select", "rest", "expected"),
    [
        ('last("value")', "GROUP BY time(1m) fill(none)", [float(n) for n in range(10, 20)]),
        ('last("value")', "GROUP BY time(1m) fill(none) LIMIT 2", [10.0, 11.0]),
        ('last("value")', "GROUP BY time(1m) fill(none) ORDER BY time DESC LIMIT 2", [19.0, 18.0]),
        ('difference(last("value"))', "GROUP BY time(1m)", [1.0] * 9),
        ('non_negative_difference(last("value"))', "GROUP BY time(1m)", [1.0] * 9),
        ('non_negative_derivative(last("value"), 1m)', "GROUP BY time(1m)", [1.0] * 9),
        ('derivative(last("value"), 1s)', "GROUP BY time(1m)", [1 / 60] * 9),
        ('moving_average(last("value"), 8)', "GROUP BY time(1m)", [13.5, 14.5, 15.5]),
        ('cumulative_sum(count("value"))', "GROUP BY time(1m) fill(none) LIMIT 3", [1.0, 2.0, 3.0]),
        ('"value"', "LIMIT 3", [10.0, 11.0, 12.0]),
        ('"value"', "ORDER BY time DESC LIMIT 1", [19.0]),
    ],
)  # fmt: skip
def test_rows_are_what_the_statement_says(
    rooms: Organization, select: str, rest: str, expected: list[float]
) -> None:
    assert values(rooms, select, rest) == pytest.approx(expected)


def test_empty_buckets_are_filled_as_is_said(rooms: Organization) -> None:
    where = f"time >= {START - 120_000}ms AND time < {START + 60_000}ms"

    def filled(how: str) -> list[Any]:
        q = f"SELECT count(value) FROM temperature WHERE {where} GROUP BY time(1m), device {how}"
        return [row[1] for row in series(rooms, q)[0]["values"]]

    assert sum(filled("fill(none)")) == 1
    assert sum(filled("fill(null)")) == 1
    q = f"SELECT max(value) FROM temperature WHERE {where} GROUP BY time(1m), device fill(7)"
    assert sorted(row[1] for row in series(rooms, q)[0]["values"])[-1] == 10
    assert 7 in [row[1] for row in series(rooms, q)[0]["values"]]


def test_days_begin_where_the_zone_says(rooms: Organization) -> None:
    where = f"time >= {START}ms AND time <= {END}ms"
    q = f"SELECT count(value) FROM temperature WHERE {where} GROUP BY time(1d) tz('Asia/Kathmandu')"
    [found] = series(rooms, q)
    offset = (5 * 60 + 45) * 60_000
    assert all((at + offset) % 86_400_000 == 0 for at, _ in found["values"])


def test_readings_as_they_are_have_the_tags_that_are_asked_for(rooms: Organization) -> None:
    [found] = series(rooms, f'SELECT "value", "device" FROM "mode" WHERE {RANGE}')
    assert [row[1:] for row in found["values"]] == [["MODE-1", "room-1"], ["MODE-2", "room-2"]]
    [cpu] = series(rooms, f"SELECT * FROM \"cpu.load\" WHERE cpu = 'cpu1' AND {RANGE}")
    row = dict(zip(cpu["columns"], cpu["values"][0], strict=True))
    assert (row["cpu"], row["value"], row["device"]) == ("cpu1", 3.0, "room-2")


def test_statements_are_answered_one_by_one_though_one_fails(rooms: Organization) -> None:
    q = f"SHOW DATABASES; SELECT mode(value) FROM temperature WHERE {RANGE}; SHOW DATABASES"
    first, second, third = asked(rooms, q)
    assert (first["statement_id"], third["statement_id"]) == (0, 2)
    assert "mode()" in second["error"]
    assert third["series"] == first["series"]
    bad = error_of(rooms, "SHOW MEASUREMENTS WITH MEASUREMENT =~ /(/")
    assert "regular expression" in bad


@pytest.mark.parametrize(("epoch", "divisor"), [("ns", 1e-6), ("u", 1e-3), ("ms", 1), ("s", 1000)])
def test_times_are_in_the_unit_that_is_asked_for(
    rooms: Organization, epoch: str, divisor: float
) -> None:
    q = f'SELECT count("value") FROM "temperature" WHERE {RANGE}'
    assert series(rooms, q, epoch=epoch)[0]["values"][0][0] == START / divisor
    text = series(rooms, q, epoch="")[0]["values"][0][0]
    assert text == NOW.isoformat().replace("+00:00", "Z")


def test_limits_cut_series_too(rooms: Organization) -> None:
    q = f"SELECT max(value) FROM temperature WHERE {RANGE} GROUP BY device"
    assert [each["tags"]["device"] for each in series(rooms, f"{q} SLIMIT 1")] == ["room-1"]
    assert [each["tags"]["device"] for each in series(rooms, f"{q} SLIMIT 1 SOFFSET 1")] == [
        "room-2"
    ]


@pytest.mark.parametrize(
    "q",
    [
        "",
        "DROP DATABASE holdfast",
        "SELECT mean(value FROM temperature",
        "SELECT value FROM x; DELETE FROM x",
        "SELECT " + "(" * 60 + "1" + ")" * 60 + " FROM x",
        "SHOW DATABASES;" * 21,
        "SELECT value FROM x WHERE a = '" + "x" * 20_000 + "'",
        "SELECT value FROM x LIMIT 99999999999999999999",
    ],
    ids=lambda q: q[:30],
)
def test_what_is_not_understood_is_refused_with_the_reason(rooms: Organization, q: str) -> None:
    url = rooms.http.base_url.copy_with(path="/query")
    answer = rooms.http.post(url, data={"q": q})
    assert_problem(answer, 400, code="MALFORMED")
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "q",
    [
        "SELECT mean(value) FROM temperature GROUP BY time(1m)",
        f"SELECT mean(value) FROM temperature WHERE {RANGE} GROUP BY time(1ms)",
        "SELECT mean(value) FROM temperature WHERE time > '2020-01-01T00:00:00Z' GROUP BY time(1m)",
        "SELECT value FROM temperature WHERE value > 5",
        "SELECT value FROM temperature WHERE time > '2026-01-01' OR device = 'x'",
        "SELECT value FROM temperature WHERE time > 'yesterday'",
        "SELECT mean(other) FROM temperature",
        "SELECT value, mean(value) FROM temperature",
        "SELECT mean(value) FROM temperature WHERE time > now() GROUP BY time(1m)",
        "SELECT percentile(value, 42) FROM temperature GROUP BY device",
        "SELECT mean(value) FROM temperature WHERE time > now() - 1h GROUP BY time(1m) tz('Mars')",
    ],
)
def test_what_can_not_be_answered_says_why(rooms: Organization, q: str) -> None:
    assert error_of(rooms, q)


def test_whoever_has_a_key_is_let_in_as_influx_clients_say_it(
    platform: RunningPlatform, rooms: Organization
) -> None:
    basic = base64.b64encode(f"anybody:{rooms.key}".encode()).decode()
    url = f"{platform.base_url}/query"
    with httpx.Client() as http:
        for headers, query in (
            ({"Authorization": f"Token {rooms.key}"}, {}),
            ({"Authorization": f"Bearer {rooms.key}"}, {}),
            ({"Authorization": f"Basic {basic}"}, {}),
            ({}, {"u": "anybody", "p": rooms.key}),
        ):
            params = {"q": "SHOW DATABASES", **query}
            answer = http.get(url, params=params, headers=headers)
            assert answer.status_code == 200, (headers, query, answer.text)
        for headers in ({}, {"Authorization": "Token sk_live_wrong"}, {"Authorization": "Basic !"}):
            answer = http.get(url, params={"q": "SHOW DATABASES"}, headers=headers)
            assert_problem(answer, 401, code="UNAUTHENTICATED")
            assert answer.json()["error"]
        ping = http.get(f"{platform.base_url}/ping")
        assert (ping.status_code, ping.text) == (204, "")


def test_a_neighbour_has_no_series_of_ours(rooms: Organization, neighbour: Organization) -> None:
    assert series(neighbour, "SHOW MEASUREMENTS") == []
    assert series(neighbour, f"SELECT max(value) FROM /.*/ WHERE {RANGE}") == []


def test_what_comes_in_pieces_is_refused_clearly(rooms: Organization) -> None:
    url = rooms.http.base_url.copy_with(path="/query")
    answer = rooms.http.get(url, params={"q": "SHOW DATABASES", "chunked": "true"})
    assert_problem(answer, 400)
    assert "chunked" in answer.json()["error"]


def test_influxs_own_client_for_python_reads_it(
    platform: RunningPlatform, rooms: Organization
) -> None:
    url = httpx.URL(platform.base_url)
    client = InfluxDBClient(url.host, url.port, "anybody", rooms.key, "holdfast")
    try:
        assert client.ping() == VERSION
        assert client.get_list_database() == [{"name": "holdfast"}]
        assert {"name": "temperature"} in client.get_list_measurements()
        q = f'SELECT max("value") FROM "temperature" WHERE {RANGE} GROUP BY "device"'
        found = client.query(q, epoch="ms")
        points = list(found.get_points(tags={"device": "room-2"}))
        assert points == [{"time": START, "max": 29.0}]
        with pytest.raises(InfluxDBClientError, match="mode"):
            client.query(f"SELECT mode(value) FROM temperature WHERE {RANGE}")
    finally:
        client.close()
