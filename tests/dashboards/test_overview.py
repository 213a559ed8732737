"""The console's first page: numbers that are those of the lists, and a list that ticks itself."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

from app.core.actor import Actor
from app.dashboards.overview import service
from app.permissions import ALL_PERMISSIONS
from db.connections.sessions import open_database
from db.connections.snapshots import Snapshot
from tests.make.fleet import make_device
from tests.make.found_alerts import fire
from tests.make.people import new_member
from tests.make.plans import NotedConnection
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import at, by_key, send, sensors_by_key

WAIT_SECONDS = 60


def overview(organization: Organization) -> dict[str, Any]:
    answer = organization.http.get("/overview")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def stored_in_the_hour(organization: Organization) -> int:
    return sum(overview(organization)["readings"]["counts"])


def test_of_an_empty_organization_everything_is_still_to_do(organization: Organization) -> None:
    found = overview(organization)
    assert found["devices"] == {"total": 0, "connected": 0, "offline": 0}
    assert found["alerts"] == {"critical": 0, "warning": 0, "info": 0}
    assert found["quarantine"] == {"entries": 0, "occurrences": 0}
    assert (found["readings"]["perSecond"], set(found["readings"]["counts"])) == (0, {0})
    assert set(found["steps"].values()) == {False}


def test_steps_are_done_one_after_the_other(
    platform: RunningPlatform, organization: Organization
) -> None:
    def done() -> list[str]:
        return [step for step, is_done in overview(organization)["steps"].items() if is_done]

    device = make_device(organization, "first")
    assert done() == ["hasDevice"]
    send(organization, [by_key(device, "temperature", at(0), 40.0)])
    assert done() == ["hasDevice", "hasReading"]
    sensor = sensors_by_key(organization, device)["temperature"]["id"]
    fire(organization, sensor, "too warm")
    assert done() == ["hasDevice", "hasReading", "hasRule"]
    new_member(platform, organization, "MEMBER")
    assert done() == ["hasDevice", "hasReading", "hasRule", "hasSecondMember"]
    assert sum(overview(organization)["alerts"].values()) == 1


def test_readings_are_counted_when_they_are_stored(organization: Organization) -> None:
    device = make_device(organization, "first")
    readings = [by_key(device, "temperature", at(second), 1.0) for second in range(7)]
    refused = by_key(device, "temperature", at(9), "warm")
    assert send(organization, [*readings, readings[0], refused])["duplicates"] == 1
    deadline = time.monotonic() + WAIT_SECONDS
    while (counted := stored_in_the_hour(organization)) == 0:
        assert time.monotonic() < deadline, "nothing was counted"
        time.sleep(0.2)
    assert counted == 7
    found = overview(organization)
    assert found["quarantine"] == {"entries": 1, "occurrences": 1}
    began, seen = (
        datetime.fromisoformat(each) for each in (found["readings"]["from"], found["at"])
    )
    assert 59 * 60 <= (seen - began).total_seconds() < 60 * 60


def test_the_newest_events_are_told(organization: Organization) -> None:
    for number in range(12):
        body = {"type": "NOTE", "title": f"note {number}"}
        assert organization.http.post("/events", json=body).status_code == 201
    titles = [event["title"] for event in overview(organization)["events"]]
    assert titles == [f"note {number}" for number in range(11, 1, -1)]


def test_what_a_key_may_not_read_is_null(
    platform: RunningPlatform, organization: Organization
) -> None:
    body = {"name": "devices alone", "scopes": ["devices:read"]}
    key = organization.http.post("/api-keys", json=body).json()["key"]
    with platform.client(key) as http:
        found = http.get("/overview").json()
    hidden = {name for name, value in found.items() if value is None}
    assert hidden == {"alerts", "readings", "quarantine", "events"}


async def test_it_takes_the_same_statements_however_much_there_is(
    platform: RunningPlatform, organization: Organization
) -> None:
    actor = Actor(UUID(organization.id), "user_1", ALL_PERMISSIONS)
    url = platform.secret_urls()["database_url"]
    counts = []
    async with (
        open_database(url, pool_size=1, statement_timeout_seconds=60) as database,
        Redis.from_url(platform.program("api").environ()["HOLDFAST_REDIS_URL"]) as redis,
    ):
        for _ in range(2):
            async with Noted(database.pool, database.reading, actor.org_id) as reader:
                await service.look(reader, actor, redis)
            counts.append(len(reader.noted.sent))
            make_device(organization, f"device {len(counts)}")
    assert counts[0] == counts[1] <= 6


class Noted(Snapshot):
    """Writes down what it is asked."""

    noted: NotedConnection

    async def connected(self) -> Any:
        if not hasattr(self, "noted"):
            self.noted = NotedConnection(await super().connected())
        return self.noted
