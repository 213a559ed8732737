"""Batches in every format: a receipt for each reading, and what is wrong costs nothing that is right."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.make.devices import register_device
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem, at, by_key, errors_of, send, sensors_by_key, stored

NDJSON, CSV, LINES = "application/x-ndjson", "text/csv", "text/plain"
SENML, ARROW, PARQUET = (
    "application/senml+json",
    "application/vnd.apache.arrow.stream",
    "application/vnd.apache.parquet",
)

Triples = list[tuple[str, datetime, Any]]  # sensor, time, value


def post(
    tenant: Organization, body: bytes, media_type: str, encoding: str | None = None
) -> httpx.Response:
    headers = {"Content-Type": media_type} | ({"Content-Encoding": encoding} if encoding else {})
    return tenant.http.post("/readings/batch", content=body, headers=headers)


def take(
    tenant: Organization, body: bytes, media_type: str, encoding: str | None = None
) -> dict[str, Any]:
    answer = post(tenant, body, media_type, encoding)
    assert answer.status_code == 200, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


def sensor_id(tenant: Organization, device_id: str, value: Any = 0.5) -> str:
    """A new sensor of that device, born from the value."""
    assert send(tenant, [by_key(device_id, "first", at(-60), value)])["accepted"] == 1
    return str(sensors_by_key(tenant, device_id)["first"]["id"])


def columnar(readings: Triples) -> bytes:
    sensors, times, values = zip(*readings, strict=True)
    return json.dumps(
        {
            "sensorId": sensors,
            "timestamp": [moment.isoformat() for moment in times],
            "value": values,
        }
    ).encode()


def array(readings: Triples) -> bytes:
    return b"[" + b",".join(ndjson(readings).splitlines()) + b"]"


def ndjson(readings: Triples) -> bytes:
    lines = (
        json.dumps({"sensorId": sensor, "timestamp": moment.isoformat(), "value": value})
        for sensor, moment, value in readings
    )
    return "\n".join(lines).encode()


def csv(readings: Triples) -> bytes:
    rows = (f"{sensor},{moment.isoformat()},{value}\n" for sensor, moment, value in readings)
    return ("sensorId,timestamp,value\n" + "".join(rows)).encode()


def lines(readings: Triples) -> bytes:
    return "".join(
        f"any,sensorId={sensor} value={value} {round(moment.timestamp() * 1e6)}000\n"
        for sensor, moment, value in readings
    ).encode()


def senml(readings: Triples) -> bytes:
    return json.dumps(
        [{"n": sensor, "t": moment.timestamp(), "v": value} for sensor, moment, value in readings]
    ).encode()


def table(readings: Triples) -> pa.Table:
    sensors, times, values = zip(*readings, strict=True)
    return pa.table(
        {
            "sensorId": pa.array(sensors).dictionary_encode(),
            "timestamp": pa.array(times, pa.timestamp("ns", "Europe/Vienna")),
            "value": pa.array(values),
        }
    )


def arrow_of(content: pa.Table) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, content.schema) as stream:
        stream.write_table(content, max_chunksize=7)
    return sink.getvalue()


def parquet_of(content: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(content, sink, compression="zstd", row_group_size=11)
    return sink.getvalue()


WRITERS: dict[str, tuple[str, Callable[[Triples], bytes]]] = {
    "array": ("application/json", array),
    "columnar": ("application/json", columnar),
    "ndjson": (NDJSON, ndjson),
    "csv": (CSV, csv),
    "line protocol": (LINES, lines),
    "senml": (SENML, senml),
    "arrow": (ARROW, lambda readings: arrow_of(table(readings))),
    "parquet": (PARQUET, lambda readings: parquet_of(table(readings))),
}


@pytest.mark.parametrize("format_", WRITERS)
@pytest.mark.parametrize("encoding", [None, "gzip", "zstd"])
def test_every_format_stores_the_same_readings_and_knows_what_was_sent_before(
    tenant: Organization, device_id: str, format_: str, encoding: str | None
) -> None:
    media_type, write = WRITERS[format_]
    sensor = sensor_id(tenant, device_id)
    readings = [(sensor, at(n), n + 0.25) for n in range(40)]
    bodies = [write(readings[:30]), write(readings)]
    if encoding == "gzip":
        bodies = [gzip.compress(body) for body in bodies]
    if encoding == "zstd":
        bodies = [pa.compress(body, codec="zstd", asbytes=True) for body in bodies]
    counts = [take(tenant, body, media_type, encoding) for body in bodies]
    assert [(count["accepted"], count["duplicates"], count["quarantined"]) for count in counts] == [
        (30, 0, 0),
        (10, 30, 0),
    ]
    assert stored(tenant, sensor)[1:] == [(moment, value) for _, moment, value in readings]


@pytest.mark.parametrize("format_", WRITERS)
def test_a_sensor_of_somebody_else_is_unknown_in_every_format(
    tenant: Organization, platform: RunningPlatform, device_id: str, format_: str
) -> None:
    media_type, write = WRITERS[format_]
    other = platform.new_organization()
    theirs = sensor_id(other, str(register_device(other, "theirs")["deviceId"]))
    ours = sensor_id(tenant, device_id)
    receipt = take(
        tenant, write([(ours, at(1), 1.5), (theirs, at(1), 6.5), (ours, at(2), 2.5)]), media_type
    )
    assert (receipt["accepted"], errors_of(receipt)) == (2, [(1, "UNKNOWN_SENSOR")])
    assert len(stored(other, theirs)) == 1
    other.http.close()


def test_csv_types_its_cells_by_their_looks_or_by_what_is_said(
    tenant: Organization, device_id: str
) -> None:
    rows = [
        "timestamp,deviceId,sensor,value,valueType,metadata",
        f'{at(1).isoformat()},{device_id},text,"half, ""full""",,"{{""batch"": 7}}"',
        f"{at(2).isoformat()},{device_id},text,21,TEXT,",
        f"{at(3).isoformat()},{device_id},switch,TRUE,,",
        f"{at(4).isoformat()},{device_id},number,9007199254740993,,",
        f'{at(5).isoformat()},{device_id},text,"",,',
    ]
    receipt = take(tenant, "\r\n".join(rows).encode(), CSV)
    assert (receipt["accepted"], receipt["errors"]) == (5, [])
    sensors = sensors_by_key(tenant, device_id)
    assert [value for _, value in stored(tenant, sensors["text"]["id"])] == [
        'half, "full"',
        "21",
        "",
    ]
    assert stored(tenant, sensors["switch"]["id"])[0][1] is True
    assert stored(tenant, sensors["number"]["id"])[0][1] == 9007199254740993


def test_line_protocol_names_sensors_by_measurement_and_field(
    tenant: Organization, device_id: str
) -> None:
    moment = round(at(1).timestamp() * 1000)
    body = (
        f"# from an agent\n"
        f'climate,deviceId={device_id},host=roof temperature=21.5,humidity=40i,ok=t,note="a \\"b\\"" {moment}\n'
        f"level,deviceId={device_id} value=3 {moment}\n"
        f"cpu,deviceId={device_id},host=roof,cpu=cpu0 idle=9 {moment}\n"
        f"cpu,deviceId={device_id},host=roof,cpu=cpu1 idle=9 {moment}\n"
    ).encode()
    answer = tenant.http.post(
        "/readings/batch",
        params={"precision": "ms", "deviceTags": "host"},
        content=body,
        headers={"Content-Type": LINES},
    )
    assert answer.json() == {"accepted": 7, "duplicates": 0, "quarantined": 0, "errors": []}
    sensors = sensors_by_key(tenant, device_id)
    values = {key: stored(tenant, sensor["id"])[0] for key, sensor in sensors.items()}
    assert values == {
        "climate.temperature": (at(1), 21.5),
        "climate.humidity": (at(1), 40),
        "climate.ok": (at(1), True),
        "climate.note": (at(1), 'a "b"'),
        "level": (at(1), 3.0),
        "cpu.idle{cpu=cpu0}": (at(1), 9.0),
        "cpu.idle{cpu=cpu1}": (at(1), 9.0),
    }
    assert sensors["cpu.idle{cpu=cpu1}"]["labels"] == {"cpu": "cpu1", "host": "roof"}
    assert sensors["level"]["labels"] == {}


@pytest.mark.parametrize("media_type", ["application/json", NDJSON, CSV, LINES, SENML])
def test_a_byte_order_mark_is_passed_over_and_an_empty_body_is_no_success(
    tenant: Organization, device_id: str, media_type: str
) -> None:
    moment, mark = at(1), b"\xef\xbb\xbf"
    reading = {"deviceId": device_id, "sensor": "t", "timestamp": moment.isoformat(), "value": 1.5}
    body = {
        "application/json": json.dumps([reading]),
        NDJSON: json.dumps(reading),
        CSV: f"timestamp,deviceId,sensor,value\n{moment.isoformat()},{device_id},t,1.5\n",
        LINES: f"t,deviceId={device_id} value=1.5 {round(moment.timestamp() * 1e6)}000\n",
        SENML: json.dumps([{"n": f"{device_id}/t", "t": moment.timestamp(), "v": 1.5}]),
    }[media_type]
    assert take(tenant, mark + body.encode(), media_type)["accepted"] == 1
    for nothing in (b"", mark, b" \n"):
        answer = post(tenant, nothing, media_type)
        assert_problem(answer, 400, "MALFORMED")
        assert answer.json()["detail"] == "the body is empty"


def test_one_instant_is_one_microsecond_by_whichever_door_it_comes(
    tenant: Organization, device_id: str
) -> None:
    nanoseconds = round(at(1).timestamp()) * 10**9 + 123_456_789
    text = f"{at(1):%Y-%m-%dT%H:%M:%S}.123456789Z"
    reading = {"deviceId": device_id, "sensor": "t", "timestamp": text, "value": 1.5}
    columns = {"deviceId": device_id, "sensor": "t", "timestamp": [text], "value": [1.5]}
    many = [{**reading, "sensor": "t", "value": 1.5, "metadata": {"note": "x" * 3000}}]
    doors = {
        LINES: f"t,deviceId={device_id} value=1.5 {nanoseconds}\n",
        "application/json": json.dumps([reading]),
        NDJSON: json.dumps(reading) + "\n" + json.dumps(reading),
        CSV: f"timestamp,deviceId,sensor,value\n{text.replace('T', ' ')},{device_id},t,1.5\n",
        "application/vnd.holdfast.columns+json": json.dumps(columns),
    }
    receipts = [take(tenant, body.encode(), media_type) for media_type, body in doors.items()]
    receipts.append(take(tenant, json.dumps(many).encode(), "application/json"))
    times = pa.array([nanoseconds], pa.timestamp("ns", "UTC"))
    sent = pa.table({"deviceId": [device_id], "sensor": ["t"], "timestamp": times, "value": [1.5]})
    receipts.append(take(tenant, arrow_of(sent), ARROW))
    assert [receipt["quarantined"] for receipt in receipts] == [0] * len(receipts)
    assert sum(receipt["accepted"] for receipt in receipts) == 1
    [sensor] = sensors_by_key(tenant, device_id).values()
    expected = at(1).replace(microsecond=123_456)
    assert stored(tenant, sensor["id"]) == [(expected, 1.5)]


@pytest.mark.parametrize("offset", ["+00", "+0000", "+00:00", "Z", "-03", "+05:30"])
@pytest.mark.parametrize("media_type", [CSV, "application/vnd.holdfast.columns+json"])
def test_times_are_read_as_databases_write_them(
    tenant: Organization, device_id: str, offset: str, media_type: str
) -> None:
    text = f"2026-11-20 10:00:00.25{offset}"
    columns = {"deviceId": device_id, "sensor": "t", "timestamp": [text], "value": [1.5]}
    body = {
        CSV: f"timestamp,deviceId,sensor,value\n{text},{device_id},t,1.5\n",
        "application/vnd.holdfast.columns+json": json.dumps(columns),
    }[media_type]
    assert take(tenant, body.encode(), media_type)["accepted"] == 1


@pytest.mark.parametrize(
    "cell", [" 21.5", "21.5 ", '"21,5"', "45%", "nan", "NULL", "1_0", "12 °C", "1 000", "3.5V", "-"]
)
def test_a_cell_that_nearly_is_a_number_is_a_fault_of_its_row(
    tenant: Organization, device_id: str, cell: str
) -> None:
    body = (
        "timestamp,deviceId,sensor,value\n"
        f"{at(1).isoformat()},{device_id},t,{cell}\n{at(2).isoformat()},{device_id},t,21.5\n"
    )
    receipt = take(tenant, body.encode(), CSV)
    assert (receipt["accepted"], errors_of(receipt)) == (1, [(0, "WRONG_TYPE")])
    assert "valueType" in receipt["errors"][0]["message"]
    assert sensors_by_key(tenant, device_id)["t"]["valueType"] == "DOUBLE"
    said = f"timestamp,deviceId,sensor,value,valueType\n{at(3).isoformat()},{device_id},u,{cell},TEXT\n"
    assert take(tenant, said.encode(), CSV)["accepted"] == 1


def test_a_cell_that_is_a_text_is_one(tenant: Organization, device_id: str) -> None:
    cells = ["on", "open", "v1.2", "12:30", "2026-11-23", "A4", "error 17"]
    rows = "".join(f"{at(n).isoformat()},{device_id},t,{cell}\n" for n, cell in enumerate(cells))
    receipt = take(tenant, f"timestamp,deviceId,sensor,value\n{rows}".encode(), CSV)
    assert receipt["accepted"] == len(cells)


WORDS = ["NaN", "nan", "Infinity", "-Infinity", "inf", "-inf"]


@pytest.mark.parametrize("word", WORDS)
def test_a_value_that_is_no_number_costs_its_element_alone(
    tenant: Organization, device_id: str, word: str
) -> None:
    def reading(n: int, value: str) -> str:
        return (
            f'{{"deviceId": "{device_id}", "sensor": "t", "timestamp": "{at(n).isoformat()}", '
            f'"value": {value}, "metadata": {{"note": "NaN, it said"}}}}'
        )

    body = f"[{reading(1, '1.5')} , {reading(2, word)},{reading(3, '2.5')}]"
    receipt = take(tenant, body.encode(), "application/json")
    assert (receipt["accepted"], receipt["quarantined"]) == (2, 1)
    assert [(each["index"], each["code"]) for each in receipt["errors"]] == [(1, "OUT_OF_RANGE")]
    assert "NaN" in receipt["errors"][0]["message"]
    kept = tenant.http.get("/admin/quarantine", params={"limit": 500}).json()["items"]
    texts = [entry["payload"] for entry in kept if device_id in entry["payload"]]
    assert [f'"value": {word},' in text for text in texts] == [True]
    rest = f"{reading(4, '3.5')}\n{reading(5, word)}\n"
    assert take(tenant, rest.encode(), NDJSON)["accepted"] == 1
    columns = (
        f'{{"deviceId": "{device_id}", "sensor": "t", "value": [{word}, 4.5], '
        f'"timestamp": ["{at(6).isoformat()}", "{at(7).isoformat()}"]}}'
    )
    receipt = take(tenant, columns.encode(), "application/vnd.holdfast.columns+json")
    assert (receipt["accepted"], receipt["quarantined"]) == (1, 1)


def test_json_that_is_otherwise_broken_stays_refused_as_a_whole(tenant: Organization) -> None:
    for body in (b'[{"value": NaN}', b'[{"value": NaN}}]', b'[{"value": NaNa}]', b"[NaN", b"{NaN}"):
        assert_problem(post(tenant, body, "application/json"), 400, "MALFORMED")


def test_tags_of_the_device_are_known_to_whoever_reads_a_large_body(
    tenant: Organization, device_id: str
) -> None:
    moment = round(at(1).timestamp())
    line = f"m,deviceId={device_id},host=roof,n={{}} value=1 {moment}\n"
    body = "".join(line.format(n) for n in range(600)).encode()
    answer = tenant.http.post(
        "/readings/batch",
        params={"precision": "s", "deviceTags": "host"},
        content=body,
        headers={"Content-Type": LINES},
    )
    assert (len(body) > 40_000, answer.json()["accepted"]) == (True, 600)
    keys = tenant.http.get("/sensors", params={"deviceId": device_id, "limit": 500}).json()["items"]
    assert {sensor["key"] for sensor in keys} <= {f"m{{n={n}}}" for n in range(600)}


def test_senml_resolves_its_base_fields(tenant: Organization, device_id: str) -> None:
    pack = [
        {"bn": f"urn:uuid:{device_id}/", "bt": at(10).timestamp(), "bu": "A", "bver": 10},
        {"n": "voltage", "u": "V", "v": 120.1},
        {"n": "current", "t": -5, "v": 1.2},
        {"n": "open", "vb": False},
        {"n": "state", "vs": "idle"},
    ]
    receipt = take(tenant, json.dumps(pack).encode(), SENML)
    assert (receipt["accepted"], receipt["errors"]) == (4, [])
    sensors = sensors_by_key(tenant, device_id)
    assert stored(tenant, sensors["current"]["id"]) == [(at(5), 1.2)]
    assert stored(tenant, sensors["open"]["id"]) == [(at(10), False)]
    assert stored(tenant, sensors["state"]["id"]) == [(at(10), "idle")]


def test_arrow_takes_a_column_for_each_type(tenant: Organization, device_id: str) -> None:
    content = pa.table(
        {
            "deviceId": [device_id] * 5,
            "sensor": ["d", "i", "b", "t", "both"],
            "timestamp": pa.array([at(1)] * 5, pa.timestamp("s", "UTC")),
            "valueDouble": pa.array([1.5, None, None, None, 1.0]),
            "valueBigint": pa.array([None, 2**60, None, None, 1], pa.int64()),
            "valueBoolean": pa.array([None, None, True, None, None]),
            "valueText": pa.array([None, None, None, "on", None]),
        }
    )
    receipt = take(tenant, arrow_of(content), ARROW)
    assert (receipt["accepted"], errors_of(receipt)) == (4, [(4, "MISSING_FIELD")])
    sensors = sensors_by_key(tenant, device_id)
    assert [stored(tenant, sensors[key]["id"])[0][1] for key in "dibt"] == [1.5, 2**60, True, "on"]


GOOD = '{{"deviceId":"{device}","sensor":"s","timestamp":"{at}","value":{n}}}'
FAULTS: dict[str, tuple[str, str, list[tuple[int, str]], int]] = {
    "a line that is no JSON": (NDJSON, GOOD + "\n{{oops\n" + GOOD, [(1, "MALFORMED")], 2),
    "a row of another length": (
        CSV,
        "timestamp,deviceId,sensor,value\n{at},{device},s,1\n{at},{device}\n{later},{device},s,2\n",
        [(1, "MALFORMED")],
        2,
    ),
    "a time that is none": (
        CSV,
        "timestamp,deviceId,sensor,value\nnoon,{device},s,1\n{at},{device},s,2\n",
        [(0, "BAD_TIMESTAMP")],
        1,
    ),
    "a value that is missing": (
        CSV,
        "timestamp,deviceId,sensor,value\n{at},{device},s,\n{later},{device},s,2\n",
        [(0, "MISSING_FIELD")],
        1,
    ),
    "a line without a time": (
        LINES,
        "s,deviceId={device} value=1 {ns}\ns,deviceId={device} value=1\n",
        [(1, "MISSING_FIELD")],
        1,
    ),
    "a field that is no value": (
        LINES,
        "s,deviceId={device} a=x,b=2 {ns}\n",
        [(0, "WRONG_TYPE")],
        1,
    ),
    "data in SenML": (
        SENML,
        '[{{"bn":"{device}/","bt":{seconds}}},{{"n":"s","vd":"AA"}},{{"n":"s","v":1}}]',
        [(0, "WRONG_TYPE")],
        1,
    ),
    "a null among columns": (
        "application/json",
        '{{"deviceId":"{device}","sensor":"s","timestamp":["{at}","{later}"],"value":[null,2]}}',
        [(0, "MISSING_FIELD")],
        1,
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_costs_its_own_reading_and_is_kept_as_it_came(
    tenant: Organization, device_id: str, name: str
) -> None:
    media_type, pattern, errors, accepted = FAULTS[name]
    body = pattern.format(
        device=device_id,
        at=at(1).isoformat(),
        later=at(2).isoformat(),
        ns=round(at(1).timestamp()) * 10**9,
        seconds=at(1).timestamp(),
        n=1,
    )
    receipt = take(tenant, body.encode(), media_type)
    assert errors_of(receipt) == errors
    assert receipt["accepted"] + receipt["duplicates"] == accepted
    entry = tenant.http.get("/admin/quarantine", params={"limit": 1}).json()["items"][0]
    assert entry["reason"] == errors[0][1]


def test_a_byte_that_is_no_text_costs_its_own_row(tenant: Organization, device_id: str) -> None:
    head = "timestamp,deviceId,sensor,value\n"
    rows = f"{at(1).isoformat()},{device_id},s,BAD\n{at(2).isoformat()},{device_id},s,on\n"
    receipt = take(tenant, (head + rows).encode().replace(b"BAD", b"\xff\xfe"), CSV)
    assert (receipt["accepted"], errors_of(receipt)) == (1, [(0, "MALFORMED")])


HOPELESS: dict[str, tuple[str, str | None, Callable[[], bytes], int]] = {
    "a truncated gzip": (NDJSON, "gzip", lambda: gzip.compress(b"x" * 5000)[:-6], 400),
    "no gzip at all": (NDJSON, "gzip", lambda: b"plain", 400),
    "a truncated zstd": (
        NDJSON,
        "zstd",
        lambda: pa.compress(b"x" * 5000, codec="zstd", asbytes=True)[:-3],
        400,
    ),
    "a gzip bomb": (NDJSON, "gzip", lambda: gzip.compress(bytes(200_000_000), 9), 413),
    "a zstd bomb": (
        CSV,
        "zstd",
        lambda: pa.compress(bytes(200_000_000), codec="zstd", asbytes=True),
        413,
    ),
    "an unknown encoding": (NDJSON, "br", lambda: b"x", 415),
    "an unknown format": ("application/xml", None, lambda: b"<a/>", 415),
    "no Arrow": (ARROW, None, lambda: b"\0" * 100, 400),
    "Arrow cut short": (ARROW, None, lambda: arrow_of(table([("s", at(1), 1.0)] * 20))[:-300], 400),
    "Arrow without a value": (ARROW, None, lambda: arrow_of(pa.table({"timestamp": [1]})), 400),
    "Arrow with a list for a value": (
        ARROW,
        None,
        lambda: arrow_of(
            pa.table({"timestamp": pa.array([at(1)]), "sensorId": ["s"], "value": [[1.0]]})
        ),
        400,
    ),
    "no Parquet": (PARQUET, None, lambda: b"PAR1" + b"\1" * 100 + b"PAR1", 400),
    "Parquet with nested values": (
        PARQUET,
        None,
        lambda: parquet_of(
            pa.table({"timestamp": pa.array([at(1)]), "sensorId": ["s"], "value": [{"x": 1}]})
        ),
        400,
    ),
    "a Parquet bomb": (
        PARQUET,
        None,
        lambda: parquet_of(
            pa.table(
                {"timestamp": pa.array([at(1)] * 2_000_000), "value": pa.array([0.0] * 2_000_000)}
            )
        ),
        413,
    ),
    "CSV without a header": (CSV, None, lambda: b"1,2,3\n4,5,6\n", 400),
    "an empty CSV": (CSV, None, lambda: b"", 400),
    "columns of two lengths": (
        "application/json",
        None,
        lambda: b'{"sensorId":"s","timestamp":["2026-01-01T00:00:00Z"],"value":[1,2]}',
        400,
    ),
    "SenML that is an object": (SENML, None, lambda: b'{"n":"a"}', 400),
    "SenML of the future": (SENML, None, lambda: b'[{"bver":11,"n":"a","v":1}]', 400),
    "too many lines": (NDJSON, None, lambda: b"{}\n" * 100_001, 413),
    "too many fields": (
        LINES,
        None,
        lambda: b"a," + b"b=1," * 120_000 + b" c=1 1\n" + b"d e=1 1\n" * 100_001,
        413,
    ),
}


@pytest.mark.parametrize("name", HOPELESS)
def test_a_body_that_is_not_what_it_says_is_refused_with_a_reason(
    tenant: Organization, name: str
) -> None:
    media_type, encoding, body, status = HOPELESS[name]
    problem = assert_problem(post(tenant, body(), media_type, encoding), status)
    assert problem["detail"]


def test_nothing_in_is_nothing_out(tenant: Organization) -> None:
    for media_type, body in (
        ("application/json", b"[]"),
        (CSV, b"timestamp,value\n"),
        (LINES, b"# nothing to tell\n"),
        (SENML, b"[]"),
    ):
        assert take(tenant, body, media_type) == {
            "accepted": 0,
            "duplicates": 0,
            "quarantined": 0,
            "errors": [],
        }
