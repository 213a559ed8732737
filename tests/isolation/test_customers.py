"""Customers within one organization: every route, table and function as one of them, with what is
another's and what is the organization's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from app.permissions import CUSTOMERS_MAY
from db.connections.tenants import customer_settings
from db.customers import HIDDEN, READABLE, VISIBLE_TO_CUSTOMERS
from db.migrations.customers import policies_of
from tests.isolation.test_database import FUNCTIONS, act_in, rows_of
from tests.isolation.test_routes import call, shape
from tests.make.customers import CustomerStand, customer_of, fleet_of, give
from tests.make.fleet import made
from tests.make.live import Key, Stream, eventually, streaming
from tests.make.media import put_media_rows
from tests.make.people import admin_address
from tests.make.platform import RunningPlatform
from tests.make.readings import assert_problem, at, by_key, send
from tests.make.resources import LISTED, World, nobodys_ids
from tests.make.routes import GUARDED, WITH_AN_ID, Route

# By the names of their ids: what a customer sees who was given the world's device, its site and a
# dashboard; the kinds, which everybody in the organization sees. All else is hidden.
OF_THE_DEVICE = {
    *("device_id", "site_id", "dashboard_id", "sensor_id", "component_id", "command_id"),
    *("alert_id", "annotation_id", "camera_id", "clip_request_id", "capture_id"),
    *("live_session_id", "segment_id", "serial", "other_component_id"),
}
KINDS = {"sensor_profile_id", "device_profile_id", "class_id"}

# Lists that a customer may ask for, and in which they see nothing: it is the organization's own.
EMPTY = {
    *("/devices/registration/tokens", "/device-groups", "/device-groups/{group_id}/commands"),
    "/reference-pairs",
    *("/job-definitions", "/job-definitions/{definition_id}/runs", "/media-capture-rules"),
    *("/dashboards/{dashboard_id}/shares", "/exports", "/events"),
}


@pytest.fixture(scope="module")
def theirs_in_ours(platform: RunningPlatform, ours: World) -> Iterator[CustomerStand]:
    """Who was given what the world is made around."""
    with customer_of(platform, ours.organization, "who has much") as customer:
        for thing in ("devices/{device_id}", "sites/{site_id}", "dashboards/{dashboard_id}"):
            give(ours.organization, f"/{thing}".format(**ours.ids), customer)
        yield customer


@pytest.fixture(scope="module")
def stranger(
    platform: RunningPlatform, ours: World, theirs_in_ours: CustomerStand
) -> Iterator[CustomerStand]:
    """Another customer, who has a little."""
    with customer_of(platform, ours.organization, "who has little") as customer:
        yield customer


@pytest.fixture(scope="module")
def own(ours: World, stranger: CustomerStand) -> dict[str, str]:
    dashboard = made_by(stranger, "/dashboards", {"name": "mine"})
    return {**fleet_of(ours.organization, stranger, "a little"), "dashboard_id": dashboard}


def made_by(customer: CustomerStand, path: str, body: object) -> str:
    answer = customer.http.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.mark.parametrize(
    "route", [each for each in GUARDED if each.permission not in CUSTOMERS_MAY], ids=str
)
def test_a_customer_may_only_what_customers_may(
    ours: World, stranger: CustomerStand, route: Route
) -> None:
    assert_problem(call(stranger.http, route, ours.ids), 403, code="FORBIDDEN")


@pytest.mark.parametrize(
    "route", [each for each in WITH_AN_ID if each.permission in CUSTOMERS_MAY], ids=str
)
def test_another_customers_id_and_the_organizations_are_like_ones_that_nobody_has(
    ours: World, stranger: CustomerStand, route: Route
) -> None:
    answer = call(stranger.http, route, ours.ids)
    if set(route.parameters) <= KINDS:
        assert answer.status_code == 200, answer.text
        return
    nobodys = nobodys_ids()
    expected = call(stranger.http, route, nobodys)
    assert_problem(answer, 404, code="NOT_FOUND")
    assert shape(answer, ours.ids) == shape(expected, nobodys)


@pytest.mark.parametrize(
    "route", [each for each in WITH_AN_ID if len(each.parameters) > 1], ids=str
)
def test_another_customers_id_below_ones_own_is_404(
    ours: World, stranger: CustomerStand, own: dict[str, str], route: Route
) -> None:
    for name in set(route.parameters) & own.keys():
        mixed = {**ours.ids, name: own[name]}
        answer = call(stranger.http, route, mixed)
        assert answer.status_code == (404 if route.permission in CUSTOMERS_MAY else 403)


@pytest.mark.parametrize(
    "route",
    [
        each
        for each in GUARDED
        if each.method == "GET" and not each.parameters and each.permission in CUSTOMERS_MAY
    ],
    ids=str,
)
def test_nothing_that_is_listed_or_counted_tells_of_another_customer(
    ours: World,
    theirs_in_ours: CustomerStand,
    stranger: CustomerStand,
    own: dict[str, str],
    route: Route,
) -> None:
    hidden = {
        ours.ids[name]: name for name in ours.ids if name not in KINDS and name != "session_id"
    }
    hidden |= {theirs_in_ours.id: "customer", ours.name: "name"}
    answer = call(stranger.http, route, {})
    assert answer.status_code < 500, answer.text
    if "text/event-stream" not in answer.headers.get("content-type", ""):
        told = answer.text.replace(ours.organization.id, "")
        assert {name for id_, name in hidden.items() if id_ in told and len(id_) > 8} == set()


@pytest.mark.parametrize("parameter", ["deviceId", "siteId", "groupId", "sensorIds", "cameraId"])
@pytest.mark.parametrize("path", ["/readings/latest", "/readings/stream", "/sensors", "/devices"])
def test_a_filter_by_what_is_anothers_finds_nothing(
    ours: World, stranger: CustomerStand, path: str, parameter: str
) -> None:
    names = {"deviceId": "device_id", "siteId": "site_id", "groupId": "group_id"}
    names |= {"sensorIds": "sensor_id", "cameraId": "camera_id"}
    answer = stranger.http.get(path, params={parameter: ours.ids[names[parameter]]})
    found = answer.json().get("items", []) if answer.status_code == 200 else []
    assert (answer.status_code, found) in [(404, []), (400, []), (200, [])]


def test_a_customer_sees_what_they_were_given_and_all_that_hangs_on_it(
    ours: World, theirs_in_ours: CustomerStand
) -> None:
    seen, empty = set(), set()
    for resource in LISTED:
        path = str(resource.path)
        answer = theirs_in_ours.http.get(path.format(**ours.ids), params={"limit": 500})
        if answer.status_code == 403:
            continue
        items = answer.json()["items"] if answer.status_code == 200 else []
        if ours.ids[resource.id_name] in {item[resource.shown_as] for item in items}:
            seen.add(resource.id_name)
        else:
            empty.add(path)
    assert seen == (OF_THE_DEVICE & {each.id_name for each in LISTED}) | KINDS
    assert empty == EMPTY
    http, ids = theirs_in_ours.http, ours.ids
    assert len(http.get(f"/readings/sensor/{ids['sensor_id']}", params=SPAN).json()["items"]) == 2
    detail = http.get(f"/alerts/{ids['alert_id']}").json()
    assert all(detail[part] for part in ("summary", "comments", "readings"))
    assert http.get("/organizations/current").json()["id"] == ours.organization.id
    assert http.get("/overview").json()["steps"] is None


SPAN = {"from": at(-60).isoformat(), "to": at(60).isoformat()}


def test_what_customers_see_is_what_the_list_says_of_each_table(platform: RunningPlatform) -> None:
    with psycopg.connect(admin_address(platform)) as admin:
        tables = admin.execute(
            "SELECT tablename FROM pg_policies WHERE schemaname = 'platform' "
            "AND policyname = 'tenant'"
        ).fetchall()
        found = admin.execute(
            "SELECT p.polrelid::regclass::text, p.polname, p.polpermissive, obj_description(p.oid) "
            "FROM pg_policy p WHERE p.polname LIKE 'customer%'"
        ).fetchall()
    assert {table for (table,) in tables} == VISIBLE_TO_CUSTOMERS.keys(), (
        "say in db/customers.py what customers see of it"
    )
    wanted = {
        (f"platform.{table}", name, False, text)
        for table, visibility in VISIBLE_TO_CUSTOMERS.items()
        for name, text in policies_of(visibility).items()
    }
    assert set(found) == wanted


@pytest.fixture
def app(platform: RunningPlatform) -> Iterator[psycopg.Connection]:
    with psycopg.connect(platform.secret_urls()["database_url"]) as connection:
        yield connection
        connection.rollback()


def act_for(connection: psycopg.Connection, world: World, customer: CustomerStand) -> None:
    act_in(connection, world.organization.id)
    for name, value in customer_settings(UUID(customer.id)).items():
        connection.execute("SELECT set_config(%s, %s, true)", [name, value])


# Without a row of the device's in the tests' world, or with rows of who writes alone.
NOT_MADE = {
    *("idempotency_record", "alert_outbox", "export", "job", "dashboard_share", "device_lease"),
    *("device_key", "camera_lease", "device_word", "sensor_word"),
}


@pytest.mark.parametrize("table", sorted(VISIBLE_TO_CUSTOMERS))
def test_a_table_shows_a_customer_their_own_rows_and_no_others(
    app: psycopg.Connection,
    ours: World,
    theirs_in_ours: CustomerStand,
    stranger: CustomerStand,
    own: dict[str, str],
    table: str,
) -> None:
    visibility, name = VISIBLE_TO_CUSTOMERS[table], f"platform.{table}"
    act_in(app, ours.organization.id)
    put_media_rows(app, ours.ids["camera_id"])
    everything = rows_of(app, name)
    act_for(app, ours, theirs_in_ours)
    given = rows_of(app, name)
    act_for(app, ours, stranger)
    little = rows_of(app, name)
    if visibility is HIDDEN:
        assert given == little == []
    elif visibility is READABLE:
        assert given == little == everything
    else:
        assert len(given) <= len(everything)
        assert given or table in NOT_MADE, f"nothing of {table} is made, so nothing is proved"
        assert [row for row in given if row in little] == []


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_a_function_shows_readings_to_whose_they_are(
    app: psycopg.Connection,
    ours: World,
    theirs_in_ours: CustomerStand,
    stranger: CustomerStand,
    function: str,
) -> None:
    def shown(customer: CustomerStand) -> list[Any]:
        act_for(app, ours, customer)
        arguments, values = FUNCTIONS[function](ours.sensor_id)
        rows = app.execute(f"SELECT * FROM api.{function}{arguments}".encode(), values).fetchall()
        return [row for row in rows if any(row)]

    assert shown(stranger) == []
    assert shown(theirs_in_ours)


@pytest.mark.parametrize("view", ["latest", "reading", "reading_metadata"])
def test_a_view_shows_readings_to_whose_they_are(
    app: psycopg.Connection,
    ours: World,
    theirs_in_ours: CustomerStand,
    stranger: CustomerStand,
    own: dict[str, str],
    view: str,
) -> None:
    def sensors(customer: CustomerStand) -> set[str]:
        act_for(app, ours, customer)
        return {str(row["sensor_id"]) for row in rows_of(app, f"api.{view}")}

    assert ours.sensor_id in sensors(theirs_in_ours)
    assert sensors(stranger) <= {own["sensor_id"]}


WRITES: dict[str, Callable[[dict[str, str]], str]] = {
    "a sensor of another's device": lambda ids: (
        "INSERT INTO platform.sensor (id, device_id, key, name, value_type) "
        f"VALUES (gen_random_uuid(), '{ids['device_id']}', 'x', 'x', 'DOUBLE')"
    ),
    "a device of nobody": lambda _: (
        "INSERT INTO platform.device (id, name) VALUES (gen_random_uuid(), 'x')"
    ),
    "a site of another's": lambda ids: (
        "INSERT INTO platform.site (id, name, customer_id) "
        f"VALUES (gen_random_uuid(), 'x', '{ids['theirs']}')"
    ),
    "a member of the organization": lambda _: (
        "INSERT INTO platform.membership (user_id, role) VALUES (gen_random_uuid(), 'ADMIN')"
    ),
    "a key": lambda _: (
        "INSERT INTO platform.api_key (id, name, prefix, key_hash, scopes, created_by) "
        "VALUES (gen_random_uuid(), 'x', 'x', 'x', '{}', 'x')"
    ),
    "a profile": lambda _: (
        "INSERT INTO platform.annotation_class (id, name, scopes, created_by) "
        "VALUES (gen_random_uuid(), 'x', '{}', 'x')"
    ),
    "the organization's name": lambda _: "UPDATE platform.organization SET name = 'x'",
}


@pytest.mark.parametrize("write", WRITES)
def test_a_row_that_is_not_theirs_can_not_be_written_by_a_customer(
    app: psycopg.Connection,
    ours: World,
    theirs_in_ours: CustomerStand,
    stranger: CustomerStand,
    write: str,
) -> None:
    act_for(app, ours, stranger)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        app.execute(WRITES[write]({**ours.ids, "theirs": theirs_in_ours.id}).encode())


@pytest.mark.parametrize("table", ["device", "site", "sensor", "camera", "dashboard"])
def test_changing_everything_touches_nothing_of_another_customer(
    app: psycopg.Connection,
    ours: World,
    stranger: CustomerStand,
    own: dict[str, str],
    table: str,
) -> None:
    act_for(app, ours, stranger)
    statement = f"UPDATE platform.{table} SET org_id = org_id RETURNING id"
    touched = {str(id_) for (id_,) in app.execute(statement.encode()).fetchall()}
    assert touched <= set(own.values())


def test_a_key_of_a_customer_may_no_more_than_they(
    platform: RunningPlatform, ours: World, stranger: CustomerStand, own: dict[str, str]
) -> None:
    def made_key(**more: object) -> httpx.Response:
        body = {"name": "of a customer", "customerId": stranger.id, **more}
        return ours.organization.http.post("/api-keys", json=body)

    assert_problem(made_key(scopes=["members:read"]), 422)
    assert_problem(made_key(customerId=ours.ids["device_id"]), 404)
    answer = made_key()
    assert set(answer.json()["scopes"]) == CUSTOMERS_MAY
    with platform.client(answer.json()["key"]) as program:
        [device] = program.get("/devices").json()["items"]
        assert device["id"] == own["device_id"]
        assert_problem(program.get("/api-keys"), 403)
        assert_problem(program.get(f"/devices/{ours.ids['device_id']}"), 404)


def test_a_device_that_gets_another_customer_is_seen_by_the_new_one_alone_at_once(
    platform: RunningPlatform, ours: World, stranger: CustomerStand
) -> None:
    ids = fleet_of(ours.organization, stranger, "a device that moves")
    device, sensor = ids["device_id"], ids["sensor_id"]

    def publish(second: float) -> None:
        receipt = send(ours.organization, [by_key(device, "level", at(second), second)])
        assert receipt["accepted"] == 1

    with (
        customer_of(platform, ours.organization, "who gets it") as other,
        streaming(ours.organization, key=stranger.token) as before,
        streaming(ours.organization, key=stranger.token, sensorIds=sensor) as named,
        streaming(ours.organization, key=other.token) as after,
    ):
        for stream in (before, named, after):
            stream.until_ready()
        publish(6)
        before.until_seen({(sensor, at(6))})
        named.until_seen({(sensor, at(6))})
        give(ours.organization, f"/devices/{device}", other)
        for path in (f"/devices/{device}", f"/sensors/{sensor}", f"/readings/sensor/{sensor}"):
            assert stranger.http.get(path, params=query_of(path)).status_code == 404
            assert other.http.get(path, params=query_of(path)).status_code == 200
        publish(7)
        after.until(lambda: (sensor, at(7)) in told_of(after), "what was published since")
        # What would be told of it comes in the order of the log: this one is later, and is told.
        eventually(lambda: len(before.of("selection")) > 1, "who lost it was told so")
        assert (sensor, at(7)) not in told_of(before) | told_of(named)


def told_of(stream: Stream) -> set[Key]:
    """Every reading, in whichever event."""
    events = stream.of("snapshot") + stream.of("readings")
    return {(sensor, ts) for event in events for sensor, ts, _ in event.readings}


def query_of(path: str) -> dict[str, str]:
    return SPAN if path.startswith("/readings") else {}


def test_with_a_customer_ends_whoever_would_see_more_without_them(
    platform: RunningPlatform, ours: World
) -> None:
    organization = ours.organization
    with customer_of(platform, organization, "who goes") as customer:
        ids = fleet_of(organization, customer, "who goes")
        body = {"name": "of who goes", "customerId": customer.id}
        key = organization.http.post("/api-keys", json=body).json()["key"]
        dashboard = made_by(customer, "/dashboards", {"name": "of who goes"})
        share = customer.http.post(f"/dashboards/{dashboard}/shares", json={}).json()["token"]
        for token in (customer.token, key, share):
            path = "/dashboards/shared" if token == share else "/devices"
            with platform.client(token) as http:
                assert http.get(path).status_code == 200, http.get(path).text
        assert organization.http.delete(f"/customers/{customer.id}").status_code == 204
        for token in (customer.token, key, share):
            path = "/dashboards/shared" if token == share else "/devices"
            with platform.client(token) as http:
                eventually(lambda http=http, path=path: http.get(path).status_code == 401, "ended")
        assert organization.http.get(f"/devices/{ids['device_id']}").json()["customerId"] is None
        assert organization.http.get(f"/dashboards/{dashboard}").json()["customerId"] is None


def test_what_is_done_for_an_actor_is_done_for_its_customer() -> None:
    """A transaction that is opened with an organization's id sees all of it."""
    opened = re.compile(r"(?:transaction|snapshot)\([^)]*\b(?:actor|user|listener)\.org_id", re.S)
    files = {path: path.read_text() for path in Path("app").rglob("*.py")}
    assert len(files) > 100
    assert [str(path) for path, text in files.items() if opened.search(text)] == []


def test_an_owner_is_never_a_customers(ours: World, stranger: CustomerStand) -> None:
    body = {"email": "owner@example.com", "role": "OWNER", "customerId": stranger.id}
    answer = ours.organization.http.post("/organizations/current/invitations", json=body)
    assert_problem(answer, 422)


def test_customers_of_one_organization_give_the_same_name_to_a_dashboard(
    ours: World, stranger: CustomerStand, theirs_in_ours: CustomerStand
) -> None:
    for customer in (stranger, theirs_in_ours):
        made_by(customer, "/dashboards", {"name": "a name that both choose"})
    made(ours.organization, "/dashboards", name="a name that both choose")
