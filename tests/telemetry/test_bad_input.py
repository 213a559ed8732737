"""What nobody should send: always an answer, always a problem, never a 500, and never the loss of what was good."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from ingest.pipeline.kept import kept
from tests.make.devices import register_device
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import (
    assert_problem,
    at,
    by_key,
    errors_of,
    send,
    sensors_by_key,
    span,
    stored,
)
from tests.make.wire import exchange

DEEP = 100_000
JSON = {"Content-Type": "application/json"}

WHEN = '"timestamp": "{now}"'
TO = '"deviceId": "{device}"'
BAD = f'{TO}, "sensor": "fresh", {WHEN}'


def _value(value: str) -> str:
    return "{" + f'{BAD}, "value": {value}' + "}"


def _to(sensor: str, value: str) -> str:
    return "{" + f'{TO}, "sensor": "{sensor}", {WHEN}, "value": {value}' + "}"


def _time(timestamp: str) -> str:
    return "{" + f'{TO}, "sensor": "fresh", "timestamp": {timestamp}, "value": 1.5' + "}"


def _metadata(metadata: str) -> str:
    return "{" + f'{BAD}, "value": 1.5, "metadata": {metadata}' + "}"


def _sensor_id(sensor_id: str) -> str:
    return "{" + f'"sensorId": {sensor_id}, {WHEN}, "value": 1' + "}"


def _key(key: str) -> str:
    return "{" + f'{TO}, "sensor": {key}, {WHEN}, "value": 1' + "}"


def _nested(depth: int) -> str:
    return "[" * depth + "]" * depth


# The source text of one element, and why it is refused. {device} and {now} are filled in.
ELEMENTS: dict[str, tuple[str, str]] = {
    "null": ("null", "MALFORMED"),
    "a number": ("1", "MALFORMED"),
    "a text": ('"reading"', "MALFORMED"),
    "true": ("true", "MALFORMED"),
    "an array": ("[]", "MALFORMED"),
    "an empty object": ("{}", "MISSING_FIELD"),
    "100,000 nested arrays": (_nested(DEEP), "MALFORMED"),
    "100,000 nested objects": ('{"a":' * DEEP + "1" + "}" * DEEP, "MALFORMED"),
    "100,000 nested arrays as value": (_value(_nested(DEEP)), "WRONG_TYPE"),
    "100,000 nested arrays as metadata": (_metadata('{"a": ' + _nested(DEEP) + "}"), "MALFORMED"),
    "700 nested arrays as metadata": (_metadata('{"a": ' + _nested(700) + "}"), "MALFORMED"),
    "65 nested arrays as metadata": (_metadata('{"a": ' + _nested(65) + "}"), "MALFORMED"),
    "no value": ("{" + BAD + "}", "MISSING_FIELD"),
    "no timestamp": ("{" + f'{TO}, "sensor": "fresh", "value": 1' + "}", "MISSING_FIELD"),
    "no sensor": ("{" + f'{TO}, {WHEN}, "value": 1' + "}", "MISSING_FIELD"),
    "no device": ("{" + f'"sensor": "fresh", {WHEN}, "value": 1' + "}", "MISSING_FIELD"),
    "value null": (_value("null"), "WRONG_TYPE"),
    "value an object": (_value("{}"), "WRONG_TYPE"),
    "value an array": (_value("[1]"), "WRONG_TYPE"),
    "1e999": (_value("1e999"), "OUT_OF_RANGE"),
    "-1e999": (_value("-1e999"), "OUT_OF_RANGE"),
    "an exponent of 20 digits": (_value("1e99999999999999999999"), "OUT_OF_RANGE"),
    "10^400": (_value("1" + "0" * 400), "OUT_OF_RANGE"),
    "-10^400": (_value("-1" + "0" * 400), "OUT_OF_RANGE"),
    "10^5000": (_value("1" + "0" * 5000), "OUT_OF_RANGE"),
    "2^63 to whole numbers": (_to("whole", "9223372036854775808"), "OUT_OF_RANGE"),
    "-2^63-1 to whole numbers": (_to("whole", "-9223372036854775809"), "OUT_OF_RANGE"),
    "1e300 to whole numbers": (_to("whole", "1e300"), "OUT_OF_RANGE"),
    "10^400 to whole numbers": (_to("whole", "1" + "0" * 400), "OUT_OF_RANGE"),
    "true to whole numbers": (_to("whole", "true"), "WRONG_TYPE"),
    "a text to numbers": (_to("fraction", '"21.5"'), "WRONG_TYPE"),
    "true to numbers": (_to("fraction", "true"), "WRONG_TYPE"),
    "1 to truths": (_to("truth", "1"), "WRONG_TYPE"),
    "0.0 to truths": (_to("truth", "0.0"), "WRONG_TYPE"),
    '"true" to truths': (_to("truth", '"true"'), "WRONG_TYPE"),
    "a number to texts": (_to("words", "5"), "WRONG_TYPE"),
    "false to texts": (_to("words", "false"), "WRONG_TYPE"),
    "1,001 characters": (_value('"' + "x" * 1001 + '"'), "OUT_OF_RANGE"),
    "1,001 characters outside the first plane": (_value('"' + "𝕏" * 1001 + '"'), "OUT_OF_RANGE"),
    "NUL in a text": (_value('"a\\u0000b"'), "MALFORMED"),
    "half a surrogate pair in a text": (_value('"\\ud83d"'), "MALFORMED"),
    "the other half in a text": (_value('"\\ude00 x"'), "MALFORMED"),
    "half a surrogate pair in metadata": (_metadata('{"a": "\\ud83d tail"}'), "MALFORMED"),
    "half a surrogate pair in a key of metadata": (_metadata('{"\\ud83d": 1}'), "MALFORMED"),
    "timestamp a number": (_time("1700000000"), "BAD_TIMESTAMP"),
    "timestamp null": (_time("null"), "BAD_TIMESTAMP"),
    "timestamp empty": (_time('""'), "BAD_TIMESTAMP"),
    "timestamp words": (_time('"yesterday"'), "BAD_TIMESTAMP"),
    "timestamp without zone": (_time('"2026-01-01T00:00:00"'), "BAD_TIMESTAMP"),
    "timestamp without time": (_time('"2026-01-01"'), "BAD_TIMESTAMP"),
    "a leap second": (_time('"2016-12-31T23:59:60Z"'), "BAD_TIMESTAMP"),
    "hour 24": (_time('"2026-01-01T24:00:00Z"'), "BAD_TIMESTAMP"),
    "February 30": (_time('"2026-02-30T00:00:00Z"'), "BAD_TIMESTAMP"),
    "the year 1 with an offset": (_time('"0001-01-01T00:00:00+14:00"'), "BAD_TIMESTAMP"),
    "the year 9999 with an offset": (_time('"9999-12-31T23:59:59.999999-14:00"'), "BAD_TIMESTAMP"),
    "the year 10000": (_time('"10000-01-01T00:00:00Z"'), "BAD_TIMESTAMP"),
    "the year 0": (_time('"0000-01-01T00:00:00Z"'), "BAD_TIMESTAMP"),
    "1970": (_time('"1970-01-01T00:00:00Z"'), "BAD_TIMESTAMP"),
    "11 minutes ahead": (_time('"{soon}"'), "BAD_TIMESTAMP"),
    "401 days ago": (_time('"{old}"'), "BAD_TIMESTAMP"),
    "metadata a text": (_metadata('"a"'), "MALFORMED"),
    "metadata an array": (_metadata("[]"), "MALFORMED"),
    "metadata over 10 KB": (_metadata('{"a": "' + "x" * 10_240 + '"}'), "OUT_OF_RANGE"),
    "NUL in metadata": (_metadata('{"a": [{"b": "\\u0000"}]}'), "MALFORMED"),
    "NUL in a key of metadata": (_metadata('{"a\\u0000": 1}'), "MALFORMED"),
    "1e999 in metadata": (_metadata('{"a": 1e999}'), "OUT_OF_RANGE"),
    "10^5000 in metadata": (_metadata('{"a": 1' + "0" * 5000 + "}"), "OUT_OF_RANGE"),
    "sensorId a number": (_sensor_id("1"), "MALFORMED"),
    "sensorId empty": (_sensor_id('""'), "UNKNOWN_SENSOR"),
    "sensorId NUL": (_sensor_id('"\\u0000"'), "UNKNOWN_SENSOR"),
    "sensorId of 37 characters": (_sensor_id('"' + "a" * 37 + '"'), "MALFORMED"),
    "sensorId unknown": (_sensor_id('"0190d3a0-0000-7000-8000-00000000dead"'), "UNKNOWN_SENSOR"),
    "sensorId SQL": (_sensor_id("\"' OR true; --\""), "UNKNOWN_SENSOR"),
    "deviceId unknown": (
        '{"deviceId": "0190d3a0-0000-7000-8000-00000000dead", "sensor": "a", ' + WHEN + ', "value": 1}',
        "UNKNOWN_SENSOR",
    ),
    "deviceId NUL": ('{"deviceId": "\\u0000", "sensor": "a", ' + WHEN + ', "value": 1}', "UNKNOWN_SENSOR"),
    "deviceId an array": ('{"deviceId": [], "sensor": "a", ' + WHEN + ', "value": 1}', "MALFORMED"),
    "key empty": (_key('""'), "MALFORMED"),
    "key of 129 characters": (_key('"' + "k" * 129 + '"'), "MALFORMED"),
    "key with NUL": (_key('"a\\u0000"'), "MALFORMED"),
    "key with a newline": (_key('"a\\n"'), "MALFORMED"),
    "key with a space at its end": (_key('"a "'), "MALFORMED"),
    "key with half a surrogate pair": (_key('"\\ud83d"'), "MALFORMED"),
    "values without a profile": (
        "{" + f'{TO}, "component": "probe", {WHEN}, "values": ' + '{"a": 1}}', "MISSING_PROFILE"
    ),
    "values that are no object": ("{" + f'{TO}, {WHEN}, "values": 5' + "}", "MALFORMED"),
    "the last of two keys counts": ("{" + f'{BAD}, "value": 1.5, "value": "text", "value": []' + "}", "WRONG_TYPE"),
}  # fmt: skip


@pytest.fixture(scope="module")
def field(tenant: Organization) -> tuple[str, dict[str, str]]:
    """A device with a sensor of each type, for bad values; and the ids of its sensors."""
    device_id = register_device(tenant, "the device of bad input")["deviceId"]
    receipt = send(
        tenant,
        [
            by_key(device_id, "whole", at(0), 5),
            by_key(device_id, "fraction", at(0), 5.5),
            by_key(device_id, "truth", at(0), True),
            by_key(device_id, "words", at(0), "five"),
            by_key(device_id, "good", at(0), 0.5),
        ],
    )
    assert receipt["accepted"] == 5
    return device_id, {
        key: sensor["id"] for key, sensor in sensors_by_key(tenant, device_id).items()
    }


_seconds = itertools.count(1)


@pytest.mark.parametrize("name", ELEMENTS)
def test_a_bad_element_costs_no_other(
    tenant: Organization, field: tuple[str, dict[str, str]], name: str
) -> None:
    device_id, sensors = field
    first, second = at(next(_seconds)), at(next(_seconds))
    text, code = ELEMENTS[name]
    now = datetime.now(at(0).tzinfo)
    for placeholder, moment in [
        ("{now}", first),
        ("{soon}", now + timedelta(minutes=11)),
        ("{old}", now - timedelta(days=401)),
    ]:
        text = text.replace(placeholder, moment.isoformat())
    bad = text.replace("{device}", device_id)
    good = [json.dumps(by_key(device_id, "good", moment, 1.25)) for moment in (first, second)]
    body = f" [{good[0]} ,{bad},\n{good[1]}] ".encode()

    answer = tenant.http.post("/readings/batch", content=body, headers=JSON)

    assert answer.status_code == 200, answer.text
    receipt = answer.json()
    assert (receipt["accepted"], receipt["duplicates"], receipt["quarantined"]) == (2, 0, 1), (
        receipt
    )
    assert errors_of(receipt) == [(1, code)]
    read = stored(tenant, sensors["good"], **span(first, second + timedelta(seconds=1)))
    assert read == [(first, 1.25), (second, 1.25)]
    entries = tenant.http.get("/admin/quarantine", params={"reason": code, "limit": 1}).json()[
        "items"
    ]
    assert [
        (entry["payload"], entry["payloadIndex"], entry["occurrences"]) for entry in entries
    ] == [(kept(bad.encode()).decode(), 1, 1)]


def test_all_bad_elements_at_once_are_all_told_and_the_good_ones_stored(
    tenant: Organization, field: tuple[str, dict[str, str]]
) -> None:
    device_id, sensors = field
    now = at(5000)
    names = [
        name
        for name in ELEMENTS
        if "{soon}" not in ELEMENTS[name][0] and "{old}" not in ELEMENTS[name][0]
    ]
    parts, expected = [], []
    for index, name in enumerate(names):
        parts.append(json.dumps(by_key(device_id, "good", now + timedelta(seconds=index), 2.5)))
        parts.append(
            ELEMENTS[name][0].replace("{now}", now.isoformat()).replace("{device}", device_id)
        )
        expected.append((2 * index + 1, ELEMENTS[name][1]))
    answer = tenant.http.post(
        "/readings/batch", content=f"[{','.join(parts)}]".encode(), headers=JSON
    )
    # More than a megabyte that msgspec can't split: too much to look into.
    assert_problem(answer, 400, code="MALFORMED")

    light = [n for n in range(len(names)) if len(parts[2 * n + 1]) < 20_000]
    body = ",".join(part for n in light for part in parts[2 * n : 2 * n + 2])
    answer = tenant.http.post("/readings/batch", content=f"[{body}]".encode(), headers=JSON)
    receipt = answer.json()
    assert (receipt["accepted"], receipt["duplicates"], receipt["quarantined"]) == (
        len(light),
        0,
        len(light),
    )
    assert [code for _, code in errors_of(receipt)] == [expected[n][1] for n in light]
    assert [index for index, _ in errors_of(receipt)] == list(range(1, 2 * len(light), 2))
    read = stored(tenant, sensors["good"], **span(now, now + timedelta(seconds=len(names))))
    assert read == [(now + timedelta(seconds=n), 2.5) for n in light]


GOOD_EDGES: dict[str, tuple[str, Any]] = {
    "2^63-1": ("9223372036854775807", 9223372036854775807),
    "-2^63": ("-9223372036854775808", -9223372036854775808),
    "2^63 is a fraction's type from the start": ("9223372036854775808", 9223372036854775808.0),
    "the largest double": ("1.7976931348623157e308", 1.7976931348623157e308),
    "the smallest double": ("5e-324", 5e-324),
    "what underflows": ("1e-400", 0.0),
    "minus zero": ("-0.0", 0.0),
    "1,000 characters": ('"' + "𝕏" * 1000 + '"', "𝕏" * 1000),
    "an empty text": ('""', ""),
    "a surrogate pair": ('"\\ud83d\\ude00"', "😀"),
    "false": ("false", False),
}


def test_what_is_just_within_the_limits_is_stored_exactly(
    tenant: Organization, device_id: str
) -> None:
    body = ",".join(
        "{"
        + f'"deviceId": "{device_id}", "sensor": "edge {n}", "timestamp": "{at(n).isoformat()}", '
        f'"value": {text}, "unknown": [1, 2]' + "}"
        for n, (text, _) in enumerate(GOOD_EDGES.values())
    )
    answer = tenant.http.post("/readings/batch", content=f"[{body}]".encode(), headers=JSON)
    assert answer.json()["accepted"] == len(GOOD_EDGES), answer.text
    sensors = sensors_by_key(tenant, device_id)
    for n, (name, (_, value)) in enumerate(GOOD_EDGES.items()):
        [(moment, read)] = stored(tenant, sensors[f"edge {n}"]["id"])
        assert (name, moment, read, type(read)) == (name, at(n), value, type(value))


BODIES: dict[str, tuple[bytes, dict[str, str], int]] = {
    "empty": (b"", {}, 400),
    "blank": (b" \n\t", {}, 400),
    "NUL": (b"\0", {}, 400),
    "an object": (b"{}", {}, 400),
    "a number": (b"5", {}, 400),
    "null": (b"null", {}, 400),
    "a text": (b'"[]"', {}, 400),
    "cut off": (b'[{"a": 1}', {}, 400),
    "cut off in a text": (b'[{"a": "', {}, 400),
    "cut off in an escape": (b'["\\u00', {}, 400),
    "closed twice": (b"[]]", {}, 400),
    "closed by the wrong bracket": (b"[{]", {}, 400),
    "two arrays": (b"[] []", {}, 400),
    "a comma at the end": (b"[1,]", {}, 400),
    "no comma": (b"[1 2]", {}, 400),
    "words": (b"[undefined]", {}, 400),
    "single quotes": (b"[{'a': 1}]", {}, 400),
    "NaN in what is no JSON": (b'[{"value": NaN}', {}, 400),
    "a hexadecimal number": (b"[0x10]", {}, 400),
    "a leading zero": (b"[01]", {}, 400),
    "a comment": (b"[/* */]", {}, 400),
    "a raw newline in a text": (b'["a\nb"]', {}, 400),
    "a raw NUL in a text": (b'["a\0b"]', {}, 400),
    "a wrong escape": (b'["\\x41"]', {}, 400),
    "deep, and no JSON": (b"[" * DEEP, {}, 400),
    "deep, closed by the wrong brackets": (b"[" * DEEP + b"}" * DEEP + b"x", {}, 400),
    "many quotes": (b'["' + b'\\"' * 200_000, {}, 400),
    "deep and larger than a megabyte": (b"[" * 600_000 + b"]" * 600_000, {}, 400),
    "bad UTF-8 in a text": (b'["\xff"]', {}, 400),
    "an overlong slash": (b'["\xc0\xaf"]', {}, 400),
    "a surrogate in UTF-8": (b'["\xed\xa0\x80"]', {}, 400),
    "a cut character": (b'["\xf0\x9f\x98"]', {}, 400),
    "Latin-1": ('["grün"]'.encode("latin-1"), {}, 400),
    "a byte order mark alone": (b"\xef\xbb\xbf", {}, 400),
    "UTF-16": ("[]".encode("utf-16"), {}, 400),
    "UTF-16 without a mark": ("[]".encode("utf-16-be"), {}, 400),
    "UTF-32": ("[]".encode("utf-32"), {}, 400),
    "gzip that doesn't say so": (gzip.compress(b"[]"), {}, 400),
    "deflate": (zlib.compress(b"[]"), {"Content-Encoding": "deflate"}, 415),
    "an unknown encoding": (b"[]", {"Content-Encoding": "rot13"}, 415),
    "HTML": (b"[]", {"Content-Type": "text/html"}, 415),
    "a form": (b"a=1", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    "a file form": (b"--x--", {"Content-Type": "multipart/form-data; boundary=x"}, 415),
    "XML": (b"<a/>", {"Content-Type": "application/xml"}, 415),
    "MessagePack": (b"\x90", {"Content-Type": "application/msgpack"}, 415),
    "a type that is none": (b"[]", {"Content-Type": "json"}, 415),
    "100,001 elements": (b"[" + b"1," * 100_000 + b"1]", {}, 413),
    "a million elements": (b"[" + b"{}," * 999_999 + b"{}]", {}, 413),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_a_problem(tenant: Organization, name: str) -> None:
    body, headers, status = BODIES[name]
    code = {400: "MALFORMED", 413: "TOO_LARGE", 415: "UNSUPPORTED_MEDIA_TYPE"}[status]
    answer = tenant.http.post("/readings/batch", content=body, headers={**JSON, **headers})
    assert_problem(answer, status, code=code)


@pytest.mark.parametrize(
    "name", [name for name in BODIES if name != "an object" and BODIES[name][2] != 413]
)
def test_a_bad_body_is_a_problem_where_one_reading_is_expected(
    tenant: Organization, name: str
) -> None:
    body, headers, status = BODIES[name]
    assert_problem(tenant.http.post("/readings", content=body, headers={**JSON, **headers}), status)


@pytest.mark.parametrize("name", [name for name in BODIES if BODIES[name][2] != 415])
def test_a_bad_body_is_a_problem_on_administration_routes_too(
    tenant: Organization, name: str
) -> None:
    body, headers, _ = BODIES[name]
    if body == b"{}":
        return
    for method, path in [
        ("POST", "/auth/login"),
        ("POST", "/auth/refresh"),
        ("POST", "/devices/registration/tokens"),
        ("POST", "/devices/provision"),
        ("PATCH", "/organizations/current"),
    ]:
        answer = tenant.http.request(method, path, content=body, headers={**JSON, **headers})
        assert_problem(answer, 400, 413)


def test_an_empty_array_is_fine_and_holds_nothing(tenant: Organization) -> None:
    for content_type in ("application/json", "application/json; charset=utf-8", "APPLICATION/JSON"):
        answer = tenant.http.post(
            "/readings/batch", content=b"[]", headers={"Content-Type": content_type}
        )
        assert answer.json() == {"accepted": 0, "duplicates": 0, "quarantined": 0, "errors": []}


def _request(tenant: Organization, line: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"{line} HTTP/1.1", "Host: x", f"Authorization: Bearer {tenant.key}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


POST = "POST /api/v1/readings/batch"
CHUNKED = ("Content-Type: application/json", "Transfer-Encoding: chunked")


@pytest.mark.parametrize(
    ("line", "length"),
    [
        (POST, 32_000_001),
        ("POST /api/v1/readings", 32_000_001),
        (POST, 9_999_999_999_999),
        ("POST /api/v1/auth/login", 1_000_001),
        ("POST /api/v1/devices/registration/tokens", 1_000_001),
        ("POST /api/v1/devices/provision", 1_000_001),
        ("PATCH /api/v1/organizations/current", 1_000_001),
    ],
)
def test_a_body_over_the_limit_is_413_before_it_is_sent(
    platform: RunningPlatform, tenant: Organization, line: str, length: int
) -> None:
    request = _request(
        tenant, line, "Content-Type: application/json", f"Content-Length: {length}", body=b"["
    )
    answer = exchange(platform, request)
    assert (answer.status, answer.problem["code"]) == (413, "TOO_LARGE")


def test_a_body_of_unknown_length_is_413_when_it_passes_the_limit(
    platform: RunningPlatform, tenant: Organization
) -> None:
    def pieces() -> Iterator[bytes]:
        yield _request(tenant, POST, *CHUNKED)
        chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        yield from itertools.repeat(chunk, 40)

    answer = exchange(platform, pieces())
    assert (answer.status, answer.problem["code"]) == (413, "TOO_LARGE")


def test_a_chunked_body_is_read_like_any_other(
    platform: RunningPlatform, tenant: Organization
) -> None:
    answer = exchange(
        platform, _request(tenant, POST, *CHUNKED, body=b"1\r\n[\r\n1\r\n]\r\n0\r\n\r\n")
    )
    assert (answer.status, json.loads(answer.body)["accepted"]) == (200, 0)


# HTTP itself demands a plain 400 for what is no HTTP: the answer may then be the server's own.
NO_HTTP: dict[str, bytes] = {
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "no method": b"/ HTTP/1.1\r\nHost: x\r\n\r\n",
    "an unknown method": b"STEAL /api/v1/devices HTTP/1.1\r\nHost: x\r\n\r\n",
    "an unknown version": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    "raw bytes in the path": b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    "a space in the path": b"GET /api/v1/devices ?q=1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "NUL in a header": b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-A: \0\r\n\r\n",
    "a space before the colon": b"GET /health/live HTTP/1.1\r\nHost : x\r\n\r\n",
    "two lengths": b"POST /api/v1/auth/login HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a length and chunks": b"POST /api/v1/auth/login HTTP/1.1\r\nContent-Length: 2\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a negative length": b"POST /api/v1/auth/login HTTP/1.1\r\nContent-Length: -1\r\n\r\n{}",
    "a length of 40 digits": b"POST /api/v1/auth/login HTTP/1.1\r\nContent-Length: "
    + b"9" * 40
    + b"\r\n\r\n{}",
    "a length that is none": b"POST /api/v1/auth/login HTTP/1.1\r\nContent-Length: two\r\n\r\n{}",
    "an unknown transfer encoding": b"POST /api/v1/auth/login HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n{}",
    "a chunk size that is none": b"POST /api/v1/auth/login HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a chunk size of 17 digits": b"POST /api/v1/auth/login HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"f" * 17
    + b"\r\n",
}


@pytest.mark.parametrize("name", NO_HTTP)
def test_what_is_no_http_is_400(platform: RunningPlatform, name: str) -> None:
    assert exchange(platform, NO_HTTP[name]).status == 400


def test_a_body_longer_than_its_length_does_not_become_a_request(
    platform: RunningPlatform, tenant: Organization
) -> None:
    smuggled = b"[]GET /api/v1/devices HTTP/1.1\r\n\r\n"
    request = _request(
        tenant, POST, "Content-Type: application/json", "Content-Length: 1", body=smuggled
    )
    assert exchange(platform, request).status == 400


@pytest.mark.parametrize(
    "header",
    [
        "X-Request-Id: " + "a" * 200, "X-Request-Id: a b", "X-Request-Id: \xff", "X-Request-Id: {\"a\":1}",
        "X-A: " + "a" * 20_000, "Accept: nonsense", "Accept-Language: \xff", "Cookie: " + "a=b; " * 1000,
        "If-Match: \"x\"", "Range: bytes=0-1", "Expect: the-unexpected", "Connection: nonsense",
        "Transfer-Encoding: identity" if False else "TE: trailers", "Host: evil.example", "X-Forwarded-Host: evil",
    ],
)  # fmt: skip
def test_an_odd_header_changes_nothing(
    platform: RunningPlatform, tenant: Organization, header: str
) -> None:
    answer = exchange(platform, _request(tenant, "GET /api/v1/devices?limit=1", header))
    assert answer.status == 200
    assert len(answer.headers["x-request-id"]) == 36
    assert b"evil" not in answer.body


def test_a_request_id_of_the_client_is_kept_when_it_is_well_formed(tenant: Organization) -> None:
    for path, status in (("/devices", 200), ("/nowhere", 404), ("/devices/nonsense", 404)):
        answer = tenant.http.get(path, headers={"X-Request-Id": "order-66.a:b"})
        assert (answer.status_code, answer.headers["x-request-id"]) == (status, "order-66.a:b")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/devices/", 200),
        ("GET", "//devices", 404),
        ("GET", "/devices/%2e%2e/%2e%2e", 404),
        ("GET", "/devices/%00", 404),
        ("GET", "/devices/%ff", 404),
        ("GET", "/devices/0190d3a0000070008000", 404),
        ("GET", "/sensors/0", 404),
        ("PUT", "/devices", 405),
        ("DELETE", "/devices", 405),
        ("PATCH", "/readings/batch", 405),
        ("GET", "/readings/batch", 405),
        ("POST", "/readings/stream", 405),
        ("TRACE", "/devices", 405),
    ],
)
def test_an_unknown_path_or_method_is_a_problem_too(
    tenant: Organization, method: str, path: str, status: int
) -> None:
    answer = tenant.http.request(method, path)
    if status == 200:
        assert answer.status_code == 200
        return
    assert_problem(answer, status, code={404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}[status])
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert status == 404 or answer.headers["allow"]


def _cursor(*key: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).rstrip(b"=").decode()


ID = "0190d3a0-0000-7000-8000-00000000dead"
CURSORS = [
    "", "x", "=", "====", "%00", "ÿ", "a" * 501, base64.urlsafe_b64encode(b"[" * 300).decode(), _cursor(),
    _cursor("2026-01-01T00:00:00", ID), _cursor("0001-01-01T00:00:00+14:00", ID), _cursor(5, ID),
    _cursor("9999-12-31T23:59:59-14:00", ID), _cursor("2026-01-01T00:00:00Z", "x"), _cursor("nonsense", ID),
    _cursor("2026-01-01T00:00:00Z", ID, 3), _cursor(None, None), _cursor("2016-12-31T23:59:60Z", ID),
]  # fmt: skip


@pytest.mark.parametrize("cursor", CURSORS)
def test_a_cursor_that_is_none_is_400(
    tenant: Organization, field: tuple[str, dict[str, str]], cursor: str
) -> None:
    sensor = field[1]["good"]
    for path, parameters in [
        ("/devices", {}),
        ("/sensors", {}),
        ("/components", {}),
        ("/api-keys", {}),
        ("/devices/registration/tokens", {}),
        ("/admin/quarantine", {}),
        (f"/readings/sensor/{sensor}", span()),
        (f"/readings/sensor/{sensor}/window", {"last": "PT1H"}),
    ]:
        assert_problem(tenant.http.get(path, params={**parameters, "cursor": cursor}), 400)


@pytest.mark.parametrize(
    "limit", ["0", "-1", "501", "10001", "abc", "", "1.5", "1e99", "NaN", "9" * 400, "%00", "0x1"]
)
def test_a_limit_outside_its_bounds_is_400(
    tenant: Organization, field: tuple[str, dict[str, str]], limit: str
) -> None:
    paths = ["/devices", "/sensors", "/components", "/api-keys", "/admin/quarantine"]
    for path in paths:
        assert_problem(tenant.http.get(path, params={"limit": limit}), 400)
    if limit != "501":
        readings = f"/readings/sensor/{field[1]['good']}"
        for path in (readings, f"{readings}/window"):
            assert_problem(
                tenant.http.get(path, params={**span(), "last": "PT1H", "limit": limit}), 400
            )


EARLY, LATE = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
RANGES = [
    (None, LATE), (EARLY, None), ("", LATE), (LATE, EARLY), (EARLY, EARLY), ("2026-01-01", LATE), ("null", LATE),
    ("2026-01-01T00:00:00", LATE), (EARLY, "2026-01-02T00:00:00"), ("2026-01-01 00:00:00 02:00", LATE),
    ("2016-12-31T23:59:60Z", LATE), ("2026-01-01T24:00:00Z", LATE), ("2026-02-30T00:00:00Z", LATE),
    ("0001-01-01T00:00:00+14:00", LATE), ("0001-01-01T00:00:00Z", LATE), (EARLY, "9999-12-31T23:59:59-14:00"),
    ("1899-12-31T23:59:59Z", LATE), (EARLY, "2200-01-01T00:00:01Z"), ("nan", LATE), ("inf", LATE), ("1e400", LATE),
    ("-1e300", LATE), ("%00", LATE), ("2026-01-01T00:00:00+99:00", LATE), ("٢٠٢٦-01-01T00:00:00Z", LATE),
]  # fmt: skip


@pytest.mark.parametrize(("start", "end"), RANGES)
def test_a_range_that_is_none_is_400(
    tenant: Organization, field: tuple[str, dict[str, str]], start: str | None, end: str | None
) -> None:
    edges = {"from": start, "to": end}
    parameters = {name: value for name, value in edges.items() if value is not None} | {
        "interval": "P1D"
    }
    for path in ("", "/aggregated", "/stats"):
        answer = tenant.http.get(f"/readings/sensor/{field[1]['good']}{path}", params=parameters)
        assert_problem(answer, 400, code="MALFORMED")


@pytest.mark.parametrize(
    ("interval", "status"),
    [
        ("PT0S", 422), ("P0D", 422), ("P1M1D", 422), ("P11Y", 422), ("P3661D", 422), ("P99999D", 422),
        ("PT99999999S", 422 if 99_999_999 > 3660 * 86_400 else 200), ("PT0.000001S", 422), ("-PT1H", 400),
        ("+PT1H", 400), ("", 400), ("P", 400), ("PT", 400), ("P1", 400), ("PT1H2", 400), ("1h", 400), ("pt1h", 400),
        ("PT1H30", 400), ("PT1.5H", 400), ("PT1e3S", 400), ("PTNaNS", 400), ("PT-1S", 400), ("P999999999999D", 400),
        ("PT" + "9" * 400 + "S", 400), ("PT١H", 400), ("PT1H\n", 400), ("%00", 400), ("PT0.0000001S", 400),
        ("PT1S", 422), ("P1W", 200), ("P1DT12H", 200), ("P3660D", 200),
    ],
)  # fmt: skip
def test_an_interval_is_positive_and_not_too_long(
    tenant: Organization, field: tuple[str, dict[str, str]], interval: str, status: int
) -> None:
    path = f"/readings/sensor/{field[1]['fraction']}"
    answer = tenant.http.get(f"{path}/aggregated", params={**span(), "interval": interval})
    if status == 200:
        assert sum(bucket["count"] for bucket in answer.json()["items"]) == 1, answer.text
        return
    assert_problem(answer, status)
    if interval not in ("PT1S", "PT0.000001S"):  # too many buckets is no matter for a window
        assert_problem(tenant.http.get(f"{path}/window", params={"last": interval}), status)


def test_ten_thousand_buckets_are_a_page_and_more_than_a_million_are_refused(
    tenant: Organization, field: tuple[str, dict[str, str]]
) -> None:
    path = f"/readings/sensor/{field[1]['fraction']}/aggregated"
    for seconds, fill, status in (
        (10_000, "none", 200), (10_001, "none", 200), (1_000_000, "null", 200), (1_000_001, "none", 422),
        (10_000, "linear", 200), (10_001, "linear", 422),
    ):  # fmt: skip
        edges = span(at(-seconds), at(0))
        answer = tenant.http.get(
            path, params={**edges, "interval": "PT1S", "functions": "count", "fill": fill}
        )
        if status == 422:
            assert_problem(answer, 422, code="TOO_MANY_BUCKETS")
        else:
            assert answer.status_code == 200, answer.text
            assert answer.json()["truncated"] == (seconds > 10_000)
            assert len(answer.json()["items"]) <= 10_000


@pytest.mark.parametrize(
    "functions",
    [["bogus"], ["avg,bogus"], ["AVG"], ["avg;min"], ["%00"], ["avg min"], ["p42"], [""], [",,"]],
)
def test_an_unknown_function_is_400(
    tenant: Organization, field: tuple[str, dict[str, str]], functions: list[str]
) -> None:
    answer = tenant.http.get(
        f"/readings/sensor/{field[1]['fraction']}/aggregated",
        params={**span(), "interval": "P1D", "functions": functions},
    )
    assert_problem(answer, 400, code="MALFORMED")


@pytest.mark.parametrize(
    ("functions", "shown"),
    [
        ([], {"avg"}), (["avg", "avg"], {"avg"}), (["avg,avg"], {"avg"}),
        (["min, max "], {"min", "max"}), (["min", "max,sum"], {"min", "max", "sum"}), (["count"], set()),
        (["avg,min,max,sum,count"], {"avg", "min", "max", "sum"}),
    ],
)  # fmt: skip
def test_functions_come_in_commas_or_repeated(
    tenant: Organization, field: tuple[str, dict[str, str]], functions: list[str], shown: set[str]
) -> None:
    answer = tenant.http.get(
        f"/readings/sensor/{field[1]['fraction']}/aggregated",
        params={**span(), "interval": "P1D", "functions": functions},
    )
    [bucket] = answer.json()["items"]
    assert bucket.keys() - {"from", "to", "count", "coverage"} == shown


def test_sums_beyond_a_double_are_told_and_break_nothing_else(
    tenant: Organization, device_id: str
) -> None:
    readings = [by_key(device_id, "huge", at(n), 1.7e308) for n in range(4)]
    assert send(tenant, readings)["accepted"] == 4
    sensor = sensors_by_key(tenant, device_id)["huge"]["id"]
    assert len(stored(tenant, sensor)) == 4
    stats = tenant.http.get(f"/readings/sensor/{sensor}/stats", params=span()).json()
    assert [stats[name] for name in ("count", "min", "max", "stddev")] == [4, 1.7e308, 1.7e308, 0]
    [day] = tenant.http.get(
        f"/readings/sensor/{sensor}/aggregated",
        params={**span(), "interval": "P1W", "functions": "sum,avg,min,max"},
    ).json()["items"]
    assert (stats["sum"], stats["avg"], stats["first"]) == (None, None, 1.7e308)
    assert (day["count"], day["sum"], day["avg"], day["min"], day["max"]) == (
        4,
        None,
        None,
        1.7e308,
        1.7e308,
    )
    each = tenant.http.get(
        f"/readings/sensor/{sensor}/aggregated",
        params={**span(at(0), at(4)), "interval": "PT1S", "functions": "sum,avg"},
    ).json()["items"]
    assert [(bucket["sum"], bucket["avg"]) for bucket in each] == [(1.7e308, 1.7e308)] * 4


def test_a_range_of_three_centuries_is_answered(
    tenant: Organization, field: tuple[str, dict[str, str]]
) -> None:
    edges = {"from": "1900-01-01T00:00:00Z", "to": "2200-01-01T00:00:00+00:00"}
    path = f"/readings/sensor/{field[1]['fraction']}"
    assert tenant.http.get(f"{path}/stats", params=edges).json()["count"] == 1
    buckets = tenant.http.get(f"{path}/aggregated", params={**edges, "interval": "P3660D"}).json()[
        "items"
    ]
    assert [bucket["count"] for bucket in buckets] == [1]


DEVICE_PATCHES: dict[str, tuple[str, int]] = {
    "metadata 900 deep": ('{"metadata": {"a": ' + _nested(900) + "}}", 200),
    "metadata 960 deep": ('{"metadata": {"a": ' + _nested(960) + "}}", 400),
    "metadata 100,000 deep": ('{"metadata": {"a": ' + _nested(DEEP) + "}}", 400),
    "metadata over 64 KB": ('{"metadata": {"a": "' + "x" * 65_536 + '"}}', 422),
    "metadata with 1e308": ('{"metadata": {"a": 1e308}}', 200),
    "metadata with 10^400": ('{"metadata": {"a": 1' + "0" * 400 + "}}", 200),
    "metadata with 10^5000": ('{"metadata": {"a": 1' + "0" * 5000 + "}}", 400),
    "metadata with NUL": ('{"metadata": {"a": "\\u0000"}}', 400),
    "metadata with half a surrogate pair": ('{"metadata": {"a": "\\ud83d"}}', 400),
    "metadata null": ('{"metadata": null}', 400),
    "an unknown field": ('{"colour": "red"}', 400),
    "the organization": ('{"organizationId": "' + ID + '"}', 400),
    "the id": ('{"id": "' + ID + '"}', 400),
    "a name with NUL": ('{"name": "\\u0000"}', 400),
    "no name": ('{"name": ""}', 400),
    "a long name": ('{"name": "' + "x" * 201 + '"}', 400),
    "name null": ('{"name": null}', 400),
    "an unknown status": ('{"status": "FLYING"}', 400),
    "a status that is not people's to set": ('{"status": "OFFLINE"}', 400),
    "101 tags": ('{"tags": [' + ",".join(["\"a\""] * 101) + "]}", 400),
    "an empty tag": ('{"tags": [""]}', 400),
    "a latitude of 91": ('{"location": {"latitude": 91, "longitude": 0}}', 400),
    "half a location": ('{"location": {"latitude": 9}}', 400),
    "a latitude of 1e999": ('{"location": {"latitude": 1e999, "longitude": 0}}', 400),
}  # fmt: skip


@pytest.mark.parametrize("name", DEVICE_PATCHES)
def test_a_bad_patch_is_refused_and_the_device_stays_readable(
    tenant: Organization, field: tuple[str, dict[str, str]], name: str
) -> None:
    device_id, _ = field
    path = f"/devices/{device_id}"
    before = tenant.http.get(path).json()
    body, status = DEVICE_PATCHES[name]
    answer = tenant.http.patch(path, content=body.encode(), headers=JSON)
    if status == 200:
        assert answer.status_code == 200, answer.text
        assert tenant.http.get(path).status_code == tenant.http.get("/devices").status_code == 200
        assert tenant.http.patch(path, json={"metadata": {"a": None}}).json()["metadata"] == {}
    else:
        assert_problem(answer, status)
        assert tenant.http.get(path).json() == before
