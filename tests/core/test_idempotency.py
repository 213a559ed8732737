"""An Idempotency-Key is good for a day; then it is as if it had never come, whoever deletes it
when."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from app.settings import Settings
from db.queries.idempotency import delete_expired
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from workers.context import WorkerContext, open_worker_context
from workers.retention.cleanup import delete_expired_answers


def send(organization: Organization, key: str, name: str) -> httpx.Response:
    headers = {"Idempotency-Key": key}
    return organization.http.post("/sites", json={"name": name}, headers=headers)


def hours_pass(platform: RunningPlatform, organization: Organization, hours: float) -> None:
    """For the answers that this organization was given."""
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.idempotency_record SET created_at = created_at - %s WHERE org_id = %s",
            [timedelta(hours=hours), organization.id],
        )


def keys_of(platform: RunningPlatform, organization: Organization) -> list[str]:
    with psycopg.connect(admin_address(platform)) as admin:
        found = admin.execute(
            "SELECT key FROM platform.idempotency_record WHERE org_id = %s ORDER BY key",
            [organization.id],
        )
        return [key for (key,) in found]


def site_names(organization: Organization) -> list[str]:
    items: list[dict[str, Any]] = organization.http.get("/sites").json()["items"]
    return sorted(item["name"] for item in items)


def test_for_a_day_a_key_gives_the_first_answer_and_then_it_is_new(
    platform: RunningPlatform, organization: Organization
) -> None:
    first = send(organization, "a-key", "Amsterdam")
    hours_pass(platform, organization, 23.9)
    assert send(organization, "a-key", "Amsterdam").json() == first.json()
    refused = send(organization, "a-key", "Berlin")
    assert (refused.status_code, refused.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    hours_pass(platform, organization, 0.2)
    new = send(organization, "a-key", "Berlin")
    assert new.status_code == 201
    assert send(organization, "a-key", "Berlin").json() == new.json()
    assert site_names(organization) == ["Amsterdam", "Berlin"]


def test_of_many_requests_with_an_expired_key_one_is_the_first_again(
    platform: RunningPlatform, organization: Organization
) -> None:
    send(organization, "a-key", "Amsterdam")
    hours_pass(platform, organization, 25)
    barrier = threading.Barrier(8)

    def send_together(_: int) -> httpx.Response:
        barrier.wait()
        return send(organization, "a-key", "Berlin")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send_together, range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert site_names(organization) == ["Amsterdam", "Berlin"]


def test_an_expired_key_whose_request_fails_is_free_again(
    platform: RunningPlatform, organization: Organization
) -> None:
    send(organization, "a-key", "Amsterdam")
    hours_pass(platform, organization, 25)
    assert send(organization, "a-key", "Amsterdam").status_code == 409
    assert send(organization, "a-key", "Berlin").status_code == 201


@pytest.fixture
async def context(platform: RunningPlatform) -> AsyncIterator[WorkerContext]:
    settings = Settings.from_environment(platform.program("worker").environ())
    assert settings.database.owner_url
    async with open_worker_context(settings, settings.database.owner_url) as context:
        yield context


async def test_a_worker_deletes_what_has_expired_of_all_organizations_and_nothing_else(
    context: WorkerContext,
    platform: RunningPlatform,
    organization: Organization,
    neighbour: Organization,
) -> None:
    for each in (organization, neighbour):
        send(each, "old", str(uuid4()))
        hours_pass(platform, each, 24.1)
        send(each, "young", str(uuid4()))
    await delete_expired_answers(context)
    assert keys_of(platform, organization) == keys_of(platform, neighbour) == ["young"]


async def test_they_are_deleted_a_batch_at_a_time(
    context: WorkerContext, platform: RunningPlatform, organization: Organization
) -> None:
    """And a record that a request has just made its own is not waited for."""
    await delete_expired_answers(context)
    for number in range(5):
        send(organization, f"key-{number}", f"site {number}")
    hours_pass(platform, organization, 25)
    pool = context.owner_pool
    assert await delete_expired(pool, after_hours=24, at_most=2) == 2
    with psycopg.connect(admin_address(platform)) as other:
        other.execute(
            "SELECT FROM platform.idempotency_record WHERE org_id = %s LIMIT 1 FOR UPDATE",
            [organization.id],
        )
        assert await delete_expired(pool, after_hours=24, at_most=10) == 2
    assert await delete_expired(pool, after_hours=24, at_most=10) == 1
