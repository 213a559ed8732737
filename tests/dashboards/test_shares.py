"""A link shows one dashboard to whoever holds it: nothing else, and no longer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from app.core.share_tokens import share_token_hash
from tests.dashboards.test_dashboards import make_dashboard
from tests.dashboards.test_widget_data import HOUR, widget
from tests.make.fleet import make_device
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem, at, by_key, send, sensors_by_key
from tests.make.routes import GUARDED

WAIT_SECONDS = 60


@pytest.fixture
def rooms(organization: Organization) -> list[str]:
    devices = [make_device(organization, name) for name in ("room-1", "room-2")]
    send(organization, [by_key(device, "temperature", at(60), 4.5) for device in devices])
    return devices


@pytest.fixture
def board(organization: Organization, rooms: list[str]) -> dict[str, Any]:
    """It shows a sensor of the first room, and whichever devices are chosen."""
    sensor = sensors_by_key(organization, rooms[0])["temperature"]["id"]
    series = {"input": {"sensorId": sensor}, "function": "last"}
    return make_dashboard(
        organization,
        variables=[{"name": "room", "kind": "DEVICE"}],
        widgets=[widget("stat", "STAT", series), widget("map", "MAP"), widget("a", "ALERT_LIST")],
    )


def share(organization: Organization, dashboard: dict[str, Any], **body: Any) -> dict[str, Any]:
    answer = organization.http.post(f"/dashboards/{dashboard['id']}/shares", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_a_link_shows_its_dashboard_with_what_was_chosen(
    platform: RunningPlatform, organization: Organization, rooms: list[str], board: dict[str, Any]
) -> None:
    made = share(organization, board, variables={"room": [rooms[1]]})
    assert made["url"].endswith(f"/console/shared#{made['token']}")
    with platform.client(made["token"]) as http:
        shown = http.get("/dashboards/shared").json()
        assert {name: shown[name] for name in ("id", "name", "widgets", "range")} == {
            name: board[name] for name in ("id", "name", "widgets", "range")
        }
        assert "createdBy" not in shown
        data = http.get("/dashboards/shared/data", params=HOUR)
        assert data.status_code == 200, data.text
        stat, places, alerts = data.json()["widgets"]
        assert [each["value"] for each in stat["latest"]] == [4.5]
        assert [device["id"] for device in places["devices"]] == [rooms[1]]
        assert "problem" not in alerts
        other = {**HOUR, "device": rooms[0]}
        assert_problem(http.get("/dashboards/shared/data", params=other), 400)
    path = f"/dashboards/{board['id']}/shares"
    [listed] = organization.http.get(path).json()["items"]
    assert (listed["id"], listed["variables"]) == (made["id"], {"room": [rooms[1]]})
    assert listed["lastUsedAt"] is not None
    assert made["token"] not in json.dumps(listed)


def test_what_is_chosen_stays_though_the_dashboard_changes(
    platform: RunningPlatform, organization: Organization, rooms: list[str], board: dict[str, Any]
) -> None:
    made = share(organization, board, variables={"room": [rooms[1]]})
    patch = {"variables": [{"name": "device", "kind": "DEVICE", "default": rooms[0]}]}
    path = f"/dashboards/{board['id']}"
    assert organization.http.patch(path, json=patch).status_code == 200
    with platform.client(made["token"]) as http:
        places = http.get("/dashboards/shared/data", params=HOUR).json()["widgets"][1]
    assert [device["id"] for device in places["devices"]] == [rooms[1]]


def test_a_link_opens_no_other_route(
    platform: RunningPlatform, organization: Organization, board: dict[str, Any]
) -> None:
    token = share(organization, board)["token"]
    ids = {"dashboard_id": board["id"]}
    with platform.client(token) as http:
        for route in GUARDED:
            if route.permission == "shared-dashboard:read":
                continue
            path = route.path.format(
                **{name: ids.get(name, board["id"]) for name in route.parameters}
            )
            answer = http.request(route.method, http.base_url.copy_with(path=path))
            assert_problem(answer, 403, code="FORBIDDEN")


def test_a_link_ends_when_it_is_revoked_or_expires_or_its_dashboard_is_deleted(
    platform: RunningPlatform, organization: Organization, board: dict[str, Any]
) -> None:
    revoked, expired, left = (share(organization, board) for _ in range(3))

    def ends(token: str) -> Callable[[], bool]:
        return lambda: http_of(token).get("/dashboards/shared").status_code == 401

    clients: dict[str, httpx.Client] = {}

    def http_of(token: str) -> httpx.Client:
        return clients.setdefault(token, platform.client(token))

    for each in (revoked, expired, left):
        assert http_of(each["token"]).get("/dashboards/shared").status_code == 200
    path = f"/dashboards/{board['id']}"
    assert organization.http.delete(f"{path}/shares/{revoked['id']}").status_code == 204
    until(ends(revoked["token"]), "the revoked link still shows the dashboard")
    with psycopg.connect(admin_address(platform)) as connection:
        connection.execute(
            "UPDATE platform.dashboard_share SET expires_at = now() WHERE token_hash = %s",
            [share_token_hash(expired["token"])],
        )
    until(ends(expired["token"]), "the expired link still shows the dashboard")
    assert http_of(left["token"]).get("/dashboards/shared").status_code == 200
    assert organization.http.delete(path).status_code == 204
    until(ends(left["token"]), "the link of a deleted dashboard still shows it")
    for client in clients.values():
        client.close()


def test_what_is_live_is_the_dashboards_sensors_and_ends_with_the_link(
    platform: RunningPlatform, organization: Organization, rooms: list[str], board: dict[str, Any]
) -> None:
    made = share(organization, board)
    with live(platform, made["token"]) as socket:
        told = told_by(socket, "snapshot")
        [item] = told["items"]
        assert item["value"] == 4.5
        send(organization, [by_key(device, "temperature", at(90), 6.0) for device in rooms])
        items = told_by(socket, "readings")["items"]
        assert {each["sensorId"] for each in items} == {item["sensorId"]}
        path = f"/dashboards/{board['id']}/shares/{made['id']}"
        assert organization.http.delete(path).status_code == 204
        assert told_by(socket, "end") == {"reason": "UNAUTHENTICATED"}


def test_what_is_live_ends_at_the_moment_at_which_the_link_expires(
    platform: RunningPlatform, organization: Organization, board: dict[str, Any]
) -> None:
    ends_at = datetime.now(UTC) + timedelta(seconds=5)
    made = share(organization, board, expiresAt=ends_at.isoformat())
    with live(platform, made["token"]) as socket:
        assert told_by(socket, "end") == {"reason": "UNAUTHENTICATED"}


def test_no_other_stream_is_open_to_a_link(
    platform: RunningPlatform, organization: Organization, board: dict[str, Any]
) -> None:
    token = share(organization, board)["token"]
    with live(platform, token, "/readings/stream?all=true") as socket:
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=WAIT_SECONDS)
        assert socket.close_code == 4403


def test_nobody_shares_what_they_may_not_read(
    platform: RunningPlatform, organization: Organization, board: dict[str, Any]
) -> None:
    body = {"name": "draws", "scopes": ["dashboards:write", "dashboards:read"]}
    key = organization.http.post("/api-keys", json=body).json()["key"]
    with platform.client(key) as http:
        answer = http.post(f"/dashboards/{board['id']}/shares", json={})
        assert_problem(answer, 403, code="FORBIDDEN")


def test_alerts_are_shown_by_who_may_read_them(
    platform: RunningPlatform, organization: Organization, board: dict[str, Any]
) -> None:
    scopes = ["dashboards:write", "dashboards:read", "readings:read"]
    key = organization.http.post("/api-keys", json={"name": "x", "scopes": scopes}).json()["key"]
    with platform.client(key) as http:
        made = http.post(f"/dashboards/{board['id']}/shares", json={}).json()
    with platform.client(made["token"]) as http:
        alerts = http.get("/dashboards/shared/data", params=HOUR).json()["widgets"][2]
    assert alerts["problem"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"variables": {"site": ["0192f0c1-8c4e-7d1b-9a3f-5e6d7c8b9a01"]}}, 422),
        ({"variables": {"room": []}}, 400),
        ({"variables": {"room": ["x"]}}, 400),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, 422),
        ({"expiresAt": "2199-01-01T00:00:00Z"}, 422),
    ],
    ids=str,
)
def test_what_can_not_be_shared_is_refused(
    organization: Organization, board: dict[str, Any], body: dict[str, Any], status: int
) -> None:
    answer = organization.http.post(f"/dashboards/{board['id']}/shares", json=body)
    assert_problem(answer, status)


def test_a_dashboard_has_so_many_links_and_those_that_have_expired_make_room(
    platform: RunningPlatform, organization: Organization, board: dict[str, Any]
) -> None:
    share(organization, board)
    with psycopg.connect(admin_address(platform)) as connection:
        connection.execute(
            "INSERT INTO platform.dashboard_share (org_id, id, dashboard_id, token_hash, chosen, "
            "shows_alerts, created_by, expires_at) SELECT org_id, gen_random_uuid(), dashboard_id, "
            "sha256(n::text::bytea || token_hash), '{}', false, created_by, expires_at "
            "FROM platform.dashboard_share, generate_series(2, 100) n WHERE dashboard_id = %s",
            [board["id"]],
        )
    path = f"/dashboards/{board['id']}/shares"
    assert_problem(organization.http.post(path, json={}), 409, code="QUOTA_EXCEEDED")
    with psycopg.connect(admin_address(platform)) as connection:
        connection.execute(
            "UPDATE platform.dashboard_share SET expires_at = now() WHERE dashboard_id = %s",
            [board["id"]],
        )
    made = share(organization, board)
    [listed] = organization.http.get(path).json()["items"]
    assert listed["id"] == made["id"]


def test_who_is_signed_in_has_no_shared_dashboard(organization: Organization) -> None:
    assert_problem(organization.http.get("/dashboards/shared"), 404)


def live(
    platform: RunningPlatform, token: str, path: str = "/dashboards/shared/stream"
) -> ClientConnection:
    url = platform.base_url.replace("http", "ws", 1) + f"/api/v1{path}"
    protocols = [Subprotocol("holdfast"), Subprotocol(f"bearer.{token}")]
    return connect(url, subprotocols=protocols, proxy=None)


def told_by(socket: ClientConnection, event: str) -> Any:
    """What the next event of that name tells."""
    while True:
        told = json.loads(socket.recv(timeout=WAIT_SECONDS))
        if told["event"] == event:
            return told["data"]
