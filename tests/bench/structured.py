"""Structured payloads of components with a profile, against the same values as single readings of plain sensors."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tests.bench.cpu import metered
from tests.bench.fleet import STEP, value
from tests.bench.http_client import Connection, exchange_all, request
from tests.bench.results import Measure, Pair, Run, Topic
from tests.bench.stand import ReadingsLost, Stand
from tests.make.fleet import make_device
from tests.make.platform import Organization

DEVICES = 50
VALUES_PER_REQUEST = 5_000
COMPONENT = "room"
# A cold room's: seven numbers with ranges, one of them required, a counter and two states.
FIELDS: list[dict[str, Any]] = [
    {"key": "temperature", "type": "DOUBLE", "unit": "°C", "min": -90, "max": 60, "required": True},
    *({"key": f"probe{n}", "type": "DOUBLE", "min": -90, "max": 60} for n in range(6)),
    {"key": "openings", "type": "BIGINT", "min": 0},
    {"key": "doorOpen", "type": "BOOLEAN"},
    {"key": "compressorRunning", "type": "BOOLEAN"},
]
DOUBLES = "structured"
MIXED = "structured-mixed"
NAMES = (DOUBLES, MIXED)
_DOUBLE_FIELDS = FIELDS[:7]


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        organization = stand.platform.new_organization()
        yield [
            _pair(stand, _fleet(organization, DOUBLES, _DOUBLE_FIELDS), "of 7 doubles"),
            _pair(
                stand, _fleet(organization, MIXED, FIELDS), "of 7 doubles, a counter and 2 states"
            ),
        ]

    return Topic(NAMES, stand.sizes.repetitions, pairs)


@dataclass(frozen=True)
class _Fleet:
    """As many devices with a component that is bound to the fields as plain ones with such sensors; and the plain
    ones' sensors, by device."""

    organization: Organization
    name: str
    fields: list[dict[str, Any]]
    bound: list[str]
    sensors: list[list[str]]


def _fleet(organization: Organization, name: str, fields: list[dict[str, Any]]) -> _Fleet:
    http = organization.http
    profile = http.post(
        "/sensor-profiles", json={"name": name, "version": "1.0", "fields": fields}
    ).json()
    bound = [make_device(organization, f"{name} {n}") for n in range(DEVICES)]
    for device in bound:
        body = {"key": COMPONENT, "sensorProfileId": profile["id"]}
        http.post(f"/devices/{device}/components", json=body).raise_for_status()
    plain = [make_device(organization, f"{name} plain {n}") for n in range(DEVICES)]
    return _Fleet(
        organization,
        name,
        fields,
        bound,
        [_plain_sensors(organization, id_, fields) for id_ in plain],
    )


def _plain_sensors(
    organization: Organization, device: str, fields: list[dict[str, Any]]
) -> list[str]:
    operations = [
        {
            "op": "create",
            "data": {"deviceId": device, "key": field["key"], "valueType": field["type"]},
        }
        for field in fields
    ]
    results = organization.http.post("/sensors/bulk", json={"operations": operations}).json()[
        "results"
    ]
    return [result["id"] for result in results]


def _pair(stand: Stand, fleet: _Fleet, what: str) -> Pair:
    return Pair(
        fleet.name,
        f"HTTP, {VALUES_PER_REQUEST:,} values a request in payloads {what}",
        "values/s",
        _measure(stand, fleet, _payload),
        "the same as single readings",
        _measure(stand, fleet, _singles),
    )


Write = Callable[[_Fleet, int, str, list[Any]], list[dict[str, Any]]]


def _payload(fleet: _Fleet, device: int, at: str, values: list[Any]) -> list[dict[str, Any]]:
    keyed = {field["key"]: item for field, item in zip(fleet.fields, values, strict=True)}
    return [
        {"deviceId": fleet.bound[device], "component": COMPONENT, "timestamp": at, "values": keyed}
    ]


def _singles(fleet: _Fleet, device: int, at: str, values: list[Any]) -> list[dict[str, Any]]:
    return [
        {"sensorId": sensor, "timestamp": at, "value": item}
        for sensor, item in zip(fleet.sensors[device], values, strict=True)
    ]


def _measure(stand: Stand, fleet: _Fleet, write: Write) -> Measure:
    async def measure() -> Run:
        bodies, sent = _bodies(stand, fleet, write)
        await stand.clear()
        connection = await Connection.open(stand.platform.base_url)
        async with metered(stand.admin, stand.platform.program("api")) as spent:
            began = time.perf_counter()
            answers = await exchange_all([connection], bodies)
            seconds = time.perf_counter() - began
        connection.close()
        accepted = sum(msgspec.json.decode(answer.body)["accepted"] for answer in answers)
        if accepted != sent:
            raise ReadingsLost(f"{sent} values were sent, {accepted} accepted")
        await stand.check_stored(accepted)
        return Run(sent / seconds, spent.details(sent))

    return measure


def _bodies(stand: Stand, fleet: _Fleet, write: Write) -> tuple[list[bytes], int]:
    """The requests, and how many values they hold."""
    per_moment = DEVICES * len(fleet.fields)
    moments = max(1, stand.sizes.http_large_readings // per_moment)
    start = stand.timeline.take(moments)
    elements = [
        element
        for moment in range(moments)
        for device in range(DEVICES)
        for element in write(
            fleet, device, (start + moment * STEP).isoformat(), _values(fleet.fields)
        )
    ]
    at_once = VALUES_PER_REQUEST * len(elements) // (moments * per_moment)
    return [
        request(
            "POST",
            "/readings/batch",
            fleet.organization.key,
            msgspec.json.encode(elements[at : at + at_once]),
        )
        for at in range(0, len(elements), at_once)
    ], moments * per_moment


def _values(fields: Sequence[dict[str, Any]]) -> list[Any]:
    made: dict[str, Callable[[], Any]] = {
        "DOUBLE": value,
        "BIGINT": lambda: random.randrange(100_000),
        "BOOLEAN": lambda: random.random() < 0.5,
    }
    return [made[field["type"]]() for field in fields]
