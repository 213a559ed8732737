"""Every route of the service, walked over live HTTP: without a token, without the right, with a neighbour's ids."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.permissions import ALL_PERMISSIONS
from tests.make.people import new_member
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem, span
from tests.make.resources import LISTED, RESOURCES, Resource, World, nobodys_ids
from tests.make.routes import GUARDED, WITH_AN_ID, Route

# What a route needs beyond its path to get as far as looking the id up. A route that is not here gets {}.
BODIES = {route: body for resource in RESOURCES for route, body in resource.needs.items()}
QUERY = {**span(), "interval": "PT1H", "last": "PT1H", "field": "temperature"}

AREAS = (
    "api-keys",
    "devices",
    "config",
    "commands",
    "profiles",
    "packs",
    "readings",
    "quarantine",
    "jobs",
    "channels",
    "alert-rules",
    "media",
    "analytics",
)
# What every member may write, too.
OF_MEMBERS = ("exports", "dashboards", "events", "alerts", "annotations")
READ = {"organization:read", "members:read", "customers:read", "shared-dashboard:read"} | {
    f"{area}:read" for area in (*AREAS, *OF_MEMBERS)
}
MEMBER = READ | {"second-factor:write"} | {f"{area}:write" for area in OF_MEMBERS}
OF_ADMINS = {"audit:read", "segments:write", "customers:write"}
ADMINISTER = MEMBER | OF_ADMINS | {f"{area}:write" for area in AREAS}
MAY = {
    "MEMBER": MEMBER,
    "ADMIN": ADMINISTER,
    "OWNER": ADMINISTER | {"organization:write", "members:write"},
}


def call(http: httpx.Client, route: Route, ids: dict[str, str]) -> httpx.Response:
    body = None if route.method in ("GET", "DELETE") else BODIES.get(str(route), {})
    path = http.base_url.copy_with(path=route.path.format(**ids))
    params = {name: text for name, text in QUERY.items() if name in route.query}
    with http.stream(route.method, path, params=params, json=body) as answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()  # of a stream, which has no end, the status is enough
    return answer


def shape(answer: httpx.Response, ids: dict[str, str]) -> tuple[int, dict[str, str], str]:
    """The answer with the ids that were asked for taken out: what is left must not tell one from another."""
    body = answer.text
    for id_ in ids.values():
        body = body.replace(id_, "…")
    changing = {"date", "x-request-id", "content-length", "ratelimit"}
    headers = {name: value for name, value in answer.headers.items() if name not in changing}
    return (
        answer.status_code,
        headers,
        json.dumps({**json.loads(body), "requestId": "…"}, sort_keys=True),
    )


def test_the_walk_knows_every_path_parameter(theirs: World) -> None:
    known = theirs.ids.keys()
    unknown = {
        str(route): set(route.parameters) - known
        for route in WITH_AN_ID
        if set(route.parameters) - known
    }
    assert not unknown, (
        f"tests/make/resources.py makes no such thing, so nobody tests whose it is: {unknown}"
    )


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_without_a_token_it_is_401(platform: RunningPlatform, route: Route) -> None:
    with platform.client() as http:
        answer = call(http, route, nobodys_ids())
    assert_problem(answer, 401, code="UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.fixture(scope="module")
def lacking(platform: RunningPlatform, ours: World) -> Iterator[dict[str, httpx.Client]]:
    """For each permission a key that has all the others."""
    clients = {}
    for permission in sorted(ALL_PERMISSIONS):
        scopes = sorted(ALL_PERMISSIONS - {permission})
        made = ours.organization.http.post("/api-keys", json={"name": "lacking", "scopes": scopes})
        clients[permission] = platform.client(made.json()["key"])
    yield clients
    for client in clients.values():
        client.close()


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_with_a_key_without_the_scope_it_is_403(
    lacking: dict[str, httpx.Client], route: Route
) -> None:
    assert route.permission is not None
    assert_problem(call(lacking[route.permission], route, nobodys_ids()), 403, code="FORBIDDEN")


@pytest.fixture(scope="module")
def of_a_camera(platform: RunningPlatform, ours: World) -> Iterator[httpx.Client]:
    """With a key that is bound to our camera."""
    bound = {"name": "bound", "cameraIds": [ours.ids["camera_id"]]}
    made = ours.organization.http.post("/api-keys", json=bound)
    assert made.json()["scopes"] == ["segments:write"]
    with platform.client(made.json()["key"]) as http:
        yield http


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_a_key_of_a_camera_sends_its_footage_and_is_403_elsewhere(
    of_a_camera: httpx.Client, ours: World, theirs: World, route: Route
) -> None:
    if route.permission == "segments:write":
        assert call(of_a_camera, route, ours.ids).is_success
        for other in (theirs.ids["camera_id"], str(uuid.uuid4())):
            answer = call(of_a_camera, route, {**ours.ids, "camera_id": other})
            assert_problem(answer, 403, code="FORBIDDEN")
    else:
        assert_problem(call(of_a_camera, route, ours.ids), 403, code="FORBIDDEN")


class Person:
    """Somebody of that role, who signs in anew where a session has ended."""

    def __init__(self, platform: RunningPlatform, organization: Organization, role: str) -> None:
        self.role = role
        self._platform, self._organization = platform, organization
        self._http: httpx.Client | None = None

    def call(self, route: Route) -> httpx.Response:
        if self._http is None:
            token = new_member(self._platform, self._organization, self.role)
            self._http = self._platform.client(token)
        answer = call(self._http, route, nobodys_ids())
        if self._http.get("/auth/me").status_code == 401:
            self.leave()
        return answer

    def leave(self) -> None:
        if self._http is not None:
            self._http.close()
        self._http = None


@pytest.fixture(scope="module", params=sorted(MAY))
def person(
    platform: RunningPlatform, ours: World, request: pytest.FixtureRequest
) -> Iterator[Person]:
    somebody = Person(platform, ours.organization, request.param)
    yield somebody
    somebody.leave()


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_a_role_may_what_the_table_says_and_nothing_else(person: Person, route: Route) -> None:
    role, answer = person.role, person.call(route)
    if route.permission in MAY[role]:
        assert answer.status_code not in (401, 403), answer.text
        assert answer.status_code < 500, answer.text
    else:
        assert_problem(answer, 403, code="FORBIDDEN")


@pytest.mark.parametrize("route", WITH_AN_ID, ids=str)
def test_a_neighbours_id_is_answered_like_one_that_nobody_has(
    ours: World, theirs: World, route: Route
) -> None:
    nobodys = nobodys_ids()
    answer, expected = (call(ours.organization.http, route, ids) for ids in (theirs.ids, nobodys))
    assert expected.status_code == 404, (
        f"{route} answers {expected.status_code} to an unknown id ({expected.text[:200]}): "
        "if it wants a body first, give it one in BODIES"
    )
    assert_problem(answer, 404, code="NOT_FOUND")
    assert shape(answer, theirs.ids) == shape(expected, nobodys)


@pytest.mark.parametrize(
    "route", [route for route in WITH_AN_ID if len(route.parameters) > 1], ids=str
)
def test_a_neighbours_id_below_our_own_is_404_too(ours: World, theirs: World, route: Route) -> None:
    for name in route.parameters:
        mixed = {**ours.ids, name: theirs.ids[name]}
        assert_problem(call(ours.organization.http, route, mixed), 404, code="NOT_FOUND")


def test_after_all_that_the_neighbour_has_lost_nothing(theirs: World) -> None:
    http, ids = theirs.organization.http, theirs.ids
    assert http.get(f"/devices/{ids['device_id']}").json()["name"] == "gateway-theirs"
    certificates = http.get(f"/devices/{ids['device_id']}/certificates").json()["items"]
    assert [(item["serial"], item["revokedAt"]) for item in certificates] == [(ids["serial"], None)]
    for resource in LISTED:
        items = http.get(str(resource.path).format(**ids), params={"limit": 500}).json()["items"]
        assert ids[resource.id_name] in {item[resource.shown_as] for item in items}, resource.path
    assert http.get(f"/packs/{ids['pack_name']}").json()["installedVersion"] is None


@pytest.mark.parametrize("resource", LISTED, ids=lambda resource: resource.path)
def test_lists_and_cursors_of_a_neighbour_show_only_ones_own(
    ours: World, theirs: World, resource: Resource
) -> None:
    def page(world: World, **parameters: str | int) -> dict[str, Any]:
        path = str(resource.path).format(**world.ids)
        answer = world.organization.http.get(path, params={"limit": 500, **parameters})
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    def ids_in(page: dict[str, Any]) -> set[str]:
        return {item[resource.shown_as] for item in page["items"]}

    for path, body in resource.bodies.items():  # so that there is a second page
        new = body(ours.ids, secrets.token_hex(4))
        assert ours.organization.http.post(path.format(**ours.ids), json=new).is_success
    their_ids = ids_in(page(theirs))
    assert theirs.ids[resource.id_name] in their_ids
    assert their_ids.isdisjoint(ids_in(page(ours)))
    first = page(ours, limit=1)
    assert first["nextCursor"] is not None or not resource.bodies
    if first["nextCursor"] is not None:
        assert ids_in(page(theirs, cursor=first["nextCursor"])) <= their_ids


def test_a_cursor_of_a_neighbours_readings_shows_only_ones_own(ours: World, theirs: World) -> None:
    path = f"/readings/sensor/{ours.sensor_id}"
    cursor = ours.organization.http.get(path, params={**span(), "limit": 1}).json()["nextCursor"]
    answer = theirs.organization.http.get(path, params={**span(), "cursor": cursor})
    assert_problem(answer, 404, code="NOT_FOUND")
    shown = theirs.organization.http.get(
        f"/readings/sensor/{theirs.sensor_id}", params={**span(), "cursor": cursor}
    )
    assert [item["value"] for item in shown.json()["items"]] == [21.5]


@pytest.mark.parametrize("parameter", ["siteId", "groupId"])
def test_the_latest_of_a_neighbours_site_or_group_are_nobodys(
    ours: World, theirs: World, parameter: str
) -> None:
    id_ = theirs.ids[{"siteId": "site_id", "groupId": "group_id"}[parameter]]
    for asked in (id_, str(uuid.uuid4())):
        answer = ours.organization.http.get("/readings/latest", params={parameter: asked})
        assert_problem(answer, 404, code="NOT_FOUND")
    assert (
        len(
            theirs.organization.http.get("/readings/latest", params={parameter: id_}).json()[
                "items"
            ]
        )
        == 2
    )


@pytest.mark.parametrize(
    "path", ["/sensors", "/components", "/admin/quarantine", "/readings/latest"]
)
def test_a_filter_by_a_neighbours_device_is_like_one_by_nobodys(
    ours: World, theirs: World, path: str
) -> None:
    def ask(device_id: str) -> tuple[int, str]:
        answer = ours.organization.http.get(path, params={"deviceId": device_id})
        body = answer.json() | {"requestId": "…", "freshAsOf": "…"}
        return answer.status_code, json.dumps(body).replace(device_id, "…")

    assert ask(theirs.device.id) == ask(str(uuid.uuid4()))


def test_a_neighbours_sensor_has_no_latest_reading(ours: World, theirs: World) -> None:
    ids = f"{theirs.sensor_id},{ours.sensor_id}"
    items = ours.organization.http.get("/readings/latest", params={"sensorIds": ids}).json()[
        "items"
    ]
    assert [item["sensorId"] for item in items] == [ours.sensor_id]
