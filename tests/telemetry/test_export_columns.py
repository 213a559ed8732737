"""What a row of an export says: its value in the column of its profile's field, and the reading's own metadata."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.make.devices import register_device
from tests.make.exports import START, create_export, download, opened, put_series, wait_for_export
from tests.make.platform import Organization, RunningPlatform
from tests.make.production import ON_EITHER_BACKEND
from tests.make.profiles import CLIMATE, make_device_profile, make_sensor_profile
from tests.make.readings import by_key, send

pytestmark = ON_EITHER_BACKEND

MOTOR: list[dict[str, Any]] = [
    {"key": "temperature", "type": "DOUBLE", "unit": "K", "description": "Of the winding."},
    {"key": "vibration", "type": "DOUBLE", "unit": "mm/s", "arraySize": 3},
    {"key": "starts", "type": "BIGINT", "min": 0},
    {"key": "is_on", "type": "BOOLEAN"},
    {"key": "state", "type": "TEXT", "enum": ["OK", "FAULT"]},
    {"key": "never", "type": "DOUBLE", "unit": "V"},
]


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def report(
    platform: RunningPlatform, device_id: str, component: str | None, series: dict[str, list[Any]]
) -> None:
    """Each key's values, a minute apart, from sensors of those values' types."""
    for key, values in series.items():
        put_series(platform, device_id, component, key, values)


def exported(
    organization: Organization, **scope: Any
) -> tuple[list[dict[str, Any]], dict[str, Any], bytes]:
    """The rows, the manifest and the ZIP."""
    export = wait_for_export(organization, create_export(organization, **scope)["id"])
    data = download(export)
    readings, _, manifest = opened(data)
    assert manifest["counts"]["readings"] == readings.num_rows == export["readingCount"]
    return readings.to_pylist(), manifest, data


@pytest.fixture
def factory(platform: RunningPlatform, organization: Organization) -> Organization:
    """A motor and a room, both with a temperature, on a device that reports of itself."""
    make_sensor_profile(organization, "climate")
    motor = make_sensor_profile(organization, "motor", fields=MOTOR)
    make_device_profile(organization, fields=[{"key": "battery", "type": "DOUBLE", "unit": "%"}])
    body = {
        "deviceName": "line-1",
        "deviceProfile": {"name": "station", "version": "1.0"},
        "components": [{"key": "motor", "sensorProfileId": motor["id"]}],
    }
    device = organization.http.post("/devices/registration/tokens", json=body).json()["deviceId"]

    motor_values = {"temperature": 330.5, "starts": 7, "is_on": True, "state": "OK"}
    vibration = {f"vibration.{n}": [(n + 1) / 10] * 3 for n in range(3)}
    report(
        platform,
        device,
        "motor",
        {key: [value] * 3 for key, value in motor_values.items()} | vibration,
    )
    report(platform, device, "probe", {"temperature": [21.5] * 3, "humidity": [40.5] * 3})
    report(platform, device, None, {"battery": [90.5] * 3})
    report(
        platform, register_device(organization, "plain")["deviceId"], None, {"temperature": [5.5]}
    )
    return organization


def test_each_field_of_the_profiles_has_a_typed_column(
    platform: RunningPlatform, factory: Organization
) -> None:
    rows, manifest, data = exported(factory, scopeType="ORGANIZATION")
    typed = {
        "battery": "double",
        "climate.temperature": "double",
        "humidity": "double",
        "motor.temperature": "double",
        "vibration": "double",
        "starts": "int64",
        "is_on": "bool",
        "state": "string",
        "never": "double",
    }
    [readings, _] = manifest["files"]
    columns = {column["name"]: column for column in readings["columns"]}
    assert {name: column["type"] for name, column in columns.items() if "field" in column} == typed
    assert columns["motor.temperature"]["description"] == "Of the winding."
    assert (columns["vibration"]["unit"], columns["vibration"]["arraySize"]) == ("mm/s", 3)
    assert columns["climate.temperature"]["unit"] == "°C"
    assert (columns["state"]["enum"], columns["starts"]["min"]) == (["OK", "FAULT"], 0)
    assert "profile.field" in manifest["typedColumns"]

    value_columns = ("value_double", "value_bigint", "value_boolean", "value_text")
    found: dict[str, list[Any]] = {name: [] for name in typed}
    column_of = {sensor["id"]: sensor["column"] for sensor in manifest["sensors"]}
    for row in rows:
        [value] = [row[name] for name in value_columns if row[name] is not None]
        filled = {name: row[name] for name in typed if row[name] is not None}
        name = column_of[row["sensor_id"]]
        assert filled == ({} if name is None else {name: value})
        if name is not None:
            found[name].append((row["key"], value))
    assert found["motor.temperature"] == [("temperature", 330.5)] * 3
    assert found["climate.temperature"] == [("temperature", 21.5)] * 3
    assert sorted(found["vibration"]) == sorted(
        [(f"vibration.{n}", (n + 1) / 10) for n in range(3)] * 3
    )
    assert [value for _, value in found["battery"]] == [90.5] * 3
    assert found["never"] == []
    assert sum(name is None for name in column_of.values()) == 1  # the device without a profile

    with ZipFile(BytesIO(data)) as archive:
        schema = pq.read_schema(BytesIO(archive.read("readings.parquet")))
    said = {
        k.decode(): v.decode()
        for k, v in schema.field("humidity").metadata.items()
        if k[:7] != b"PARQUET"
    }
    assert (said["unit"], said["profile"], said["field"]) == ("%", "climate", "humidity")


def test_sql_reads_typed_columns_without_knowing_of_sensors(
    factory: Organization, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _, _, data = exported(factory, scopeType="ORGANIZATION")
    folder = tmp_path_factory.mktemp("typed")
    with ZipFile(BytesIO(data)) as archive:
        archive.extract("readings.parquet", folder)
    row = duckdb.execute(
        'SELECT avg("motor.temperature"), avg("climate.temperature"), sum(starts), count(never) '
        f"FROM '{folder}/readings.parquet'"
    ).fetchone()
    assert row == (330.5, 21.5, 21, 0)


def test_versions_share_a_column_and_the_component_alone_is_exported_with_its_own_profile(
    platform: RunningPlatform,
    organization: Organization,
) -> None:
    first = make_sensor_profile(organization)
    second = make_sensor_profile(
        organization, version="1.1", fields=[*CLIMATE, {"key": "co2", "type": "DOUBLE"}]
    )
    parts = [
        {"key": f"c{n}", "sensorProfileId": each["id"]} for n, each in enumerate((first, second))
    ]
    body = {"deviceName": "two versions", "components": parts}
    device = organization.http.post("/devices/registration/tokens", json=body).json()["deviceId"]
    for n in range(2):
        report(platform, device, f"c{n}", {"temperature": [20.5 + n]})
    rows, manifest, _ = exported(organization, scopeType="DEVICE", scopeId=device)
    assert sorted(row["temperature"] for row in rows if row["temperature"] is not None) == [
        20.5,
        21.5,
    ]
    columns = {column["name"]: column for column in manifest["files"][0]["columns"]}
    assert columns["temperature"]["versions"] == ["1.0", "1.1"]
    assert columns["co2"]["versions"] == ["1.1"]
    assert {sensor["profile"]["version"] for sensor in manifest["sensors"]} == {"1.0", "1.1"}

    components = organization.http.get(f"/devices/{device}/components").json()["items"]
    [component] = [part["id"] for part in components if part["key"] == "c0"]
    rows, manifest, _ = exported(organization, scopeType="COMPONENT", scopeId=component)
    assert [row["temperature"] for row in rows if row["key"] == "temperature"] == [20.5]
    assert "co2" not in {column["name"] for column in manifest["files"][0]["columns"]}


def test_values_from_before_another_profile_are_where_they_fit_and_never_changed(
    platform: RunningPlatform,
    organization: Organization,
) -> None:
    kinds = {"whole": "BIGINT", "count": "DOUBLE", "flag": "TEXT"}
    before = make_sensor_profile(
        organization, "before", fields=[{"key": key, "type": kind} for key, kind in kinds.items()]
    )
    body = {
        "deviceName": "bound later",
        "components": [{"key": "part", "sensorProfileId": before["id"]}],
    }
    device = organization.http.post("/devices/registration/tokens", json=body).json()["deviceId"]
    history = {"whole": [1, 2], "count": [3.0, 3.5], "flag": ["yes", "no"]}
    report(platform, device, "part", history)
    fields = [
        {"key": "whole", "type": "DOUBLE"},
        {"key": "count", "type": "BIGINT"},
        {"key": "flag", "type": "BOOLEAN"},
    ]
    profile = make_sensor_profile(organization, fields=fields)
    [component] = organization.http.get(f"/devices/{device}/components").json()["items"]
    bound = organization.http.patch(
        f"/components/{component['id']}", json={"sensorProfileId": profile["id"]}
    )
    assert bound.status_code == 200, bound.text
    rows, _, _ = exported(organization, scopeType="ORGANIZATION")

    def told(key: str, *columns: str) -> list[tuple[Any, ...]]:
        return [tuple(row[name] for name in columns) for row in rows if row["key"] == key]

    assert told("whole", "whole", "value_bigint") == [(1.0, 1), (2.0, 2)]
    assert told("count", "count", "value_double") == [(3, 3.0), (None, 3.5)]
    assert told("flag", "flag", "value_text") == [(None, "yes"), (None, "no")]


def test_readings_take_their_metadata_along(organization: Organization) -> None:
    device = organization.http.post(
        "/devices/registration/tokens", json={"deviceName": "m"}
    ).json()["deviceId"]
    described = {"batch": "A17", "nested": {"ü": [1, None, "\n"]}}
    sent = []
    for n in range(4):
        more = {"metadata": {**described, "n": n}} if n % 2 else {}
        series = {"double": n + 0.5, "bigint": n, "boolean": n > 1, "text": f"t{n}"}
        sent += [by_key(device, key, at(n), value, **more) for key, value in series.items()]
    # A day on which no reading has any, and one on which all have.
    sent += [by_key(device, "double", at(n), 1.5) for n in (1500, 1501)]
    sent += [by_key(device, "double", at(n), 1.5, metadata={"n": n}) for n in (3000, 3001)]
    assert send(organization, sent)["accepted"] == len(sent)
    rows, _, data = exported(organization, scopeType="DEVICE", scopeId=device)
    assert len(rows) == len(sent) == len({(row["key"], row["timestamp"]) for row in rows})
    expected = {
        (item["sensor"], datetime.fromisoformat(item["timestamp"])): item.get("metadata")
        for item in sent
    }
    with ZipFile(BytesIO(data)) as archive:
        table = pq.read_table(BytesIO(archive.read("readings.parquet")))
    assert str(table.schema.field("metadata").type) == "string"
    for row in rows:
        told = None if row["metadata"] is None else json.loads(row["metadata"])
        assert told == expected[row["key"], row["timestamp"]]
        [value] = [row[name] for name in row if name.startswith("value_") and row[name] is not None]
        [original] = [
            item["value"]
            for item in sent
            if (item["sensor"], datetime.fromisoformat(item["timestamp"]))
            == (row["key"], row["timestamp"])
        ]
        assert (value, type(value)) == (original, type(original))
