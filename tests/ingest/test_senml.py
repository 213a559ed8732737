"""SenML against the rules of RFC 8428: every example of its JSON form, and every way to resolve a
record."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.formats import senml
from ingest.formats.budget import Budget
from ingest.formats.parsed import Parsed, Question
from ingest.pipeline.decode import NotReadings
from ingest.pipeline.rejection import Reason
from ingest.pipeline.rows import Name

NOW = datetime(2026, 11, 23, 10, 30, 0, 123_456, UTC)
NOW_US = 1_795_429_800_123_456
S = 1_000_000
UNIX = 1_320_067_464

Resolved = tuple[str, int, Any]
"""Name, microseconds since 1970, and the value or the reason why there is none."""


def parsed(body: str) -> Parsed:
    return senml.read(body.encode(), Question(Budget(100_000, 32_000_000), NOW))


def resolved(body: str | list[dict[str, Any]]) -> list[Resolved]:
    rows = parsed(body if isinstance(body, str) else json.dumps(body)).rows
    assert rows is not None
    return [
        (
            _joined(rows.sensor_of(row)),
            int(rows.ts[row]),
            rows.faults[row].reason if row in rows.faults else rows.value_sent(row),
        )
        for row in range(len(rows))
    ]


def _joined(name: Name) -> str:
    return name.sensor_id or f"{name.device_id}/{name.sensor}"


# The shapes of §5.1 and of the actuators, with names that mean something here.
EXAMPLES: dict[str, tuple[str, list[Resolved]]] = {
    "one datum": ('[{"n":"d/t","u":"Cel","v":23.1}]', [("d/t", NOW_US, 23.1)]),
    "several of one device": (
        '[{"bn":"d/","n":"voltage","t":0,"u":"V","v":120.1},{"n":"current","t":0,"u":"A","v":1.2}]',
        [("d/voltage", NOW_US, 120.1), ("d/current", NOW_US, 1.2)],
    ),
    "several of one sensor, of an older version": (
        '[{"bn":"d/","bt":1.276020076001e+09,"bu":"A","bver":5,"n":"voltage","u":"V","v":120.1},'
        '{"n":"current","t":-5,"v":1.2},{"n":"current","t":-4,"v":0.13e1},{"n":"current","v":1.7}]',
        [
            ("d/voltage", 1_276_020_076_001_000, 120.1),
            ("d/current", 1_276_020_071_001_000, 1.2),
            ("d/current", 1_276_020_072_001_000, 1.3),
            ("d/current", 1_276_020_076_001_000, 1.7),
        ],
    ),
    "a base name alone": (
        '[{"bn":"sensor","bt":1.320067464e+09,"bu":"%RH","v":20},{"u":"lon","v":24.30621},'
        '{"t":60,"v":20.3},{"u":"%EL","t":150,"v":98}]',
        [
            ("sensor", UNIX * S, 20),
            ("sensor", UNIX * S, 24.30621),
            ("sensor", (UNIX + 60) * S, 20.3),
            ("sensor", (UNIX + 150) * S, 98),
        ],
    ),
    "several types": (
        '[{"bn":"d/","n":"temp","u":"Cel","v":23.1},{"n":"label","vs":"Machine Room"},'
        '{"n":"open","vb":false},{"n":"nfc","vd":"aGkgCg"}]',
        [
            ("d/temp", NOW_US, 23.1),
            ("d/label", NOW_US, "Machine Room"),
            ("d/open", NOW_US, False),
            ("d/nfc", 0, Reason.WRONG_TYPE),
        ],
    ),
    "several devices": (
        '[{"bn":"a/","bt":1320078429,"n":"t","v":25.2},{"n":"h","v":30},'
        '{"bn":"b/","n":"t","v":12.3},{"n":"h","v":67}]',
        [
            ("a/t", 1_320_078_429 * S, 25.2),
            ("a/h", 1_320_078_429 * S, 30),
            ("b/t", 1_320_078_429 * S, 12.3),
            ("b/h", 1_320_078_429 * S, 67),
        ],
    ),
    "a label that nobody knows": (
        '[{"bn":"d/","bt":1320078429,"l":"[]","n":"t","v":27.2}]',
        [("d/t", 1_320_078_429 * S, 27.2)],
    ),
    "a record of base fields alone": (
        '[{"bn":"d/"},{"n":"temp","v":23.1},{"n":"fan","u":"/","v":0}]',
        [("d/temp", NOW_US, 23.1), ("d/fan", NOW_US, 0)],
    ),
    "actuators, a moment later off": (
        '[{"bt":1.320078429e+09,"bu":"/","n":"d/a","v":0.5},{"n":"d/b","v":0.5},'
        '{"n":"d/a","t":0.1,"v":0}]',
        [
            ("d/a", 1_320_078_429 * S, 0.5),
            ("d/b", 1_320_078_429 * S, 0.5),
            ("d/a", 1_320_078_429 * S + 100_000, 0),
        ],
    ),
    "records that are resolved": (
        '[{"n":"sensor","t":1276020076,"v":23.5},{"n":"sensor","t":1276020091,"v":23.6}]',
        [("sensor", 1_276_020_076 * S, 23.5), ("sensor", 1_276_020_091 * S, 23.6)],
    ),
    "no records": ("[]", []),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_what_it_says(name: str) -> None:
    body, expected = EXAMPLES[name]
    assert resolved(body) == expected


DEVICE = "0190d3a0-0000-7000-8000-00000000dead"
NAMES = {
    '"n":"sensor"': "sensor",
    '"bn":"sensor"': "sensor",
    '"bn":"d/","n":"t"': "d/t",
    '"bn":"d","n":"/a/b"': "d/a/b",
    f'"bn":"urn:uuid:{DEVICE}/","n":"t"': f"{DEVICE}/t",
    f'"bn":"urn:uuid:","n":"{DEVICE.upper()}/t"': f"{DEVICE}/t",
    f'"n":"urn:uuid:{DEVICE}"': DEVICE,
}


@pytest.mark.parametrize("fields", NAMES)
def test_a_name_is_the_base_name_and_the_own_one(fields: str) -> None:
    assert resolved(f'[{{{fields},"v":1}}]') == [(NAMES[fields], NOW_US, 1)]


TIMES = {
    "": NOW_US,
    '"t":0': NOW_US,
    '"t":-5': NOW_US - 5 * S,
    '"t":-0.0000015': NOW_US - 2,
    '"t":5.5': NOW_US + 5_500_000,
    '"bt":-10,"t":4': NOW_US - 6 * S,
    '"t":268435455': NOW_US + 268_435_455 * S,
    '"t":268435455.9999999': NOW_US + 268_435_455_999_999,
    '"t":268435456': 268_435_456 * S,
    '"bt":268435456': 268_435_456 * S,
    '"bt":268435455,"t":1': 268_435_456 * S,
    '"bt":1320067464,"t":-60': (UNIX - 60) * S,
    '"t":1276020076.001': 1_276_020_076_001_000,
    '"t":1.276020076001e+09': 1_276_020_076_001_000,
    '"t":1320067464.123456': UNIX * S + 123_456,
    '"t":1320067464.1234569': UNIX * S + 123_456,
    '"t":1320067464.123456999999999999': UNIX * S + 123_456,
    '"bt":1320067464.9999999,"t":0.0000001': (UNIX + 1) * S,
    '"bt":1320067464.1,"t":0.2': UNIX * S + 300_000,
}


@pytest.mark.parametrize("fields", TIMES)
def test_a_time_is_the_base_time_and_the_own_one_cut_to_a_microsecond(fields: str) -> None:
    body = f'[{{"n":"s",{fields}{"," if fields else ""}"v":1}}]'
    assert resolved(body) == [("s", TIMES[fields], 1)]


VALUES: dict[str, Any] = {
    '"v":1': 1,
    '"v":1.0': 1.0,
    '"v":-0.14e1': -1.4,
    '"v":9007199254740993': 9_007_199_254_740_993,
    '"v":0.1234567890123456789': 0.1234567890123456789,
    '"bv":20,"v":0.5': 20.5,
    '"bv":0.1,"v":0.2': 0.3,
    '"bv":20': 20,
    '"bv":0': 0,
    '"bv":20,"vs":"on"': "on",
    '"bv":20,"vb":true': True,
    '"vs":""': "",
    '"vb":true': True,
    '"t":0': Reason.MISSING_FIELD,
    '"v":1,"vs":"on"': Reason.MISSING_FIELD,
    '"v":true': Reason.WRONG_TYPE,
    '"v":"1"': Reason.WRONG_TYPE,
    '"vb":1': Reason.WRONG_TYPE,
    '"vs":1': Reason.WRONG_TYPE,
    '"vd":"AA"': Reason.WRONG_TYPE,
    '"s":5': Reason.WRONG_TYPE,
    '"v":1,"s":5': Reason.WRONG_TYPE,
    '"bs":5,"v":1': Reason.WRONG_TYPE,
    '"bs":0,"v":1': 1,
    '"v":1,"u":5': Reason.WRONG_TYPE,
    '"v":1,"ut":"often"': Reason.WRONG_TYPE,
    '"v":1,"ut":60': 1,
    '"v":1,"t":"now"': Reason.WRONG_TYPE,
    '"v":1,"x":{}': 1,
    '"v":1,"x_":{}': Reason.MALFORMED,
    '"v":1,"bx_":{}': Reason.MALFORMED,
    '"v":1,"bver":0': Reason.WRONG_TYPE,
    '"v":1,"bver":"10"': Reason.WRONG_TYPE,
    '"v":1,"bver":10': 1,
    '"v":1,"t":1e300': Reason.BAD_TIMESTAMP,
}


@pytest.mark.parametrize("fields", VALUES)
def test_a_value_is_the_base_value_and_the_own_one_or_has_a_reason(fields: str) -> None:
    [(_, _, value)] = resolved(f'[{{"n":"s",{fields}}}]')
    expected = VALUES[fields]
    assert (value, type(value)) == (expected, type(expected))


def test_base_fields_hold_until_they_are_said_again_whatever_they_are() -> None:
    found = resolved(
        [
            {"bn": "a/", "bt": UNIX, "bv": 10, "n": "x", "v": 1},
            {"n": "y", "v": 2},
            {"bn": "b/", "bv": 0, "n": "x", "v": 3},
            {"bt": "late", "n": "y", "v": 4},
            {"n": "z", "v": 5},
            {"bt": UNIX + 1, "n": "z", "v": 6},
        ]
    )
    assert [(name, value) for name, _, value in found] == [
        ("a/x", 11), ("a/y", 12), ("b/x", 3), ("b/y", Reason.WRONG_TYPE),
        ("b/z", Reason.WRONG_TYPE), ("b/z", 6),
    ]  # fmt: skip
    assert [ts for _, ts, _ in found] == [UNIX * S] * 3 + [0, 0, (UNIX + 1) * S]


@pytest.mark.parametrize(
    "body",
    [
        '[{"bver":11,"n":"s","v":1}]',
        '[{"n":"s","v":1},{"bver":11,"n":"s","v":1}]',
        '[{"bver":5,"n":"s","v":1},{"bver":10,"n":"s","v":1}]',
        '{"n":"s","v":1}',
        "[",
    ],
)
def test_a_pack_of_another_version_or_of_two_is_refused_whole(body: str) -> None:
    with pytest.raises(NotReadings):
        parsed(body)


def test_a_refused_record_is_kept_with_the_numbers_that_it_had() -> None:
    found = parsed('[{"n":"s","t":1320067464.123456,"v":0.1,"s":2.50}]')
    assert found.texts[0] == b'{"n":"s","t":1320067464.123456,"v":0.1,"s":2.50}'
