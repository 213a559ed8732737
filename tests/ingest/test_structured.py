"""Structured payloads through the pipeline on a real database: typed by their profiles, stored
whole or not at all."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.connections.types import Pool
from ingest.pipeline.decode import decode
from ingest.pipeline.messages import Message, Via
from ingest.pipeline.profiles import Profile
from ingest.pipeline.receipts import Receipt
from ingest.pipeline.registry import Registry
from ingest.pipeline.run import Deps, ingest
from tests.make.ingest import AGE, Device, bind_component, bind_device, new_device, rebind_component
from tests.make.profiles import profiles, values_for

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CLIMATE: list[dict[str, Any]] = [
    {"key": "t", "type": "DOUBLE", "unit": "°C", "min": -40, "max": 85, "required": True},
    {"key": "n", "type": "BIGINT"},
    {"key": "on", "type": "BOOLEAN"},
    {"key": "word", "type": "TEXT"},
    {"key": "v", "type": "DOUBLE", "arraySize": 3, "unit": "V"},
]


@pytest.fixture
async def device(admin: asyncpg.Pool) -> Device:
    """With a component "probe" that is bound to CLIMATE, and one "plain" that is bound to
    nothing."""
    device = await new_device(admin)
    await bind_component(admin, device, "probe", CLIMATE)
    await bind_component(admin, device, "plain", None)
    return device


def make_deps(pool: Pool, *, sensors_per_device: int = 100) -> Deps:
    return Deps(pool, Registry(pool, sensors_per_device=sensors_per_device), lambda: NOW, AGE)


def message(device: Device, elements: Sequence[object], *, via: Via = Via.MQTT) -> Message:
    body = msgspec.json.encode(elements)
    speaker = device[1] if via is Via.MQTT else None
    return Message(device[0], speaker, via, body, time.perf_counter(), decode(body))


def payload(
    values: dict[str, Any], second: float = 0, component: str | None = "probe", **more: Any
) -> dict[str, Any]:
    said = {} if component is None else {"component": component}
    return {**said, "timestamp": _at(second), "values": values, **more}


def single(key: str, value: Any, second: float = 0, **more: Any) -> dict[str, Any]:
    return {"sensor": key, "timestamp": _at(second), "value": value, **more}


def _at(second: float) -> str:
    return (NOW + timedelta(seconds=second)).isoformat()


def counts(receipt: Receipt) -> tuple[int, int, int]:
    return receipt.accepted, receipt.duplicates, receipt.quarantined


def told(receipt: Receipt) -> list[tuple[int, str]]:
    return [(error.index, error.code) for error in receipt.errors]


async def stored(admin: asyncpg.Pool, device: Device) -> dict[tuple[str | None, str, float], Any]:
    """All readings of the device by component, sensor and second."""
    rows = await admin.fetch(
        "SELECT c.key AS component, s.key, extract(epoch FROM r.ts - $2)::float8 AS second, "
        "r.value_double, r.value_bigint, r.value_bool, r.value_text "
        "FROM tsd.reading r JOIN platform.sensor s ON s.id = r.sensor_id "
        "LEFT JOIN platform.component c ON c.id = s.component_id WHERE r.org_id = $1",
        device[0],
        NOW,
    )
    return {tuple(row)[:3]: next(v for v in tuple(row)[3:] if v is not None) for row in rows}


async def kept(admin: asyncpg.Pool, device: Device) -> list[dict[str, Any]]:
    rows = await admin.fetch(
        "SELECT reason, message, payload, payload_index, occurrences FROM platform.quarantine_entry "
        "WHERE org_id = $1 ORDER BY payload_index, reason",
        device[0],
    )
    return [dict(row) for row in rows]


async def test_every_value_is_a_reading_of_a_sensor_that_the_profile_types(
    pool: asyncpg.Pool, admin: asyncpg.Pool, device: Device
) -> None:
    values = {"t": 21, "n": 7.0, "on": False, "word": "ok", "v": [230, 231.5, 0]}
    [receipt] = await ingest([message(device, [payload(values)])], make_deps(pool))
    assert counts(receipt) == (7, 0, 0)
    assert await stored(admin, device) == {
        ("probe", "t", 0): 21.0, ("probe", "n", 0): 7, ("probe", "on", 0): False, ("probe", "word", 0): "ok",
        ("probe", "v.0", 0): 230.0, ("probe", "v.1", 0): 231.5, ("probe", "v.2", 0): 0.0,
    }  # fmt: skip
    sensors = await admin.fetch(
        "SELECT key, value_type, unit, is_widenable FROM platform.sensor WHERE org_id = $1 ORDER BY key",
        device[0],
    )
    assert [tuple(row) for row in sensors] == [
        ("n", "BIGINT", None, False),
        ("on", "BOOLEAN", None, False),
        ("t", "DOUBLE", "°C", False),
        ("v.0", "DOUBLE", "V", False),
        ("v.1", "DOUBLE", "V", False),
        ("v.2", "DOUBLE", "V", False),
        ("word", "TEXT", None, False),
    ]


async def test_many_payloads_of_all_types_are_stored_as_they_were_sent(
    pool: asyncpg.Pool, admin: asyncpg.Pool, device: Device
) -> None:
    """So many go by COPY, where each type has a form of its own."""
    sent = [
        {"t": n / 4, "n": 7 - n, "on": n % 3 == 0, "word": "grün" * (n % 4), "v": [n, n + 0.5, 0]}
        for n in range(100)
    ]
    messages = [
        message(device, [payload(values, second) for second, values in enumerate(sent)][::-1])
    ]
    [receipt] = await ingest(messages, make_deps(pool))
    assert counts(receipt) == (700, 0, 0)
    profile = Profile.from_stored(CLIMATE)
    expected = {
        ("probe", key, second): value
        for second, values in enumerate(sent)
        for key, value in profile.structured(values)[0]
    }
    assert await stored(admin, device) == expected
    [receipt] = await ingest(messages, make_deps(pool))
    assert counts(receipt) == (0, 700, 0)


async def test_one_bad_field_refuses_its_payload_whole_and_every_fault_is_told(
    pool: asyncpg.Pool, admin: asyncpg.Pool, device: Device
) -> None:
    bad = payload({"t": 99, "n": 1.5, "v": [1, 2], "what": 1}, 1)
    elements = [payload({"t": 20.5}), bad, single("own", 1.5), payload({"n": 1}, 2)]
    [receipt] = await ingest([message(device, elements)], make_deps(pool))
    assert counts(receipt) == (2, 0, 2)
    assert told(receipt) == [(1, "OUT_OF_RANGE"), (3, "MISSING_FIELD")]
    assert await stored(admin, device) == {("probe", "t", 0): 20.5, (None, "own", 0): 1.5}
    first, second = await kept(admin, device)
    assert first["message"] == (
        "t is above 85; n takes BIGINT, not a number; v takes 3 elements, not 2; what is no field of the profile"
    )
    assert msgspec.json.decode(first["payload"]) == bad
    assert (second["message"], second["occurrences"]) == ("t is missing", 1)


async def test_the_same_payload_again_is_duplicates_and_another_value_a_conflict(
    pool: asyncpg.Pool, admin: asyncpg.Pool, device: Device
) -> None:
    deps = make_deps(pool)
    sent = message(device, [payload({"t": 1.5, "n": 1, "on": True})])
    assert counts((await ingest([sent], deps))[0]) == (3, 0, 0)
    again, other = await ingest(
        [sent, message(device, [payload({"t": 2.5, "n": 2, "on": True})])], deps
    )
    assert counts(again) == (0, 3, 0)
    assert counts(other) == (0, 1, 2)
    assert told(other) == [(0, "CONFLICTING_VALUE"), (0, "CONFLICTING_VALUE")]
    [entry] = await kept(admin, device)
    assert entry["occurrences"] == 1
    assert sorted(entry["message"].split("; ")) == [
        "n: another value is stored for this time",
        "t: another value is stored for this time",
    ]


async def test_a_refusal_that_the_profile_does_not_know_takes_the_whole_payload_too(
    pool: asyncpg.Pool, admin: asyncpg.Pool, device: Device
) -> None:
    # The sensor was made by hand, as a text; a time and metadata are bad whatever the values are.
    component = await admin.fetchval(
        "SELECT id FROM platform.component WHERE org_id = $1 AND key = 'probe'", device[0]
    )
    await admin.execute(
        "INSERT INTO platform.sensor (org_id, id, device_id, component_id, key, name, value_type) "
        "VALUES ($1, gen_random_uuid(), $2, $3, 'n', 'n', 'TEXT')", *device, component,
    )  # fmt: skip
    elements = [
        payload({"t": 1.5, "n": 1, "on": True}),
        payload({"t": 1.5, "on": True}, -401 * 86_400),
        payload({"t": 1.5, "on": True}, 1, metadata={"note": "a\0b"}),
        payload({"t": 2.5}, 2, metadata={"note": "kept"}),
        payload({"t": 2.5}, 3, metadata={"note": "x" * 11_000}),
        payload(
            {"t": 1.5, "on": True, "word": "", "v": [1, 2, 3]}, 4, metadata={"note": "x" * 11_000}
        ),
    ]
    [receipt] = await ingest([message(device, elements)], make_deps(pool))
    assert counts(receipt) == (1, 0, 5)
    assert told(receipt) == [
        (0, "WRONG_TYPE"), (1, "BAD_TIMESTAMP"), (2, "MALFORMED"), (4, "OUT_OF_RANGE"), (5, "OUT_OF_RANGE"),
    ]  # fmt: skip
    assert await stored(admin, device) == {("probe", "t", 2): 2.5}
    assert [entry["message"] for entry in await kept(admin, device)] == [
        "sensor n takes TEXT",
        "the timestamp is too old",
        "metadata contains NUL",
        "metadata is larger than 10240 bytes",
        "metadata is kept with each of 6 values, more than 65536 bytes in all",
    ]
    described = await admin.fetch(
        "SELECT metadata FROM tsd.reading_metadata WHERE org_id = $1", device[0]
    )
    assert [msgspec.json.decode(row["metadata"]) for row in described] == [{"note": "kept"}]


async def test_the_limit_of_sensors_counts_those_of_components_and_refuses_a_payload_whole(
    pool: asyncpg.Pool, admin: asyncpg.Pool, device: Device
) -> None:
    deps = make_deps(pool, sensors_per_device=3)
    elements = [single("own", 1.5), payload({"t": 1.5}), payload({"t": 2.5, "n": 1, "on": True}, 1)]
    [receipt] = await ingest([message(device, elements)], deps)
    assert (receipt.accepted, told(receipt)) == (2, [(2, "SENSOR_LIMIT")])
    assert await stored(admin, device) == {(None, "own", 0): 1.5, ("probe", "t", 0): 1.5}


async def test_single_readings_keep_to_the_profile_too(
    pool: asyncpg.Pool, admin: asyncpg.Pool, device: Device
) -> None:
    deps, probe = make_deps(pool), {"component": "probe"}
    elements = [
        single("t", 21, **probe),
        single("t", 86, 1, **probe),
        single("v.1", 5, **probe),
        single("what", 5, **probe),
        single("free", 5, component="plain"),
        single("t", "text", component="gone"),
    ]
    [receipt] = await ingest([message(device, elements)], deps)
    assert counts(receipt) == (3, 0, 3)
    assert told(receipt) == [(1, "OUT_OF_RANGE"), (3, "UNKNOWN_SENSOR"), (5, "UNKNOWN_SENSOR")]
    assert await stored(admin, device) == {
        ("probe", "t", 0): 21.0, ("probe", "v.1", 0): 5.0, ("plain", "free", 0): 5,
    }  # fmt: skip
    by_id = await admin.fetchval(
        "SELECT s.id FROM platform.sensor s WHERE s.org_id = $1 AND s.key = 't' AND s.value_type = 'DOUBLE'",
        device[0],
    )
    elements = [
        {"sensorId": str(by_id), "timestamp": _at(n), "value": value}
        for n, value in ((2, 22), (3, -41))
    ]
    [receipt] = await ingest([message(device, elements)], deps)
    assert (counts(receipt), told(receipt)) == ((1, 0, 1), [(1, "OUT_OF_RANGE")])


async def test_a_device_reports_its_own_fields_without_a_component(
    pool: asyncpg.Pool, admin: asyncpg.Pool, device: Device
) -> None:
    await bind_device(admin, device, [{"key": "battery", "type": "DOUBLE", "max": 100}])
    elements = [
        payload({"battery": 80}, 0, None),
        payload({"battery": 101}, 1, None),
        single("more", 1.5),
    ]
    [receipt] = await ingest([message(device, elements)], make_deps(pool))
    assert (counts(receipt), told(receipt)) == ((2, 0, 1), [(1, "OUT_OF_RANGE")])
    assert await stored(admin, device) == {(None, "battery", 0): 80.0, (None, "more", 0): 1.5}


@pytest.mark.parametrize(
    ("element", "code"),
    [
        (payload({"t": 1}, component="plain"), "MISSING_PROFILE"),
        (payload({"t": 1}, component="gone"), "MISSING_PROFILE"),
        (payload({"t": 1}, component=None), "MISSING_PROFILE"),
        (payload({}), "MISSING_FIELD"),
        (payload({"t": 1}, value=5), "MALFORMED"),
        (payload({"t": 1}, sensor="t"), "MALFORMED"),
        (payload({"t": 1, "a\0b": 1}), "UNKNOWN_SENSOR"),
        (payload({"t": 1, "word": "a\0b"}), "MALFORMED"),
        (payload({"t": {"deep": [1]}}), "WRONG_TYPE"),
        (payload({"t": None}), "WRONG_TYPE"),
        (payload({"t": 10**400}), "OUT_OF_RANGE"),
    ],
)
async def test_what_is_no_good_payload_is_kept_with_its_reason(
    pool: asyncpg.Pool, admin: asyncpg.Pool, device: Device, element: dict[str, Any], code: str
) -> None:
    [receipt] = await ingest([message(device, [element])], make_deps(pool))
    assert (counts(receipt), told(receipt)) == ((0, 0, 1), [(0, code)])
    [entry] = await kept(admin, device)
    assert (entry["reason"], msgspec.json.decode(entry["payload"])) == (code, element)


async def test_an_http_client_names_the_device_and_a_device_can_not(
    pool: asyncpg.Pool, admin: asyncpg.Pool, device: Device
) -> None:
    neighbour = await new_device(admin)
    await bind_component(admin, neighbour, "probe", CLIMATE)
    deps = make_deps(pool)
    ours, theirs = str(device[1]), str(neighbour[1])
    elements = [
        payload({"t": 1.5}, 0, deviceId=ours),
        payload({"t": 9.5}, 1, deviceId=theirs),
        payload({"t": 9.5}, 2),
        payload({"t": 9.5}, 3, deviceId="no uuid"),
    ]
    claimed = payload({"t": 2.5}, 4, deviceId=theirs)
    by_http, by_mqtt = await ingest(
        [message(device, elements, via=Via.HTTP), message(device, [claimed])], deps
    )
    assert counts(by_http) == (1, 0, 3)
    assert told(by_http) == [(1, "UNKNOWN_SENSOR"), (2, "MISSING_FIELD"), (3, "UNKNOWN_SENSOR")]
    assert counts(by_mqtt) == (1, 0, 0)
    assert await stored(admin, device) == {("probe", "t", 0): 1.5, ("probe", "t", 4): 2.5}
    assert await stored(admin, neighbour) == {}


async def test_what_was_bound_anew_counts_as_soon_as_it_is_told(
    pool: asyncpg.Pool, admin: asyncpg.Pool, device: Device
) -> None:
    deps = make_deps(pool)
    component = await admin.fetchval(
        "SELECT id FROM platform.component WHERE org_id = $1 AND key = 'probe'", device[0]
    )
    assert counts((await ingest([message(device, [payload({"t": 90})])], deps))[0]) == (0, 0, 1)
    await rebind_component(admin, device, component, [CLIMATE[0] | {"max": 100}])
    deps.registry.forget(device[1])
    assert counts((await ingest([message(device, [payload({"t": 90})])], deps))[0]) == (1, 0, 0)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
async def test_what_is_stored_is_what_the_profile_says(
    pool: asyncpg.Pool, admin: asyncpg.Pool, data: st.DataObject
) -> None:
    fields = data.draw(profiles())
    said = msgspec.to_builtins(fields)
    device = await new_device(admin)
    await bind_component(admin, device, "probe", said)
    sent = [
        payload(values, second)
        for second, values in enumerate(data.draw(st.lists(values_for(fields), max_size=6)))
    ]
    cut = data.draw(st.integers(0, len(sent)))
    messages = [message(device, part) for part in (sent[:cut], sent[cut:]) if part]
    receipts = await ingest(messages, make_deps(pool)) if messages else []
    profile, expected, faulty = Profile.from_stored(said), {}, 0
    for second, element in enumerate(sent):
        typed, faults = profile.structured(element["values"])
        expected |= {("probe", key, second): value for key, value in typed}
        faulty += bool(faults)
    assert await stored(admin, device) == expected
    assert sum(receipt.accepted for receipt in receipts) == len(expected)
    assert sum(receipt.quarantined for receipt in receipts) == faulty
    entries = await kept(admin, device)
    assert sum(entry["occurrences"] for entry in entries) == faulty


class _BusyPool:
    """The pool, but that something happens to the registry whenever a connection goes back: the
    worst moment."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.happens: list[Callable[[], Awaitable[None]]] = []

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Any]:
        async with self._pool.acquire() as connection:
            yield connection
        while self.happens:
            await self.happens.pop()()


@pytest.mark.parametrize("what", ["a change is told of", "other devices take the room"])
async def test_nothing_is_refused_for_what_happens_between_creating_sensors_and_using_them(
    pool: asyncpg.Pool, admin: asyncpg.Pool, device: Device, what: str
) -> None:
    busy, other = _BusyPool(pool), await new_device(admin)
    registry = Registry(busy, sensors_per_device=100, devices_max=1)  # type: ignore[arg-type]
    deps = Deps(pool, registry, lambda: NOW, AGE)

    async def happen() -> None:
        if what == "a change is told of":
            registry.forget(device[1])
        else:
            await registry.load({other[1]}, ())

    for n in range(3):
        await registry.load({device[1]}, ())
        busy.happens = [happen]
        elements = [payload({"t": 1.5, "n": n}, n), single(f"new {n}", 1.5)]
        [receipt] = await ingest([message(device, elements)], deps)
        assert (counts(receipt), told(receipt), busy.happens) == ((3, 0, 0), [], [])
    assert len(await stored(admin, device)) == 9
