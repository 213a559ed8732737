"""Packs: read with line and column, installed and upgraded whole, and kept while something uses them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.packs import documents
from app.catalogue.packs.checking import checked, hash_of
from app.catalogue.packs.shipped import FOLDER, shipped_packs
from tests.make.platform import Organization
from tests.make.profiles import CLIMATE, make_device_profile, make_sensor_profile, pack
from tests.make.readings import assert_problem

SHIPPED = {"environment", "energy", "cold-chain", "reference-instrument"}


def upload(
    organization: Organization, document: Any, media_type: str = "application/json"
) -> httpx.Response:
    body = document if isinstance(document, str | bytes) else json.dumps(document)
    return organization.http.post("/packs", content=body, headers={"Content-Type": media_type})


def versions(
    organization: Organization, kind: str = "sensor", **wanted: str
) -> set[tuple[str, str]]:
    items = organization.http.get(f"/{kind}-profiles", params={"limit": 500, **wanted}).json()[
        "items"
    ]
    return {(item["name"], item["version"]) for item in items}


def bind(organization: Organization, name: str, profile_id: str) -> str:
    """A new device with a component that is bound to the profile; the component's id."""
    made = organization.http.post("/devices/registration/tokens", json={"deviceName": name}).json()
    part = organization.http.post(
        f"/devices/{made['deviceId']}/components",
        json={"key": "probe", "sensorProfileId": profile_id},
    )
    assert part.status_code == 201, part.text
    return str(part.json()["id"])


def bound_to(organization: Organization, component_id: str) -> str:
    component = organization.http.get(f"/components/{component_id}").json()
    return str(
        organization.http.get(f"/sensor-profiles/{component['sensorProfileId']}").json()["version"]
    )


def test_four_packs_ship_with_the_product_and_each_has_something_of_everything() -> None:
    assert shipped_packs().keys() == SHIPPED
    assert {file.stem for file in FOLDER.glob("*.yaml")} == SHIPPED
    for shipped in shipped_packs().values():
        document = shipped.document
        for name in ("sensor_profiles", "device_profiles", "annotation_classes", "job_definitions", "alert_rules",
                     "dashboards"):  # fmt: skip
            assert getattr(document, name), f"{document.name}: {name}"
    fields = {
        field.key: field
        for profile in shipped_packs()["energy"].document.sensor_profiles
        for field in profile.fields
        if profile.name == "three-phase-meter"
    }
    assert (fields["voltage"].array_size, fields["voltage"].unit) == (3, "V")
    assert fields["energyImport"].unit == "kWh"


def test_the_example_in_the_readme_is_a_pack() -> None:
    text = (FOLDER / "README.md").read_text().partition("```yaml\n")[2].partition("```")[0]
    lines = [line for line in text.splitlines() if not line.startswith("hash:")]
    found, faults = checked(documents.read("\n".join(lines).encode(), is_json=False))
    assert faults == []
    assert found is not None


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_shipped_pack_is_installed_once_and_taken_away(
    organization: Organization, name: str
) -> None:
    http = organization.http
    assert versions(organization) == set()
    for _ in range(2):
        answer = http.post(f"/packs/{name}/install")
        assert answer.status_code == 200, answer.text
        assert answer.json()["installedVersion"] == "1.0"
    assert versions(organization, pack=name) == versions(organization) != set()
    assert versions(organization, "device") != set()
    listed = {item["name"]: item for item in http.get("/packs").json()["items"]}
    assert listed.keys() == SHIPPED
    assert [item["name"] for item in listed.values() if item["installedVersion"]] == [name]
    detail = http.get(f"/packs/{name}").json()
    assert detail["versions"][0]["hash"] == shipped_packs()[name].hash
    assert detail["content"]["alertRules"]
    assert http.delete(f"/packs/{name}").status_code == 204
    assert versions(organization) == versions(organization, "device") == set()
    assert_problem(http.delete(f"/packs/{name}"), 404)
    assert http.get(f"/packs/{name}").json()["installedVersion"] is None


def test_the_same_pack_in_yaml_and_in_json_is_one_version(organization: Organization) -> None:
    document = pack("both", fields=[CLIMATE[0] | {"max": 85.0}, CLIMATE[1]])
    first = upload(organization, document)
    assert first.status_code == 201, first.text
    assert first.headers["location"] == "/api/v1/packs/both"
    text = yaml.safe_dump(pack("both"), allow_unicode=True, sort_keys=True)
    second = upload(organization, text, "application/yaml; charset=utf-8")
    assert second.json() == first.json()
    [version] = second.json()["versions"]
    assert version["source"] == "UPLOADED"
    assert upload(organization, document | {"hash": version["hash"]}).status_code == 201
    wrong = upload(organization, document | {"hash": "sha256:" + "0" * 64})
    problem = assert_problem(wrong, 422, code="PACK_INVALID")
    assert version["hash"] in problem["errors"][0]["message"]
    other = upload(organization, document | {"title": "Another"})
    assert_problem(other, 409, code="ALREADY_EXISTS")
    shipped = upload(organization, pack("environment"))
    assert_problem(shipped, 409, code="ALREADY_EXISTS")


YAML_FAULTS = [
    ("name: x\nversion: 1.0\ntitle: x\ntitle: y\n", (4, 1), "DUPLICATE_KEY"),
    ("name: &a x\nversion: 1.0\ntitle: *a\n", (1, 7), "ALIAS"),
    ("a: &a [x, x]\nb: [*a, *a]\n", (1, 4), "ALIAS"),
    ("name: !!python/object/apply:os.system ['true']\n", (1, 7), "TAG"),
    ("name: x\n<<: {a: 1}\n", (2, 5), "INVALID"),
    ("name: [x\n", (2, 1), "NOT_YAML"),
    ("name: x\n\tversion: 1\n", (2, 1), "NOT_YAML"),
    ("--- {}\n--- {}\n", (2, 1), "MANY_DOCUMENTS"),
    ("? [a]\n: b\n", (1, 3), "BAD_KEY"),
    ("[" * 5000, (1, 41), "TOO_DEEP"),
    ("", (1, 1), "NOT_A_PACK"),
    ("just words", (1, 1), "NOT_A_PACK"),
    ("- name: x\n", (1, 1), "NOT_A_PACK"),
    ("name: x\nversion: 1.0\ntitle: x\ncolour: red\n", (4, 9), "INVALID"),
    ("name: x\nversion: one\ntitle: x\n", (2, 10), "INVALID"),
    ("name: x\nversion: 1.0\ntitle: x\nsensorProfiles: 5\n", (4, 17), "WRONG_TYPE"),
    (
        "name: x\nversion: 1.10\ntitle: x\nsensorProfiles:\n  - name: a\n    version: 1.0\n    fields:\n"
        "      - {key: a, type: DOUBLE}\n      - {key: b, type: FLOAT}\n",
        (9, 24),
        "INVALID",
    ),
    (
        "name: x\nversion: 1.0\ntitle: x\nsensorProfiles:\n  - name: a\n    version: 1.0\n    fields:\n"
        "      - {key: a, type: TEXT, min: 3}\n",
        (8, 35),
        "NOT_FOR_TYPE",
    ),
    (
        "name: x\nversion: 1.0\ntitle: x\nalertRules:\n  - name: r\n    severity: INFO\n"
        "    input: {sensorProfile: a, field: b}\n    condition: {operator: GT, value: 1}\n",
        (7, 12),
        "UNKNOWN_FIELD",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "code"), YAML_FAULTS)
def test_what_is_wrong_in_yaml_is_told_with_line_and_column(
    tenant: Organization, text: str, place: tuple[int, int], code: str
) -> None:
    problem = assert_problem(upload(tenant, text, "application/yaml"), 422, code="PACK_INVALID")
    first = problem["errors"][0]
    assert ((first["line"], first["column"]), first["code"]) == (place, code), problem["errors"]


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        ('{"name": "x",\n "name": "y"}', (2, 2), "DUPLICATE_KEY"),
        ('{"name": "x",\n "version": }', (2, 13), "NOT_JSON"),
        ('{"name": "x", "version": "1.0",\n\t"title": 5}', (2, 11), "INVALID"),
        ('{"name": "{[\\"x\\", 5",\n "version": "1.0", "title": ""}', (1, 10), "INVALID"),
        ('{"a": ' * 60 + "1" + "}" * 60, (1, 241), "TOO_DEEP"),
        ("[" * 100_000 + "]" * 100_000, (1, 1), "TOO_DEEP"),
        ("null", (1, 1), "NOT_A_PACK"),
        (b'{"name": "\xff"}', (1, 11), "NOT_UTF8"),
    ],
)
def test_what_is_wrong_in_json_is_told_with_line_and_column(
    tenant: Organization, text: str | bytes, place: tuple[int, int], code: str
) -> None:
    problem = assert_problem(upload(tenant, text), 422, code="PACK_INVALID")
    first = problem["errors"][0]
    assert ((first["line"], first["column"]), first["code"]) == (place, code), problem["errors"]


def test_everything_wrong_is_told_at_once_in_the_order_of_the_document(
    tenant: Organization,
) -> None:
    bad = pack("bad", fields=[{"key": "a", "type": "NUMBER"}])
    bad |= {"dashboards": [{"name": "d", "widgets": []}], "alertRules": [{"name": "r"}], "title": 3}
    problem = assert_problem(upload(tenant, json.dumps(bad, indent=1)), 422, code="PACK_INVALID")
    lines = [fault["line"] for fault in problem["errors"]]
    assert len(lines) == 4
    assert lines == sorted(lines)


def test_too_large_a_pack_and_other_formats_are_refused(tenant: Organization) -> None:
    large = upload(tenant, json.dumps(pack("large", description="x" * 600_000)))
    assert_problem(large, 413, code="TOO_LARGE")
    assert_problem(upload(tenant, "a,b", "text/csv"), 415)


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False),
              st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text("abc_é", max_size=4), inner)),
    max_leaves=12,
)  # fmt: skip


@given(_JSON, st.sampled_from([None, 2]))
def test_a_document_is_read_as_it_was_written_in_both_languages(
    value: Any, indent: int | None
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=indent is None)
    assert documents.read(text.encode(), is_json=True).value == value
    in_yaml = yaml.safe_dump(
        value, allow_unicode=True, default_style='"' if isinstance(value, str) else None
    )
    read = documents.read(in_yaml.encode(), is_json=False).value
    # YAML 1.1 writes a float like 1e+16 without a point, which YAML 1.2 reads as the number that it is.
    assert read == value


def test_words_are_words() -> None:
    text = "a: no\nb: 0x10\nc: 2026-01-01\nd: 1:30\nversion: 1.10\ne: ~\nf: 1e3\ng: .5\nh: '5'\n"
    value = documents.read(text.encode(), is_json=False).value
    assert value == {
        "a": "no", "b": "0x10", "c": "2026-01-01", "d": "1:30", "version": "1.10", "e": None, "f": 1000.0, "g": 0.5,
        "h": "5",
    }  # fmt: skip


def test_an_installation_is_whole_or_not_at_all(organization: Organization) -> None:
    make_sensor_profile(organization, "b", "1.0", [{"key": "mine", "type": "TEXT"}])
    profiles = [{"name": name, "version": "1.0", "fields": CLIMATE} for name in ("a", "b", "c")]
    assert upload(organization, pack("abc") | {"sensorProfiles": profiles}).status_code == 201
    problem = assert_problem(
        organization.http.post("/packs/abc/install"), 409, code="PACK_CONFLICT"
    )
    assert [fault["path"] for fault in problem["errors"]] == ["$.sensorProfiles[1]"]
    assert versions(organization) == {("b", "1.0")}
    assert organization.http.get("/packs/abc").json()["installedVersion"] is None


def test_a_profile_of_ones_own_with_the_same_content_stays_ones_own(
    organization: Organization,
) -> None:
    make_sensor_profile(organization, "same")
    upload(organization, pack("same"))
    assert organization.http.post("/packs/same/install").status_code == 200
    assert organization.http.delete("/packs/same").status_code == 204
    assert versions(organization) == {("same", "1.0")}


def test_an_upgrade_moves_what_stays_compatible_and_says_so_beforehand(
    organization: Organization,
) -> None:
    http = organization.http
    rule = {
        "name": "warm",
        "input": {"sensorProfile": "k", "field": "temperature"},
        "condition": {"operator": "GT", "value": 30},
        "severity": "INFO",
    }
    upload(organization, pack("k", alertRules=[rule]))
    upload(
        organization,
        pack(
            "k",
            "1.1",
            [*CLIMATE, {"key": "co2", "type": "DOUBLE"}],
            alertRules=[rule | {"severity": "WARNING"}],
        ),
    )
    upload(organization, pack("k", "2.0", [CLIMATE[0]]))
    assert_problem(http.post("/packs/k/upgrade"), 409, code="PACK_NOT_INSTALLED")
    assert http.post("/packs/k/install", json={"version": "1.0"}).status_code == 200
    assert_problem(
        http.post("/packs/k/install", json={"version": "1.1"}), 409, code="PACK_INSTALLED"
    )
    first = http.get("/sensor-profiles", params={"name": "k"}).json()["items"][0]
    components = [bind(organization, name, first["id"]) for name in ("one", "two")]

    dry = http.post("/packs/k/upgrade", json={"version": "1.1", "dryRun": True}).json()
    assert (dry["from"], dry["to"], dry["dryRun"]) == ("1.0", "1.1", True)
    [profile] = dry["profiles"]
    assert (profile["components"], profile["devices"], profile["left"]) == (2, 2, 0)
    assert [change["code"] for change in profile["changes"]] == ["FIELD_ADDED"]
    assert dry["templates"] == [{"kind": "alertRules", "name": "warm", "change": "CHANGED"}]
    assert versions(organization) == {("k", "1.0")}
    assert http.get("/packs/k").json()["installedVersion"] == "1.0"

    done = http.post("/packs/k/upgrade", json={"version": "1.1"}).json()
    assert done == dry | {"dryRun": False}
    assert [bound_to(organization, component) for component in components] == ["1.1", "1.1"]
    assert versions(organization) == {("k", "1.1")}, "what nobody has any more is gone"
    assert http.get("/packs/k").json()["installedVersion"] == "1.1"

    broken = http.post("/packs/k/upgrade").json()
    [profile] = broken["profiles"]
    assert (broken["to"], profile["components"], profile["left"]) == ("2.0", 0, 2)
    assert [bound_to(organization, component) for component in components] == ["1.1", "1.1"]
    assert versions(organization) == {("k", "1.1"), ("k", "2.0")}
    assert_problem(
        http.post("/packs/k/upgrade", json={"version": "1.1"}), 422, code="UNPROCESSABLE"
    )
    assert_problem(http.post("/packs/k/upgrade", json={"version": "9.9"}), 404)


def test_a_pack_in_use_stays_and_says_by_what(organization: Organization) -> None:
    http = organization.http
    upload(organization, pack("used"))
    http.post("/packs/used/install")
    profile = http.get("/sensor-profiles", params={"name": "used"}).json()["items"][0]
    kind = make_device_profile(organization, "own", sensor_profile="used")
    component = bind(organization, "d", profile["id"])
    problem = assert_problem(http.delete("/packs/used"), 409, code="PACK_IN_USE")
    assert problem["detail"] == "used is used by 1 component, device profile own 1.0"
    assert http.delete(f"/device-profiles/{kind['id']}").status_code == 204
    device = http.get(f"/components/{component}").json()["deviceId"]
    assert http.delete(f"/devices/{device}").status_code == 204
    assert http.delete("/packs/used").status_code == 204
    assert_problem(http.get("/packs/used"), 404)


def test_the_packs_are_in_the_wheel(tmp_path: Path) -> None:
    """hatchling takes all files of the packages; read here from its own list."""
    from hatchling.builders.wheel import WheelBuilder

    root = Path(__file__).parents[2]
    taken = {file.relative_path for file in WheelBuilder(str(root)).recurse_included_files()}
    assert {f"app/catalogue/packs/shipped/{name}.yaml" for name in SHIPPED} <= taken


def test_a_hash_says_the_content_and_nothing_else() -> None:
    document = documents.read(json.dumps(pack("x")).encode(), is_json=True)
    found, _ = checked(document)
    assert found is not None
    assert hash_of(found) == hash_of(found)
    found.description = "changed"
    other, _ = checked(document)
    assert other is not None
    assert hash_of(found) != hash_of(other)
