"""Profiles as DTDL, judged by Microsoft's own parsers, and back."""

from __future__ import annotations

import json
import subprocess
import uuid
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.catalogue.fields import Field
from app.catalogue.packs.shipped import shipped_packs
from app.catalogue.schemas.dtdl import CONTEXT, content_of, interface_id, sensor_interface
from app.catalogue.schemas.dtdl_import import imported
from app.catalogue.schemas.units import dtdl_unit, symbol_of
from app.catalogue.sensor_profiles.schemas import SensorProfileRead
from app.catalogue.versions import NAME_PATTERN, Version
from tests.make.node import installed
from tests.make.platform import Organization
from tests.make.profiles import CLIMATE, make_device_profile, make_sensor_profile, profiles
from tests.make.readings import assert_problem

HERE = Path(__file__).parent
ORG = uuid.UUID("01936f2a-8c4e-7d1b-9a3f-5e6d7c8b9a01")


def read(
    name: str, fields: list[Field], version: str = "1.0", description: str = ""
) -> SensorProfileRead:
    return msgspec.convert(
        {
            "id": uuid.uuid4(),
            "name": name,
            "version": version,
            "description": description,
            "changes": "",
            "fields": msgspec.to_builtins(fields),
            "pack": None,
            "createdBy": "user_x",
            "createdAt": "2026-11-23T10:00:00Z",
        },
        SensorProfileRead,
    )


def judged(folder: Path, documents: list[Any]) -> list[dict[str, Any]]:
    """What each of the two parsers says of each document."""
    modules = installed(HERE)
    (folder / "node_modules").unlink(missing_ok=True)
    (folder / "node_modules").symlink_to(modules)
    (folder / "dtdl.mjs").write_text((HERE / "dtdl.mjs").read_text())
    files = [folder / f"{number}.json" for number in range(len(documents))]
    for file, document in zip(files, documents, strict=True):
        file.write_text(json.dumps(document))
    done = subprocess.run(
        ["node", "dtdl.mjs", *files], cwd=folder, capture_output=True, text=True, check=False
    )
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(verdicts) == 2 * len(documents), done.stderr[-2000:]
    return verdicts


def refusals(verdicts: list[dict[str, Any]]) -> list[str]:
    return [
        f"{verdict['parser']}: {verdict['refused']}" for verdict in verdicts if "refused" in verdict
    ]


@pytest.mark.node
@pytest.mark.timeout(400)
@pytest.mark.xdist_group("node")
@settings(
    max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(
    many=st.lists(profiles(), min_size=20, max_size=30),
    names=st.lists(st.from_regex(NAME_PATTERN, fullmatch=True), min_size=3, max_size=3),
)
def test_both_parsers_take_every_profile(
    tmp_path_factory: pytest.TempPathFactory, many: list[list[Field]], names: list[str]
) -> None:
    documents = [
        sensor_interface(
            ORG, read(names[index % 3][:64].rstrip("._-"), fields, f"{index + 1}.{index % 3}")
        )
        for index, fields in enumerate(many)
    ]
    assert refusals(judged(tmp_path_factory.mktemp("dtdl"), documents)) == []


@pytest.mark.node
@pytest.mark.timeout(400)
@pytest.mark.xdist_group("node")
def test_both_parsers_take_what_the_api_serves_of_the_shipped_packs(
    organization: Organization, tmp_path: Path
) -> None:
    http = organization.http
    documents = []
    for name in shipped_packs():
        assert http.post(f"/packs/{name}/install").status_code == 200
    for kind in ("sensor", "device"):
        for profile in http.get(f"/{kind}-profiles", params={"limit": 500}).json()["items"]:
            answer = http.get(
                f"{http.base_url.copy_with(path='/api/schemas')}/{kind}-profile/{profile['id']}"
            )
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"] == "application/ld+json"
            assert answer.headers["etag"].startswith('"')
            documents.append(answer.json())
    assert len(documents) >= 13
    verdicts = judged(tmp_path, documents)
    assert refusals(verdicts) == []
    found = {element for verdict in verdicts for element in verdict["elements"]}
    assert "dtmi:dtdl:extension:quantitativeTypes:v1:unit:degreeCelsius" in found
    assert "dtmi:dtdl:extension:quantitativeTypes:v1:unit:kilowattHour" in found


@pytest.mark.node
@pytest.mark.timeout(400)
@pytest.mark.xdist_group("node")
def test_the_parsers_can_refuse(tmp_path: Path) -> None:
    good = sensor_interface(ORG, read("x", msgspec.convert(CLIMATE, list[Field])))
    bad: list[Any] = [
        good | {"@id": "dtmi:holdfast:x;1.0"},
        good | {"contents": [{"@type": "Telemetry", "name": "a-b", "schema": "double"}]},
        good
        | {
            "contents": [
                {
                    "@type": ["Telemetry", "Temperature"],
                    "name": "a",
                    "schema": "double",
                    "unit": "volt",
                }
            ]
        },
    ]
    assert len(refusals(judged(tmp_path, bad))) == 6


@given(fields=profiles(), version=st.sampled_from(["1.0", "1.7", "12.345"]))
def test_a_profile_that_is_exported_and_imported_is_the_same(
    fields: list[Field], version: str
) -> None:
    profile = read("room-climate_2.b", fields, version, "What it is for.")
    found = imported(json.loads(json.dumps(sensor_interface(ORG, profile))), {})
    assert (found.name, found.version, found.description) == (
        profile.name,
        version,
        profile.description,
    )
    assert [note for note in found.notes if "symbol" not in note.message] == []
    assert found.fields == fields


def test_limits_that_dtdl_has_no_word_for_are_in_the_comment() -> None:
    field = msgspec.convert(CLIMATE[0], Field)
    assert content_of(field) == {
        "@type": ["Telemetry", "Temperature"],
        "name": "temperature",
        "schema": "double",
        "unit": "degreeCelsius",
        "comment": 'holdfast {"min":-40,"max":85,"required":true}',
    }


def test_identifiers_of_different_names_and_versions_differ_and_stay_short() -> None:
    names = [
        "a-b",
        "a_b",
        "a.b",
        "ab",
        "x" * 64,
        "x" * 63 + "y",
        "a-" * 31 + "b",
        "a." * 31 + "b",
        "A-b",
    ]
    ids = [interface_id(ORG, "sensor", name, Version(9999, 9999)) for name in names]
    assert len(set(ids)) == len(names)
    assert max(map(len, ids)) <= 128
    assert interface_id(ORG, "sensor", "a", Version(1, 0)).endswith(":a;1")


@pytest.mark.parametrize("symbol", ["°C", "V", "kWh", "kPa", "%", "W", "m/s", "lx", "L/s"])
def test_units_are_mapped_both_ways(symbol: str) -> None:
    found = dtdl_unit(symbol, "humidity")
    assert found is not None
    assert symbol_of(found[1]) == symbol
    assert symbol_of(f"dtmi:standard:unit:{found[1]};2") == symbol


def test_units_that_only_some_parsers_know_are_read_and_not_written() -> None:
    assert dtdl_unit("hPa", "pressure") is None
    assert symbol_of("hectopascal") == "hPa"


def test_a_percentage_of_something_else_is_no_humidity() -> None:
    assert dtdl_unit("%", "battery") is None
    assert dtdl_unit("furlong", "distance") is None


THERMOSTAT = {
    "@context": "dtmi:dtdl:context;2",
    "@id": "dtmi:com:example:Thermostat;3",
    "@type": "Interface",
    "displayName": {"de": "Der Thermostat", "en": "The thermostat"},
    "contents": [
        {"@type": ["Telemetry", "Temperature"], "name": "temperature", "unit": "degreeFahrenheit", "schema": "float"},
        {"@type": "Property", "name": "target", "writable": True, "schema": "double", "displayName": "Target"},
        {"@type": "Property", "name": "lastReboot", "schema": "dateTime"},
        {"@type": "Telemetry", "name": "phases", "schema": {"@type": "Array", "elementSchema": "double"}},
        {"@type": "Telemetry", "name": "samples", "schema": {"@type": "Array", "elementSchema": "long"}},
        {"@type": "Command", "name": "reboot"},
        {"@type": "Telemetry", "name": "where", "schema": "dtmi:com:example:Place;1"},
        {"@type": "Telemetry", "name": "mode", "schema": "dtmi:com:example:Mode;1", "comment": "see manual"},
        {"@type": "Telemetry", "name": "land", "schema": "double", "unit": "acre"},
        {"@type": "Telemetry", "name": "bad name", "schema": "double"},
        "nonsense",
    ],
    "schemas": [
        {
            "@id": "dtmi:com:example:Mode;1",
            "@type": "Enum",
            "valueSchema": "integer",
            "enumValues": [{"name": "off", "enumValue": 0}, {"name": "heat", "enumValue": 1}],
        }
    ],
}  # fmt: skip


def test_an_interface_of_somebody_else_becomes_a_profile_and_what_is_lost_is_said(
    tenant: Organization,
) -> None:
    answer = tenant.http.post("/sensor-profiles/import?arraySizes=phases:3", json=THERMOSTAT)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["name"], made["version"]) == ("Thermostat", "3.0")
    assert made["fields"] == [
        {"key": "temperature", "type": "DOUBLE", "unit": "°F"},
        {"key": "target", "type": "DOUBLE", "writable": True, "description": "Target"},
        {"key": "lastReboot", "type": "TEXT"},
        {"key": "phases", "type": "DOUBLE", "arraySize": 3},
        {"key": "mode", "type": "BIGINT", "enum": [0, 1]},
        {"key": "land", "type": "DOUBLE", "unit": "acre"},
    ]
    places = [note["path"].removeprefix("$.contents") for note in made["notes"]]
    assert places == [
        "[2].schema",
        "[2]",
        "[4]",
        "[5]",
        "[6]",
        "[7].comment",
        "[8].unit",
        "[9]",
        "[10]",
    ]
    kept = tenant.http.get(answer.headers["location"].removeprefix("/api/v1")).json()
    assert kept["fields"] == made["fields"]
    again = tenant.http.post("/sensor-profiles/import", json=THERMOSTAT)
    assert_problem(again, 409, code="ALREADY_EXISTS")
    other = tenant.http.post("/sensor-profiles/import?name=mine&version=1.2", json=THERMOSTAT)
    assert (other.json()["name"], other.json()["version"]) == ("mine", "1.2")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"@context": "dtmi:dtdl:context;3", "@type": "Interface"},
        {"@context": "dtmi:dtdl:context;3", "@type": "Relationship", "@id": "dtmi:a;1"},
        {"@context": "dtmi:dtdl:context;1", "@type": "Interface", "@id": "dtmi:a;1"},
        {"@context": {}, "@type": {}, "@id": []},
        {"@context": CONTEXT, "@type": "Interface", "@id": "dtmi:a;1", "contents": [{"@type": [{}]}]},
        {"@context": CONTEXT, "@type": "Interface", "@id": "dtmi:a;1", "contents": {"@type": "Telemetry"}},
        {"@context": CONTEXT, "@type": "Interface", "@id": 5, "schemas": [5], "contents": 5},
        {"@context": CONTEXT, "@type": "Interface", "@id": "dtmi:a;1", "contents": [
            {"@type": "Telemetry", "name": "a", "schema": "double", "comment": 'holdfast {"min":"x"}'}]},
        {"@context": CONTEXT, "@type": "Interface", "@id": "dtmi:a;1", "contents": [
            {"@type": "Telemetry", "name": "a", "schema": {"@type": "Enum", "enumValues": [{"enumValue": []}]}}]},
    ],
)  # fmt: skip
def test_what_is_no_interface_is_refused(tenant: Organization, document: Any) -> None:
    assert_problem(
        tenant.http.post("/sensor-profiles/import", json=document), 422, code="PROFILE_INVALID"
    )


def test_a_device_profile_refers_to_the_interfaces_of_its_components(tenant: Organization) -> None:
    make_sensor_profile(tenant, "for-device")
    made = make_device_profile(
        tenant, "device", sensor_profile="for-device", commands=[{"method": "GO"}]
    )
    answer = tenant.http.get(
        f"{tenant.http.base_url.copy_with(path='/api/schemas')}/device-profile/{made['id']}"
    )
    device, sensor = answer.json()
    assert [content["@type"] for content in device["contents"]] == ["Component", "Command"]
    assert device["contents"][0]["schema"] == sensor["@id"]
    assert uuid.UUID(tenant.id).hex in sensor["@id"]


def test_a_profile_as_json_schema(tenant: Organization) -> None:
    made = make_sensor_profile(tenant, "as-schema")
    answer = tenant.http.get(f"/sensor-profiles/{made['id']}/json-schema")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json()["$id"].endswith(f"/api/v1/sensor-profiles/{made['id']}/json-schema")
    assert answer.json()["required"] == ["temperature"]
    assert answer.headers["etag"]
