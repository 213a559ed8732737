"""Runs of job definitions over real readings: what they find, what a late reading changes, and what
stays untouched."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import asyncpg
import numpy as np
import pytest

from tests.make.analytics import (
    day,
    definition,
    findings,
    make_definition,
    report,
    run,
    run_now,
    spans,
)
from tests.make.annotations import make_class, reference_pair
from tests.make.fleet import made, make_component, make_device, make_sensor
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem
from tests.make.workers import wait_until

STEP = 600
# As if it had never stopped.
SECONDS = int((datetime.now(UTC) - day(3)).total_seconds())
FULL = [day(3, seconds) for seconds in range(0, SECONDS, STEP)]


@pytest.fixture
def sensor_id(organization: Organization) -> str:
    return str(make_sensor(organization, make_device(organization, "room"), "temperature")["id"])


@pytest.fixture
def class_id(organization: Organization) -> str:
    return str(make_class(organization, "found")["id"])


def written(platform: RunningPlatform, organization: Organization) -> list[Any]:
    """Of each finding the transaction that wrote it last."""

    async def ask() -> list[Any]:
        connection = await asyncpg.connect(platform.secret_urls()["admin_database_url"])
        try:
            rows = await connection.fetch(
                "SELECT id, xmin::text FROM platform.annotation WHERE org_id = $1 ORDER BY id",
                organization.id,
            )
            return [tuple(row) for row in rows]
        finally:
            await connection.close()

    return asyncio.run(ask())


def test_a_late_reading_changes_the_findings_of_its_day_alone(
    platform: RunningPlatform, organization: Organization, sensor_id: str, class_id: str
) -> None:
    silent = [(day(3, 36_000), day(3, 39_600)), (day(2, 36_000), day(2, 39_600))]
    report(
        organization,
        sensor_id,
        [(at, 20.0) for at in FULL if not any(start < at < end for start, end in silent)],
    )
    definition_id = make_definition(organization, class_id, sensor_id)
    span = day(3), day(0)
    first = run(organization, definition_id, *span)
    assert (first["findings"], first["changed"], first["because"]) == (2, 2, [])
    assert spans(organization) == silent
    assert [each["values"] for each in findings(organization)] == [
        {"seconds": 3600.0, "missing": 5.0}
    ] * 2
    before = written(platform, organization)
    again = run(organization, definition_id, *span)
    assert (again["findings"], again["changed"]) == (2, 0)
    assert written(platform, organization) == before
    report(organization, sensor_id, [(day(2, 37_800), 20.0)])
    late = run(organization, definition_id, day(1), day(0))
    assert late["because"] == []
    late = run(organization, definition_id, *span)
    assert late["changed"] == 2
    assert spans(organization) == [
        silent[0],
        (day(2, 36_000), day(2, 37_800)),
        (day(2, 37_800), day(2, 39_600)),
    ]
    untouched = set(written(platform, organization)) & set(before)
    assert [id_ for id_, _ in untouched] == [
        each[0] for each in before if str(each[0]) == findings(organization)[0]["id"]
    ]


def test_a_scheduled_run_says_which_day_was_late(
    organization: Organization, sensor_id: str, class_id: str
) -> None:
    report(organization, sensor_id, [(at, 20.0) for at in FULL if at.hour != 5])
    definition_id = make_definition(organization, class_id, sensor_id, enabled=True)
    path = f"/job-definitions/{definition_id}"

    def runs(count: int) -> list[dict[str, Any]] | None:
        items: list[dict[str, Any]] = organization.http.get(f"{path}/runs").json()["items"]
        ended = [item for item in items if item["status"] == "SUCCEEDED"]
        return ended if len(ended) >= count else None

    [first] = wait_until(lambda: runs(1), "the first run")
    assert first["createdBy"] == "platform"
    before = findings(organization)
    assert first["findings"] == len(before) >= 3
    report(organization, sensor_id, [(day(2, 5 * 3600 + STEP * n), 20.0) for n in range(6)])
    assert organization.http.get(path).json()["settledTo"] is not None
    late = run_now(organization, definition_id)
    assert late["changed"] == 1
    assert late["because"] == [
        f"temperature ({sensor_id[:8]}…) on {day(2).date()}: 138 readings became 144"
    ]
    inputs = organization.http.get(f"{path}/runs/{late['id']}/inputs").json()
    assert {"sensorId": sensor_id, "day": str(day(2).date()), "readings": 144} in inputs
    assert spans(organization) == [
        (datetime.fromisoformat(each["from"]), datetime.fromisoformat(each["to"]))
        for each in before
        if each["from"][:10] != str(day(2).date())
    ]
    withdrawn = findings(organization, withdrawn=True)
    assert len(withdrawn) == len(before)
    assert organization.http.delete(path).status_code == 204
    assert findings(organization) == []
    events = organization.http.get("/events", params={"type": "ANALYTICS"}).json()["items"]
    assert {each["details"]["definitionId"] for each in events} == {definition_id}


def test_an_excess_over_midnight_grows_with_its_readings_and_splits_with_a_late_one(
    organization: Organization, sensor_id: str, class_id: str
) -> None:
    hot = day(2, 80_000), day(1, 10_000)
    values = [(at, 30.0 if hot[0] <= at < hot[1] else 20.0) for at in FULL]
    report(organization, sensor_id, values)
    definition_id = make_definition(
        organization,
        class_id,
        sensor_id,
        function="THRESHOLD_EXCEEDANCE",
        parameters={"above": 25, "minSeconds": 600},
    )
    run(organization, definition_id, day(1), day(0))  # it began before that
    [found] = findings(organization)
    begin = next(at for at, value in values if value == 30)
    end = next(at for at, value in values if at > begin and value == 20)
    assert spans(organization) == [(begin, end)]
    seconds = (end - begin).total_seconds()
    assert found["values"] == {
        "peak": 30.0,
        "at": begin.strftime("%FT%TZ"),
        "seconds": seconds,
        "integral": 5 * seconds,
    }
    late = day(1, 301)
    report(organization, sensor_id, [(late, 20.0)])
    changed = run(organization, definition_id, day(1), day(0))
    assert (changed["findings"], changed["changed"]) == (2, 2)
    assert spans(organization) == [(begin, late), (day(1, 600), end)]
    assert findings(organization)[0]["id"] == found["id"]


def test_what_stands_out_of_a_week_is_found_with_its_z(
    organization: Organization, sensor_id: str, class_id: str
) -> None:
    wild = range(100, 103)
    values = [
        (at, 20.0 + number % 7 + (50 if number - 2 * 144 in wild else 0))
        for number, at in enumerate(FULL)
    ]
    report(organization, sensor_id, values)
    definition_id = make_definition(
        organization,
        class_id,
        sensor_id,
        function="ZSCORE_ANOMALY",
        parameters={"bucketSeconds": 600, "baselineSeconds": 86_400, "minBaseline": 100},
    )
    run(organization, definition_id, day(2), day(0))
    assert spans(organization) == [(day(1, 100 * STEP), day(1, 103 * STEP))]
    [found] = findings(organization)
    assert found["values"]["buckets"] == 3
    assert found["values"]["z"] > 4


def test_two_series_are_held_against_each_other_and_against_a_reference(
    organization: Organization, class_id: str
) -> None:
    device_id = make_device(organization, "roof")
    components = {key: make_component(organization, device_id, key)["id"] for key in ("a", "b")}
    own, other = (
        make_sensor(organization, device_id, "pm25", componentId=each)["id"]
        for each in components.values()
    )
    hours = [day(9, 3600 * hour) for hour in range(24 * 9)]
    report(organization, other, [(at, float(at.hour)) for at in hours])
    moved = [(at, at.hour + (4.0 if at >= day(3) else 0.0)) for at in hours]
    report(
        organization, own, [(at, 23.0 - v if at.date() == day(5).date() else v) for at, v in moved]
    )
    made(
        organization,
        "/reference-pairs",
        **{
            **reference_pair(components["a"], components["b"], "roof"),
            "from": day(9).isoformat(),
        },
    )
    more = {"field": "pm25", "target": {"type": "SENSOR", "id": own}}
    correlation = make_definition(
        organization,
        class_id,
        own,
        function="PEARSON_CORRELATION",
        name="alike",
        parameters={"bucketSeconds": 3600, "minPairs": 20},
        other={"component": "b"},
        **more,
    )
    run(organization, correlation, day(9), day(0))
    assert spans(organization) == [(day(5), day(4))]
    [found] = findings(organization)
    assert found["values"] == {"r": pytest.approx(-1), "n": 24, "slope": pytest.approx(-1)}
    drift = make_definition(
        organization,
        class_id,
        own,
        function="DRIFT",
        name="drift",
        parameters={"windowDays": 6, "baselineDays": 2, "maxOffset": 1},
        **more,
    )
    assert run(organization, drift, day(3), day(0))["findings"] >= 1
    found = [each for each in findings(organization) if "offset" in each["values"]][-1]
    assert found["values"]["offset"] == pytest.approx(4)


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        ("THRESHOLD_EXCEEDANCE", {}),
        ("THRESHOLD_EXCEEDANCE", {"above": 8, "clear": 9}),
        ("DATA_GAP", {"gapSecond": 5}),
        ("DATA_GAP", {"gapSeconds": 0.5}),
        ("ZSCORE_ANOMALY", {"bucketSeconds": 420}),
        ("ZSCORE_ANOMALY", {"season": 1}),
        ("PEARSON_CORRELATION", {"windowSeconds": 3600}),
        ("DRIFT", {"maxOffset": 1, "baselineDays": 20}),
    ],
)
def test_what_a_function_doesnt_take_is_refused(
    organization: Organization,
    sensor_id: str,
    class_id: str,
    function: str,
    parameters: dict[str, Any],
) -> None:
    ids = {"sensor_id": sensor_id, "class_id": class_id}
    body = definition(ids, "wrong", function=function, parameters=parameters)
    refused = organization.http.post("/job-definitions", json=body)
    assert_problem(refused, 422, code="JOB_INVALID")


def test_packs_bring_definitions_in_the_functions_own_words(organization: Organization) -> None:
    for name in ("cold-chain", "energy", "environment", "reference-instrument"):
        installed = organization.http.post(f"/packs/{name}/install", json={})
        assert installed.status_code == 200, installed.text
    items = organization.http.get("/job-definitions", params={"limit": 500}).json()["items"]
    found = {each["name"]: each for each in items}
    assert found["fridge-excursions"]["parameters"] == {"above": 8, "minSeconds": 900}
    assert found["unusual-load"]["parameters"] == {"baselineSeconds": 604_800, "threshold": 4}
    assert found["temperature-drift"]["parameters"] == {"maxOffset": 0.5}
    assert found["humidity-correlation"]["parameters"] == {
        "windowSeconds": 86_400,
        "below": 0.9,
    }
    assert found["temperature-drift"]["other"] == {
        "field": "temperature",
        "sensorProfile": "reference-climate",
    }
    assert organization.http.delete("/packs/cold-chain").status_code == 204
    items = organization.http.get("/job-definitions", params={"limit": 500}).json()["items"]
    assert {each["name"] for each in items} == found.keys() - {
        "fridge-excursions",
        "unrecorded-time",
    }


def rounded(values: dict[str, Any]) -> dict[str, Any]:
    """Figures out of rollups differ in their last digits by how those were put together."""
    return {
        name: f"{value:.6g}" if isinstance(value, float) else value
        for name, value in values.items()
    }


def test_whatever_comes_in_whatever_order_the_findings_are_those_of_a_first_run(
    organization: Organization, class_id: str
) -> None:
    """Readings of ten days in random pieces, a run by the clock after each, three functions; then
    the same definitions anew. What is open goes on to the moment of its run, and isn't compared."""
    device_id = make_device(organization, "room")
    sensor_id = str(make_sensor(organization, device_id, "temperature")["id"])
    random = np.random.default_rng()
    moments = [day(10, seconds) for seconds in range(0, 10 * 86_400, 900)]
    numbers = 20 + random.normal(0, 1, len(moments)).cumsum() / 3
    piece = random.integers(0, 4, len(moments) // 12 + 1).repeat(12)[: len(moments)]
    functions: dict[str, dict[str, float]] = {
        "THRESHOLD_EXCEEDANCE": {
            "above": 21,
            "clear": 20.5,
            "minSeconds": 1800,
            "mergeGapSeconds": 3600,
        },
        "DATA_GAP": {"gapSeconds": 1800},
        "ZSCORE_ANOMALY": {
            "bucketSeconds": 900,
            "baselineSeconds": 86_400,
            "minBaseline": 24,
            "threshold": 3,
        },
    }

    def define(name: str) -> dict[str, str]:
        return {
            function: make_definition(
                organization,
                class_id,
                sensor_id,
                function=function,
                name=f"{name} {function}",
                parameters=parameters,
            )
            for function, parameters in functions.items()
        }

    def found(definitions: dict[str, str]) -> dict[str, list[Any]]:
        by_run: dict[str, list[Any]] = {name: [] for name in definitions}
        rows = findings(organization)
        for name, id_ in definitions.items():
            runs = organization.http.get(f"/job-definitions/{id_}/runs").json()["items"]
            ids = {each["id"] for each in runs}
            by_run[name] = [
                (each["from"], each["to"], rounded(each["values"]))
                for each in rows
                if each["runId"] in ids and datetime.fromisoformat(each["to"]) <= day(0)
            ]
        return by_run

    repaired = define("repaired")
    for number in range(4):
        chosen = np.flatnonzero(piece == number)
        report(organization, sensor_id, [(moments[n], float(numbers[n])) for n in chosen])
        for id_ in repaired.values():
            run_now(organization, id_)
    fresh = define("fresh")
    for id_ in fresh.values():
        run_now(organization, id_)
    expected = found(fresh)
    assert found(repaired) == expected
    assert sum(map(len, expected.values())) > 3
