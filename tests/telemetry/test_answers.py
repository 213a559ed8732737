"""Readings in every format that Accept can ask for: exact, whole, and known again when they are sent back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.make.devices import register_device
from tests.make.platform import Organization
from tests.make.production import ON_EITHER_BACKEND
from tests.make.readings import NOW, assert_problem, at, by_key, send, sensors_by_key, span

pytestmark = ON_EITHER_BACKEND

JSON, COLUMNS = "application/json", "application/vnd.holdfast.columns+json"
NDJSON, CSV = "application/x-ndjson", "text/csv"
ARROW, PARQUET = "application/vnd.apache.arrow.stream", "application/vnd.apache.parquet"
Reading = tuple[datetime, Any, Any]  # time, value, metadata


def counts(receipt: dict[str, Any]) -> tuple[int, int, int]:
    return receipt["accepted"], receipt["duplicates"], receipt["quarantined"]


def from_rows(rows: list[dict[str, Any]]) -> list[Reading]:
    return [
        (datetime.fromisoformat(row["timestamp"]), row["value"], row.get("metadata"))
        for row in rows
    ]


def from_columns(body: bytes) -> list[Reading]:
    answer = json.loads(body)
    metadata = answer.get("metadata") or [None] * len(answer["value"])
    times = [datetime.fromisoformat(text) for text in answer["timestamp"]]
    return list(zip(times, answer["value"], metadata, strict=True))


def from_csv(body: bytes) -> list[Reading]:
    rows = list(csv.DictReader(io.StringIO(body.decode(), newline=""), strict=True))
    return [
        (
            datetime.fromisoformat(row["timestamp"]),
            cell_of(row),
            json.loads(row["metadata"]) if row["metadata"] else None,
        )
        for row in rows
    ]


def cell_of(row: dict[str, str]) -> Any:
    if row.get("valueType") == "TEXT":
        cell = row["value"]
        return (
            cell[1:]
            if cell.lstrip("'")[:1] in tuple("=+-@\t\r\n") and cell.startswith("'")
            else cell
        )
    return json.loads(row["value"])


def from_table(table: pa.Table) -> list[Reading]:
    names = [name for name in ("value", "valueDouble", "valueBigint") if name in table.column_names]
    return [
        (
            row["timestamp"],
            next(row[name] for name in names if row[name] is not None),
            json.loads(row["metadata"]) if row["metadata"] else None,
        )
        for row in table.to_pylist()
    ]


READERS: dict[str, Callable[[bytes], list[Reading]]] = {
    JSON: lambda body: from_rows(json.loads(body)["items"]),
    COLUMNS: from_columns,
    NDJSON: lambda body: from_rows([json.loads(line) for line in body.splitlines()]),
    CSV: from_csv,
    ARROW: lambda body: from_table(pa.ipc.open_stream(body).read_all()),
    PARQUET: lambda body: from_table(pq.read_table(io.BytesIO(body))),
}


def ask(tenant: Organization, sensor: str, media_type: str, **parameters: Any) -> httpx.Response:
    answer = tenant.http.get(
        f"/readings/sensor/{sensor}",
        params={**span(), **parameters},
        headers={"Accept": media_type},
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == (
        f"{CSV}; charset=utf-8" if media_type == CSV else media_type
    )
    return answer


def read(tenant: Organization, sensor: str, media_type: str, **parameters: Any) -> list[Reading]:
    return READERS[media_type](ask(tenant, sensor, media_type, **parameters).content)


def sensor_with(tenant: Organization, device_id: str, values: list[Any], **metadata: Any) -> str:
    """A new sensor whose readings come a second and some microseconds apart."""
    readings = [
        by_key(device_id, "s", moment(n), value, metadata=metadata.get(f"at{n}"))
        for n, value in enumerate(values)
    ]
    # Integers by themselves: what comes with a fraction is a double from its first reading on.
    whole = [reading for reading in readings if type(reading["value"]) is int]
    for batch in (whole, [reading for reading in readings if reading not in whole]):
        assert counts(send(tenant, batch)) == (len(batch), 0, 0)
    return str(sensors_by_key(tenant, device_id)["s"]["id"])


def moment(n: int) -> datetime:
    return at(n) + timedelta(microseconds=n * 7 % 3)


VALUES: dict[str, list[Any]] = {
    "doubles": [0.1, 1.0, -0.5, 1e22, 5e-324, 1.7976931348623157e308, 123456789.987654321, 1 / 3, -1e-7],
    "integers": [0, 1, -1, 2**53 + 1, 2**63 - 1, -(2**63), 9007199254740993],
    "integers, then doubles": [21, 22, 21.5, 0.25, 23],
    "large integers, then doubles": [2**53 + 1, -(2**63), 5, 21.5, 0.1],
    "booleans": [True, False, False, True],
    "texts": [
        "on", "", "21", "true", "=1+1", "'=x", "''-", "-5", 'half, "full"', "a\r\nb", "\tx", " ", "ключ\u2028", "null",
        "'",
    ],
}  # fmt: skip


@pytest.mark.parametrize("media_type", READERS)
@pytest.mark.parametrize("name", VALUES)
def test_what_is_given_out_is_exact_and_known_again_when_it_is_sent_back(
    tenant: Organization, device_id: str, name: str, media_type: str
) -> None:
    values = VALUES[name]
    described = {"at0": {"batch": 'A"17', "n": [1, None]}, "at2": {"ключ": "=1,2"}}
    sensor = sensor_with(tenant, device_id, values, **described)
    answer = ask(tenant, sensor, media_type)
    found = READERS[media_type](answer.content)
    assert found == [(moment(n), value, described.get(f"at{n}")) for n, value in enumerate(values)]
    if not (media_type in (ARROW, PARQUET) and name == "integers, then doubles"):
        assert [type(value) for _, value, _ in found] == [type(value) for value in values]
    again = tenant.http.post(
        "/readings/batch",
        content=answer.content,
        headers={"Content-Type": answer.headers["content-type"]},
    )
    assert again.json() == {
        "accepted": 0,
        "duplicates": len(values),
        "quarantined": 0,
        "errors": [],
    }


@pytest.mark.parametrize("media_type", READERS)
def test_pages_of_every_format_hold_each_reading_once(
    tenant: Organization, device_id: str, media_type: str
) -> None:
    sensor = sensor_with(tenant, device_id, [float(n) for n in range(10)])
    for order in ("asc", "desc"):
        found: list[Any] = []
        cursor: str | None = None
        while True:
            more = {} if cursor is None else {"cursor": cursor}
            answer = ask(tenant, sensor, media_type, limit=4, order=order, **more)
            found += [value for _, value, _ in READERS[media_type](answer.content)]
            told = answer.json() if media_type in (JSON, COLUMNS) else {}
            cursor = told["nextCursor"] if told else answer.headers.get("next-cursor")
            fresh_as_of = datetime.fromisoformat(
                told.get("freshAsOf") or answer.headers["fresh-as-of"]
            )
            assert abs(fresh_as_of - datetime.now(UTC)) < timedelta(minutes=1)
            assert (told.get("tiers") or [answer.headers["tiers"]]) == ["RAW"]
            if cursor is None:
                break
        assert found == [float(n) for n in (range(10) if order == "asc" else range(9, -1, -1))]


@pytest.mark.parametrize("media_type", READERS)
def test_nothing_found_is_an_answer_with_its_columns(
    tenant: Organization, device_id: str, media_type: str
) -> None:
    sensor = sensor_with(tenant, device_id, ["on"])
    before = span(NOW - timedelta(days=2), NOW - timedelta(days=1))
    assert read(tenant, sensor, media_type, **before) == []
    body = ask(tenant, sensor, media_type, **before).content
    if media_type == CSV:
        assert body == b"sensorId,timestamp,value,valueType,metadata\r\n"
    if media_type == ARROW:
        assert pa.ipc.open_stream(body).schema.field("value").type == pa.string()
    again = tenant.http.post("/readings/batch", content=body, headers={"Content-Type": media_type})
    if body:
        assert counts(again.json()) == (0, 0, 0)
    else:  # a body without a byte is no success, whatever it was meant to be
        assert again.status_code == 400


@pytest.mark.parametrize("media_type", READERS)
def test_a_window_is_answered_in_every_format(
    tenant: Organization, device_id: str, media_type: str
) -> None:
    sensor = sensor_with(tenant, device_id, [1.5, 2.5])
    answer = tenant.http.get(
        f"/readings/sensor/{sensor}/window",
        params={"last": "PT12H"},
        headers={"Accept": media_type},
    )
    assert [value for _, value, _ in READERS[media_type](answer.content)] == [1.5, 2.5]


ACCEPTS = {
    "*/*": JSON,
    "": JSON,
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": JSON,
    "text/*": CSV,
    "application/json;q=0.5, text/csv": CSV,
    "text/csv;q=0.1, application/x-ndjson;q=0.9": NDJSON,
    "application/*;q=0.2, application/vnd.apache.parquet": PARQUET,
    "application/json;q=0, */*": COLUMNS,
    "Text/CSV; header=present": CSV,
    "application/xml, text/csv;q=nan": CSV,
}
UNACCEPTABLE = [
    "application/xml",
    "text/csv;q=0",
    "image/*",
    "text/csv;q=inf, x",
    "nonsense",
    "*/*;q=0",
    ",;,",
]


@pytest.mark.parametrize("accept", ACCEPTS)
def test_the_client_says_which_format_it_prefers(
    tenant: Organization, device_id: str, accept: str
) -> None:
    sensor = sensor_with(tenant, device_id, [1.5])
    answer = tenant.http.get(
        f"/readings/sensor/{sensor}", params=span(), headers={"Accept": accept}
    )
    assert answer.headers["content-type"].partition(";")[0] == ACCEPTS[accept]


@pytest.mark.parametrize("accept", UNACCEPTABLE)
def test_a_format_that_there_is_not_is_refused(
    tenant: Organization, device_id: str, accept: str
) -> None:
    sensor = sensor_with(tenant, device_id, [1.5])
    answer = tenant.http.get(
        f"/readings/sensor/{sensor}", params=span(), headers={"Accept": accept}
    )
    problem = assert_problem(answer, 406, code="NOT_ACCEPTABLE")
    assert "text/csv" in problem["detail"]


Rows = list[dict[str, Any]]
TABLES: dict[str, Callable[[bytes], Rows]] = {
    NDJSON: lambda body: [json.loads(line) for line in body.splitlines()],
    CSV: lambda body: [
        {name: as_number(cell) for name, cell in row.items()}
        for row in csv.DictReader(io.StringIO(body.decode(), newline=""), strict=True)
    ],
    ARROW: lambda body: pa.ipc.open_stream(body).read_all().to_pylist(),
    PARQUET: lambda body: pq.read_table(io.BytesIO(body)).to_pylist(),
}


def as_number(cell: str) -> Any:
    try:
        return json.loads(cell) if cell else None
    except json.JSONDecodeError:
        return cell


def comparable(rows: Rows) -> Rows:
    """With moments for times."""
    return [
        {
            name: datetime.fromisoformat(cell)
            if name in ("from", "to") and isinstance(cell, str)
            else cell
            for name, cell in row.items()
        }
        for row in rows
    ]


def transposed(columns: dict[str, list[Any]]) -> Rows:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


@pytest.mark.parametrize("fill", ["none", "null"])
def test_buckets_are_the_same_in_every_format(
    tenant: Organization, device_id: str, fill: str
) -> None:
    sensor = sensor_with(tenant, device_id, [1.5, 2.25, -3.0, 1e300])
    parameters = {
        **span(at(-90), at(3600)), "interval": "PT1M", "fill": fill,
        "functions": "avg,stddev,timeWeightedAvg,p95,delta,first",
    }  # fmt: skip

    def asked(media_type: str) -> httpx.Response:
        path = f"/readings/sensor/{sensor}/aggregated"
        answer = tenant.http.get(path, params=parameters, headers={"Accept": media_type})
        assert answer.status_code == 200, answer.text
        return answer

    expected = comparable([{"sensorId": sensor, **item} for item in asked(JSON).json()["items"]])
    assert len(expected) in ((1, 2) if fill == "none" else (62, 63))  # as the minute falls
    columns = asked(COLUMNS).json()["columns"]
    assert comparable([{"sensorId": sensor, **row} for row in transposed(columns)]) == expected
    for media_type, rows_of in TABLES.items():
        assert comparable(rows_of(asked(media_type).content)) == expected, media_type


def test_series_of_a_query_stand_below_each_other_in_tables(
    tenant: Organization, device_id: str
) -> None:
    sensor = sensor_with(tenant, device_id, [1.5, 2.25, -3.0])
    series = [
        {"sensorId": sensor, "function": "avg", "interval": "PT1M"},
        {"sensorId": sensor, "function": "count", "interval": "P1D", "fill": "null"},
        {"sensorId": "0190d3a0-0000-7000-8000-00000000dead", "function": "max", "interval": "PT1M"},
    ]
    body = {**span(at(-86_400), at(3600)), "series": series}

    def asked(media_type: str) -> httpx.Response:
        answer = tenant.http.post("/readings/query", json=body, headers={"Accept": media_type})
        assert answer.status_code == 200, answer.text
        return answer

    answers = asked(JSON).json()["series"]
    names = ("sensorId", "function", "interval")
    expected = comparable(
        [
            {**{name: one[name] for name in names}, **item}
            for one in answers
            for item in one["items"]
        ]
    )
    assert len(expected) >= 3
    columns = asked(COLUMNS).json()["series"]
    assert [one["tiers"] for one in columns] == [one["tiers"] for one in answers]
    by_columns = [
        {**{name: one[name] for name in names}, **row}
        for one in columns
        for row in transposed({name: one[name] for name in ("from", "value", "count")})
    ]
    assert comparable(by_columns) == expected
    for media_type, rows_of in TABLES.items():
        assert comparable(rows_of(asked(media_type).content)) == expected, media_type


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    limit=st.integers(1, 40),
    zone=st.sampled_from(["UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York"]),
    interval=st.sampled_from(["PT1H", "PT15M", "P1D", "P1W", "PT7M", "PT5H"]),
    edges=st.tuples(st.integers(0, 10_000_000), st.integers(1, 100_000)),
    fill=st.sampled_from(["none", "null"]),
)
def test_pages_of_buckets_are_the_whole_cut(
    tenant: Organization,
    spread: str,
    limit: int,
    zone: str,
    interval: str,
    edges: tuple[int, int],
    fill: str,
) -> None:
    start = NOW - timedelta(
        days=2, seconds=edges[0] % 700_000
    )  # what has no end yet changes from page to page
    parameters: dict[str, Any] = {
        **span(start, start + timedelta(seconds=edges[1])), "interval": interval, "timezone": zone, "fill": fill,
        "functions": "avg,timeWeightedAvg,delta,rate,p50",
    }  # fmt: skip
    path = f"/readings/sensor/{spread}/aggregated"
    whole = tenant.http.get(path, params=parameters).json()
    assert whole["truncated"] is False
    items: list[Any] = []
    cursor: str | None = None
    while True:
        more = {} if cursor is None else {"cursor": cursor}
        page = tenant.http.get(path, params=parameters | {"limit": limit} | more).json()
        assert len(page["items"]) <= limit
        assert page["truncated"] == (page["nextCursor"] is not None)
        items += page["items"]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert items == whole["items"]


@pytest.fixture(scope="module")
def spread(tenant: Organization) -> str:
    """A sensor with some readings over eight days."""
    device = register_device(tenant, "spread")["deviceId"]
    moments = [NOW - timedelta(minutes=15 * n + n % 7) for n in range(800)]
    send(tenant, [by_key(device, "s", moment, float(n % 11)) for n, moment in enumerate(moments)])
    return str(sensors_by_key(tenant, device)["s"]["id"])
