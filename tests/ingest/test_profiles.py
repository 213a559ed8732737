"""Structured values against a compiled profile: typed, or with every fault at once."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from app.catalogue.fields import Field, stored
from app.catalogue.schemas.json_schema import json_schema
from ingest.pipeline.profiles import FAULTS_SHOWN, Profile, SensorSpec, ValueFault, rejection
from ingest.pipeline.rejection import Reason
from tests.make.profiles import profiles, values_for

PROFILE = Profile.from_stored(
    [
        {"key": "t", "type": "DOUBLE", "unit": "°C", "min": -40, "max": 85, "required": True},
        {"key": "n", "type": "BIGINT", "min": 0},
        {"key": "on", "type": "BOOLEAN"},
        {"key": "word", "type": "TEXT"},
        {"key": "state", "type": "TEXT", "enum": ["OK", "BAD"]},
        {"key": "level", "type": "BIGINT", "enum": [1, 2, 3]},
        {"key": "v", "type": "DOUBLE", "arraySize": 3, "min": 0, "max": 500, "unit": "V"},
    ]
)
BIG = 2**63


@pytest.mark.parametrize(
    ("sent", "stored_as"),
    [
        ({"t": 21.5}, [("t", 21.5)]),
        ({"t": 21}, [("t", 21.0)]),
        ({"t": -40}, [("t", -40.0)]),
        ({"t": 85.0}, [("t", 85.0)]),
        ({"t": 0, "n": 7}, [("t", 0.0), ("n", 7)]),
        ({"t": 0, "n": 7.0}, [("t", 0.0), ("n", 7)]),
        ({"t": 0, "n": BIG - 1}, [("t", 0.0), ("n", BIG - 1)]),
        ({"t": 0, "on": False}, [("t", 0.0), ("on", False)]),
        ({"t": 0, "word": ""}, [("t", 0.0), ("word", "")]),
        ({"t": 0, "word": "x" * 1000}, [("t", 0.0), ("word", "x" * 1000)]),
        ({"t": 0, "state": "OK"}, [("t", 0.0), ("state", "OK")]),
        ({"t": 0, "level": 2.0}, [("t", 0.0), ("level", 2)]),
        ({"t": 0, "v": [1, 2.5, 500]}, [("t", 0.0), ("v.0", 1.0), ("v.1", 2.5), ("v.2", 500.0)]),
    ],
)
def test_what_fits_is_typed(sent: dict[str, Any], stored_as: list[tuple[str, Any]]) -> None:
    typed, faults = PROFILE.structured(sent)
    assert faults == []
    assert typed == stored_as
    assert [type(value) for _, value in typed] == [type(value) for _, value in stored_as]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({}, [("t", "MISSING_FIELD")]),
        ({"n": 1}, [("t", "MISSING_FIELD")]),
        ({"t": 85.1}, [("t", "OUT_OF_RANGE")]),
        ({"t": -41}, [("t", "OUT_OF_RANGE")]),
        ({"t": 10**400}, [("t", "OUT_OF_RANGE")]),
        ({"t": math.nan}, [("t", "OUT_OF_RANGE")]),
        ({"t": math.inf}, [("t", "OUT_OF_RANGE")]),
        ({"t": "21"}, [("t", "WRONG_TYPE")]),
        ({"t": True}, [("t", "WRONG_TYPE")]),
        ({"t": None}, [("t", "WRONG_TYPE")]),
        ({"t": [1]}, [("t", "WRONG_TYPE")]),
        ({"t": {}}, [("t", "WRONG_TYPE")]),
        ({"t": 0, "n": 1.5}, [("n", "WRONG_TYPE")]),
        ({"t": 0, "n": True}, [("n", "WRONG_TYPE")]),
        ({"t": 0, "n": BIG}, [("n", "OUT_OF_RANGE")]),
        ({"t": 0, "n": float(BIG)}, [("n", "OUT_OF_RANGE")]),
        ({"t": 0, "n": -1}, [("n", "OUT_OF_RANGE")]),
        ({"t": 0, "on": 1}, [("on", "WRONG_TYPE")]),
        ({"t": 0, "word": "x" * 1001}, [("word", "OUT_OF_RANGE")]),
        ({"t": 0, "word": "a\0"}, [("word", "MALFORMED")]),
        ({"t": 0, "state": "ok"}, [("state", "OUT_OF_RANGE")]),
        ({"t": 0, "level": 4}, [("level", "OUT_OF_RANGE")]),
        ({"t": 0, "level": True}, [("level", "WRONG_TYPE")]),
        ({"t": 0, "v": [1, 2]}, [("v", "ARRAY_SIZE")]),
        ({"t": 0, "v": [1, 2, 3, 4]}, [("v", "ARRAY_SIZE")]),
        ({"t": 0, "v": 1}, [("v", "WRONG_TYPE")]),
        ({"t": 0, "v": [1, "x", 501]}, [("v.1", "WRONG_TYPE")]),
        ({"t": 0, "v.0": 1}, [("v.0", "UNKNOWN_SENSOR")]),
        ({"t": 0, "T": 1}, [("T", "UNKNOWN_SENSOR")]),
        (
            {"t": 99, "n": "x", "v": [], "z": 1, "on": None},
            [
                ("t", "OUT_OF_RANGE"),
                ("n", "WRONG_TYPE"),
                ("v", "ARRAY_SIZE"),
                ("z", "UNKNOWN_SENSOR"),
                ("on", "WRONG_TYPE"),
            ],
        ),
    ],
)
def test_every_fault_is_found_at_once(
    sent: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    typed, faults = PROFILE.structured(sent)
    assert typed == []
    assert [(fault.field, fault.reason) for fault in faults] == expected
    refused = rejection(faults)
    assert refused.reason == expected[0][1]
    assert all(field in refused.message for field, _ in expected)


def test_an_empty_payload_says_nothing_and_is_refused() -> None:
    profile = Profile.from_stored([{"key": "t", "type": "DOUBLE"}])
    assert [fault.reason for fault in profile.structured({})[1]] == [Reason.MISSING_FIELD]


def test_a_message_about_thousands_of_unknown_fields_stays_short() -> None:
    _, faults = PROFILE.structured({"k" * 60_000: 1} | {f"key{n}": n for n in range(10_000)})
    assert len(faults) == 10_002
    assert len(rejection(faults).message) < 100 * FAULTS_SHOWN
    assert rejection(faults).message.endswith("9902 more")


def test_an_integer_beyond_a_doubles_precision_is_compared_as_it_is() -> None:
    profile = Profile.from_stored([{"key": "t", "type": "DOUBLE", "max": 2**53}])
    assert profile.structured({"t": 2**53 + 1})[1]
    assert profile.structured({"t": 2**53})[0] == [("t", float(2**53))]


def test_a_double_bound_that_the_database_gives_back_as_an_integer_is_a_double() -> None:
    """jsonb writes -2.807699618372631e16 with the digits that tell it apart, and no exponent."""
    least = -2.807699618372631e16
    kept = -28076996183726310
    assert least < kept
    profile = Profile.from_stored([{"key": "a", "type": "DOUBLE", "min": kept}])
    assert profile.structured({"a": least}) == ([("a", least)], [])
    [fault] = profile.structured({"a": least - 8})[1]
    assert fault.message == "is below -2.8077e+16"


def test_single_readings_of_a_profiled_sensor_are_checked_too() -> None:
    assert PROFILE.sensor("v.1") == SensorSpec("v.1", "DOUBLE", "V")
    assert PROFILE.sensor("v") is None
    assert PROFILE.sensor("other") is None
    assert PROFILE.single("v.1", 230) == 230.0
    fault = PROFILE.single("v.1", 501)
    assert isinstance(fault, ValueFault)
    assert (fault.field, fault.reason, fault.message) == (
        "v.1",
        Reason.OUT_OF_RANGE,
        "is above 500",
    )


@given(profile=profiles(), data=st.data())
def test_a_payload_is_taken_where_the_json_schema_takes_it_and_nowhere_else(
    profile: list[Field], data: st.DataObject
) -> None:
    values = data.draw(values_for(profile))
    # As it comes from the wire.
    values = msgspec.json.decode(msgspec.json.encode(values))
    compiled = Profile.from_stored(stored(profile))
    schema = json_schema("x", "", profile, "http://localhost/x")
    Draft202012Validator.check_schema(schema)
    is_valid = Draft202012Validator(schema).is_valid(values)
    typed, faults = compiled.structured(values)
    assert (faults == []) == is_valid, (faults, values)
    assert bool(typed) == is_valid


@given(profile=profiles(), data=st.data())
def test_a_structured_payload_and_its_single_readings_are_judged_alike(
    profile: list[Field], data: st.DataObject
) -> None:
    compiled = Profile.from_stored(msgspec.json.encode(stored(profile)))
    typed, faults = compiled.structured(data.draw(values_for(profile)))
    if not faults:
        for key, value in typed:
            assert compiled.single(key, value) == value
            spec = compiled.sensor(key)
            assert spec is not None
            kinds = {"DOUBLE": float, "BIGINT": int, "BOOLEAN": bool, "TEXT": str}
            assert type(value) is kinds[spec.value_type]
