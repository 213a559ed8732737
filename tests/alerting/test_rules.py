"""Alert rules as clients make, change and read them."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.make.alert_rules import make_rule, warm_rule
from tests.make.fleet import make_component, make_device, make_group, make_sensor, make_site
from tests.make.platform import Organization
from tests.make.profiles import make_sensor_profile
from tests.make.readings import assert_problem


@pytest.fixture(scope="module")
def device_id(customer: Organization) -> str:
    return make_device(customer, "cold room")


@pytest.fixture(scope="module")
def sensor_id(customer: Organization, device_id: str) -> str:
    return str(make_sensor(customer, device_id, "temperature", unit="°C")["id"])


def new_name() -> str:
    return f"rule {secrets.token_hex(4)}"


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    body = assert_problem(answer, 422, code="RULE_INVALID")
    return [(error["path"], error["code"]) for error in body["errors"]]


def post(customer: Organization, body: dict[str, Any]) -> httpx.Response:
    return customer.http.post("/alert-rules", json=body)


def on(type_: str, id_: str | None = None, **more: Any) -> dict[str, Any]:
    """A rule of that scope."""
    target = {"type": type_} | ({} if id_ is None else {"id": id_})
    return {**warm_rule({"sensor_id": ""}, new_name()), "target": target, **more}


def test_a_rule_keeps_what_it_is_given_and_says_it_in_words(
    customer: Organization, sensor_id: str
) -> None:
    given: dict[str, Any] = {
        "name": new_name(),
        "description": "Close the door.",
        "target": {"type": "SENSOR", "id": sensor_id},
        "field": None,
        "levels": [
            {"severity": "WARNING", "value": 8.0, "clearValue": 7.0, "forSeconds": 300},
            {"severity": "CRITICAL", "value": 10.0},
        ],
        "cooldownSeconds": 600,
        "schedule": {
            "timezone": "SITE",
            "weekly": [{"days": ["MON"], "from": "08:00", "to": "18:00"}],
        },
        "autoResolve": False,
        "reopenAfterSeconds": 0,
        "notify": [],
        "groupSeconds": 0,
        "repeatSeconds": 900,
        "notifyEndedWithinSeconds": 60,
        "enabled": False,
    }
    answer = post(customer, {**given, "condition": {"kind": "VALUE", "operator": "GT"}})
    assert answer.status_code == 201, answer.text
    rule = answer.json()
    assert {name: rule[name] for name in given if name != "levels"} == {
        name: given[name] for name in given if name != "levels"
    }
    said = [{key: level[key] for key in asked} for level, asked in
            zip(rule["levels"], given["levels"], strict=True)]  # fmt: skip
    assert said == given["levels"]
    assert rule["condition"]["operator"] == "GT"
    assert (rule["version"], rule["createdBy"][:4]) == (1, "key_")
    assert rule["summary"] == (
        "Warning when temperature is above 8 °C for 5 min, over at 7 °C or below; "
        "critical above 10 °C; Mon 08:00–18:00 at the site; not again within 10 min."
    )


def test_what_is_read_can_be_put_and_changes_nothing(
    customer: Organization, sensor_id: str
) -> None:
    rule = make_rule(customer, sensor_id, new_name())
    ours = {"id", "version", "summary", "createdBy", "createdAt", "updatedAt"}
    body = {name: value for name, value in rule.items() if name not in ours}
    put = customer.http.put(f"/alert-rules/{rule['id']}", json=body)
    assert put.status_code == 200, put.text
    assert {**put.json(), "updatedAt": ""} == {**rule, "updatedAt": ""}


@pytest.mark.parametrize(
    "patch",
    [
        {"condition": {"value": 31}},
        {"levels": [{"severity": "CRITICAL"}]},
        {"levels": [{"severity": "WARNING", "value": 29, "clearValue": 28, "forSeconds": 60}]},
        {"cooldownSeconds": 60},
        {
            "schedule": {
                "timezone": "UTC",
                "weekly": [{"days": ["SUN"], "from": "00:00", "to": "24:00"}],
            }
        },
        {"target": {"type": "DEVICE"}, "field": "temperature"},
    ],
)
def test_what_decides_makes_a_new_version(
    customer: Organization, sensor_id: str, device_id: str, patch: dict[str, Any]
) -> None:
    rule = make_rule(customer, sensor_id, new_name())
    if "target" in patch:
        patch = {**patch, "target": {"type": "DEVICE", "id": device_id}}
    changed = customer.http.patch(f"/alert-rules/{rule['id']}", json=patch)
    assert changed.status_code == 200, changed.text
    assert changed.json()["version"] == 2
    versions = customer.http.get(f"/alert-rules/{rule['id']}/versions").json()["items"]
    assert [version["version"] for version in versions] == [2, 1]
    assert versions[1]["condition"] == rule["condition"]
    assert versions[1]["start"] < versions[0]["start"]
    assert versions[0]["summary"] == changed.json()["summary"]


def test_names_texts_and_who_is_told_make_none(customer: Organization, sensor_id: str) -> None:
    rule = make_rule(customer, sensor_id, new_name())
    patch = {
        "name": new_name(),
        "description": "Call Ada.",
        "autoResolve": False,
        "reopenAfterSeconds": 60,
        "groupSeconds": 5,
        "repeatSeconds": 600,
        "notifyEndedWithinSeconds": 0,
    }
    changed = customer.http.patch(f"/alert-rules/{rule['id']}", json=patch).json()
    different = {name for name in rule if changed[name] != rule[name]}
    assert different == {*patch, "updatedAt"}


def test_null_is_the_default_again(customer: Organization, sensor_id: str) -> None:
    rule = make_rule(customer, sensor_id, new_name(), cooldownSeconds=60, description="a")
    patch = {"cooldownSeconds": None, "description": None, "condition": {"graceSeconds": None}}
    changed = customer.http.patch(f"/alert-rules/{rule['id']}", json=patch).json()
    assert (changed["cooldownSeconds"], changed["description"]) == (0, "")
    assert changed["condition"]["graceSeconds"] == 30


@pytest.mark.parametrize(
    ("patch", "status", "code"),
    [
        ({"condition": {"valeu": 3}}, 400, "MALFORMED"),
        ({"condition": {"kind": None, "operator": 3}}, 400, "MALFORMED"),
        ({"target": {"type": "PLANET"}}, 400, "MALFORMED"),
        ({"schedule": {"timezone": "UTC"}}, 400, "MALFORMED"),
        ({"groupSeconds": 100_000}, 400, "MALFORMED"),
        ({"levels": []}, 400, "MALFORMED"),
        ({"condition": {"value": None}}, 422, "RULE_INVALID"),
        ({"condition": {"kind": "EXPRESSION", "expression": "a > 1"}}, 422, "RULE_INVALID"),
        ({"target": {"id": str(uuid4())}}, 404, "NOT_FOUND"),
        ({"target": {"name": "both"}}, 422, "UNPROCESSABLE"),
        ({"version": 7}, 400, "MALFORMED"),
    ],
)
def test_a_patch_that_makes_no_rule_changes_nothing(
    customer: Organization, sensor_id: str, patch: dict[str, Any], status: int, code: str
) -> None:
    rule = make_rule(customer, sensor_id, new_name())
    assert_problem(customer.http.patch(f"/alert-rules/{rule['id']}", json=patch), status, code=code)
    assert customer.http.get(f"/alert-rules/{rule['id']}").json() == rule


def test_a_rule_is_switched_off_and_on_once(customer: Organization, sensor_id: str) -> None:
    rule = make_rule(customer, sensor_id, new_name())
    path = f"/alert-rules/{rule['id']}"
    off = customer.http.post(f"{path}/disable")
    assert (off.status_code, off.json()["enabled"], off.json()["version"]) == (200, False, 1)
    assert customer.http.post(f"{path}/disable").json() == off.json()
    stale = {"If-Match": '"older"'}
    assert_problem(customer.http.post(f"{path}/enable", headers=stale), 412)
    again = customer.http.post(f"{path}/enable", headers={"If-Match": off.headers["ETag"]})
    assert again.json()["enabled"] is True
    assert customer.http.get(path).headers["ETag"] == again.headers["ETag"]


def test_who_puts_over_an_older_version_changes_nothing(
    customer: Organization, sensor_id: str
) -> None:
    rule = make_rule(customer, sensor_id, new_name())
    path, body = f"/alert-rules/{rule['id']}", warm_rule({"sensor_id": sensor_id}, "stale")
    assert_problem(customer.http.put(path, json=body, headers={"If-Match": '"older"'}), 412)
    assert customer.http.get(path).json() == rule


def test_a_name_is_taken_once_until_its_rule_is_deleted(
    customer: Organization, sensor_id: str
) -> None:
    body = warm_rule({"sensor_id": sensor_id}, new_name())
    first = post(customer, body).json()
    assert_problem(post(customer, body), 409, code="ALREADY_EXISTS")
    assert customer.http.delete(f"/alert-rules/{first['id']}").status_code == 204
    assert_problem(customer.http.get(f"/alert-rules/{first['id']}"), 404)
    assert_problem(customer.http.get(f"/alert-rules/{first['id']}/versions"), 404)
    assert post(customer, body).status_code == 201


@pytest.mark.parametrize(
    ("value_type", "condition", "place"),
    [
        ("TEXT", {"kind": "VALUE", "operator": "GT", "value": 3}, "operator"),
        ("DOUBLE", {"kind": "VALUE", "operator": "CONTAINS", "value": "E"}, "operator"),
        ("DOUBLE", {"kind": "VALUE", "operator": "EQ", "value": "E"}, "operator"),
        ("BOOLEAN", {"kind": "VALUE", "operator": "EQ", "value": 1}, "operator"),
        ("BIGINT", {"kind": "VALUE", "operator": "IS_TRUE"}, "operator"),
        (
            "TEXT",
            {
                "kind": "AGGREGATE",
                "aggregate": "AVG",
                "operator": "GT",
                "value": 1,
                "windowSeconds": 60,
            },
            "operator",
        ),
        ("TEXT", {"kind": "STUCK", "windowSeconds": 60}, "kind"),
    ],
)
def test_what_says_nothing_of_a_sensors_values_is_refused(
    customer: Organization, device_id: str, value_type: str, condition: dict[str, Any], place: str
) -> None:
    sensor = make_sensor(customer, device_id, secrets.token_hex(4), valueType=value_type)
    body = on("SENSOR", sensor["id"], condition=condition, levels=[{"severity": "INFO"}])
    assert faults(post(customer, body)) == [(f"$.condition.{place}", "NOT_FOR_TYPE")]
    silence = {"kind": "NO_DATA", "windowSeconds": 60}
    assert post(customer, {**body, "condition": silence}).status_code == 201


def test_a_rule_may_watch_all_of_anything(customer: Organization, device_id: str) -> None:
    component = make_component(customer, device_id, "probe")["id"]
    sensor = make_sensor(customer, device_id, "humidity", componentId=component, unit="%")
    profile = make_sensor_profile(customer, f"climate-{secrets.token_hex(4)}")
    scopes = [
        on("ORGANIZATION", customer.id, field="humidity"),
        on("SITE", make_site(customer, new_name())["id"]),
        on("DEVICE_GROUP", make_group(customer, new_name(), "a")["id"], field="humidity"),
        on("DEVICE", device_id, field="humidity"),
        on("COMPONENT", component),
        on("SENSOR", sensor["id"]),
        on("SENSOR_PROFILE", profile["id"], field="temperature"),
        {**on("SENSOR_PROFILE", field="temperature"), "target": {
            "type": "SENSOR_PROFILE", "name": profile["name"]}},
    ]  # fmt: skip
    for body in scopes:
        answer = post(customer, body)
        assert answer.status_code == 201, answer.text
        assert answer.json()["target"] == body["target"]
    words = customer.http.get("/alert-rules", params={"limit": 8}).json()["items"]
    subjects = [rule["summary"].split(" is ")[0].removeprefix("Warning when ") for rule in words]
    assert subjects == ["temperature"] * 2 + [
        "humidity", "any value", "humidity", "humidity", "any value", "humidity"
    ]  # fmt: skip


def test_what_a_target_needs_is_told(customer: Organization, sensor_id: str) -> None:
    profile = make_sensor_profile(customer, f"climate-{secrets.token_hex(4)}")
    named = {"type": "SENSOR_PROFILE", "name": "nobody's"}
    assert faults(post(customer, on("SENSOR", sensor_id, field="x"))) == [
        ("$.field", "NOT_FOR_TARGET")
    ]
    assert faults(post(customer, on("SENSOR_PROFILE", profile["id"]))) == [("$.field", "MISSING")]
    assert faults(post(customer, on("SENSOR_PROFILE", profile["id"], field="x"))) == [
        ("$.field", "UNKNOWN_FIELD")
    ]
    assert faults(post(customer, {**on("SENSOR"), "target": named, "field": "x"})) == [
        ("$.target.name", "UNKNOWN_PROFILE")
    ]
    assert_problem(post(customer, on("SENSOR")), 422, code="UNPROCESSABLE")
    for type_ in ("ORGANIZATION", "SITE", "DEVICE_GROUP", "DEVICE", "COMPONENT", "SENSOR_PROFILE"):
        assert_problem(post(customer, on(type_, str(uuid4()), field="x")), 404, code="NOT_FOUND")


def test_a_channel_that_is_not_there_is_told_of_by_its_place(
    customer: Organization, sensor_id: str
) -> None:
    lines = [{"channelId": str(uuid4())}]
    body = warm_rule({"sensor_id": sensor_id}, new_name(), notify=lines)
    assert faults(post(customer, body)) == [("$.notify[0].channelId", "UNKNOWN_CHANNEL")]


def test_a_neighbours_things_are_nobodys(
    customer: Organization, neighbour: Organization, sensor_id: str, device_id: str
) -> None:
    for body in (on("SENSOR", sensor_id), on("DEVICE", device_id, field="temperature"),
                 on("ORGANIZATION", customer.id, field="temperature")):  # fmt: skip
        theirs = assert_problem(post(neighbour, body), 404, code="NOT_FOUND")
        unknown = str(uuid4())
        nobodys = assert_problem(
            post(neighbour, {**body, "target": {**body["target"], "id": unknown}}), 404
        )
        assert theirs["detail"].replace(body["target"]["id"], "…") == nobodys["detail"].replace(
            unknown, "…"
        )


def test_rules_are_found_by_name_and_state(customer: Organization, sensor_id: str) -> None:
    word = secrets.token_hex(4)
    rule = make_rule(customer, sensor_id, f"too {word}", enabled=False)
    make_rule(customer, sensor_id, f"more {word}")
    found = customer.http.get("/alert-rules", params={"q": word.upper(), "enabled": "false"}).json()
    assert [item["id"] for item in found["items"]] == [rule["id"]]
    names = customer.http.get("/alert-rules", params={"q": word, "sort": "name"}).json()["items"]
    assert [item["name"] for item in names] == [f"more {word}", f"too {word}"]
