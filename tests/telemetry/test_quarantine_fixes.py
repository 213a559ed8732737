"""What a fix makes of a refused element: each change alone, and what it can't be applied to."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from app.telemetry.quarantine.fixes import Unfixable, fixed
from app.telemetry.quarantine.schemas import QuarantineFix

AT = "2026-11-23T10:30:00Z"
ID = "0190d3a0-0000-7000-8000-00000000dead"


def after(element: dict[str, Any] | bytes, **fix: Any) -> dict[str, Any]:
    payload = element if isinstance(element, bytes) else json.dumps(element).encode()
    found: dict[str, Any] = json.loads(fixed(payload, msgspec.convert(fix, QuarantineFix)))
    return found


def test_a_sensor_is_renamed_by_its_key_its_id_or_the_name_of_a_value() -> None:
    names = {"tmp": "temperature", ID: "humidity"}
    assert after({"sensor": "tmp", "value": 1}, sensors=names)["sensor"] == "temperature"
    assert after({"sensorId": ID, "value": 1}, sensors=names) == {"value": 1, "sensor": "humidity"}
    assert after({"sensor": "other"}, sensors=names) == {"sensor": "other"}
    assert after({"values": {"tmp": 1, "ok": 2}}, sensors=names) == {
        "values": {"temperature": 1, "ok": 2}
    }


def test_a_component_is_set_and_the_rest_stays_as_it_was() -> None:
    element = {"sensor": "t", "timestamp": AT, "value": 0.1, "metadata": {"n": [1, None, "é"]}}
    assert after(element, component="probe") == {**element, "component": "probe"}
    assert after(b'{"value":0.30000000000000004,"n":9007199254740993}', component="p") == {
        "value": 0.30000000000000004,
        "n": 9007199254740993,
        "component": "p",
    }


@pytest.mark.parametrize(
    ("value", "fix", "expected"),
    [
        (" 21.5", {"valueType": "DOUBLE"}, 21.5),
        ("21,5", {"valueType": "DOUBLE"}, 21.5),
        ("7", {"valueType": "BIGINT"}, 7),
        (7.0, {"valueType": "BIGINT"}, 7),
        (True, {"valueType": "BIGINT"}, 1),
        (1, {"valueType": "BOOLEAN"}, True),
        ("Off", {"valueType": "BOOLEAN"}, False),
        (21.5, {"valueType": "TEXT"}, "21.5"),
        (True, {"valueType": "TEXT"}, "true"),
        (3, {"scale": 0.1}, 0.3),
        (215, {"scale": 0.1, "offset": -1.5}, 20.0),
        ("300", {"scale": 0.5, "valueType": "BIGINT"}, 150),
        (-40, {"scale": 1.8, "offset": 32}, -40.0),
    ],
)
def test_a_value_is_cast_and_scaled(value: Any, fix: dict[str, Any], expected: Any) -> None:
    found = after({"value": value}, **fix)["value"]
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("timestamp", "seconds", "expected"),
    [
        (AT, -3600, "2026-11-23T09:30:00+00:00"),
        ("2026-11-23 10:30:00.1234569+02", 0.5, "2026-11-23T10:30:00.623456+02:00"),
    ],
)
def test_a_timestamp_is_shifted(timestamp: str, seconds: float, expected: str) -> None:
    assert after({"timestamp": timestamp}, shiftSeconds=seconds)["timestamp"] == expected


@pytest.mark.parametrize(
    ("payload", "fix"),
    [
        (b"no JSON", {"component": "p"}),
        (b"[1]", {"component": "p"}),
        (b'{"value":' + b"[" * 5_000 + b"]" * 5_000 + b"}", {"component": "p"}),
        (b'{"value":1e99999999999999999999}', {"component": "p"}),
        (b"\xff", {"component": "p"}),
        (b'{"value":"45%"}', {"valueType": "DOUBLE"}),
        (b'{"value":"nan"}', {"scale": 2.0}),
        (b'{"value":1.5}', {"valueType": "BIGINT"}),
        (b'{"value":2}', {"valueType": "BOOLEAN"}),
        (b'{"values":{}}', {"scale": 2.0}),
        (b'{"value":null}', {"valueType": "TEXT"}),
        (b'{"timestamp":"noon"}', {"shiftSeconds": 1}),
        (b"{}", {"shiftSeconds": 1}),
        (b'{"timestamp":"9999-12-31T23:59:59Z"}', {"shiftSeconds": 1}),
    ],
)
def test_what_a_fix_can_not_be_applied_to_is_told(payload: bytes, fix: dict[str, Any]) -> None:
    with pytest.raises(Unfixable):
        after(payload, **fix)
