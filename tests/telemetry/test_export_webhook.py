"""Whoever asks for an export may be told that it has ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from tests.make.devices import register_device
from tests.make.exports import create_export, export_of, wait_for_export, whole_range
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform, running_platform
from tests.make.readings import assert_problem
from tests.make.receivers import receiver, status
from tests.make.workers import wait_until


@pytest.fixture(scope="module")
def loose() -> Iterator[RunningPlatform]:
    """A platform that may call this machine."""
    settings = {
        "HOLDFAST_ALLOW_HTTP_WEBHOOKS": "true",
        "HOLDFAST_ALLOW_PRIVATE_WEBHOOKS": "true",
        "HOLDFAST_WEBHOOK_PORTS": "any",
    }
    with running_platform(settings) as platform:
        yield platform


@pytest.fixture
def tenant(loose: RunningPlatform) -> Iterator[Organization]:
    organization = loose.new_organization()
    yield organization
    organization.http.close()


def wait_for_webhook(organization: Organization, export_id: str, wanted: str) -> dict[str, Any]:
    def reached() -> dict[str, Any] | None:
        export = export_of(organization, export_id)
        return export if export.get("webhookStatus") == wanted else None

    export: dict[str, Any] = wait_until(reached, f"the webhook is {wanted}")
    return export


def telling_job(organization: Organization) -> dict[str, Any]:
    [job] = organization.http.get("/admin/jobs", params={"kind": "tell-of-export"}).json()["items"]
    found: dict[str, Any] = job
    return found


def test_a_ready_export_is_told_of_once_and_signed(tenant: Organization) -> None:
    with receiver() as here:
        created = create_export(
            tenant, scopeType="ORGANIZATION", webhookUrl=here.url("/hook?token=t0ps3cret")
        )
        assert created["webhookStatus"] == "PENDING"
        export = wait_for_webhook(tenant, created["id"], "DELIVERED")
        [got] = here.received
    assert (got.path, got.headers["host"]) == ("/hook?token=t0ps3cret", f"127.0.0.1:{here.port}")
    assert got.is_signed_with(created["webhookSecret"])
    assert got.event["type"] == "export.ready"
    export.pop("downloadUrl")
    assert got.event["data"] == {**export, "webhookStatus": "PENDING"}
    assert got.event["timestamp"] == export["completedAt"]
    assert abs(int(got.headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60
    assert "webhookSecret" not in export


def test_a_receiver_that_is_away_is_told_later_of_the_same(tenant: Organization) -> None:
    with receiver(status(503, 302, 200)) as here:
        created = create_export(tenant, scopeType="ORGANIZATION", webhookUrl=here.url())
        wait_until(lambda: here.received, "the first attempt")
        wait_until(lambda: telling_job(tenant)["error"], "the reason is told")
        assert telling_job(tenant)["error"] in (
            "the receiver answered 503",
            "the receiver answered 302",
        )
        wait_for_webhook(tenant, created["id"], "DELIVERED")
        assert len(here.received) == 3
    assert len({got.headers["webhook-id"] for got in here.received}) == 1
    assert all(got.is_signed_with(created["webhookSecret"]) for got in here.received)
    assert telling_job(tenant)["attempt"] == 3


def test_a_failed_export_is_told_of_too(loose: RunningPlatform, tenant: Organization) -> None:
    device = register_device(tenant, "short-lived")["deviceId"]
    with receiver() as here:
        loose.program("worker").suspend()
        try:
            created = create_export(
                tenant, scopeType="DEVICE", scopeId=device, webhookUrl=here.url()
            )
            tenant.http.delete(f"/devices/{device}").raise_for_status()
        finally:
            loose.program("worker").resume()
        wait_for_webhook(tenant, created["id"], "DELIVERED")
        [got] = here.received
    assert got.event["type"] == "export.failed"
    assert got.event["data"]["failureReason"] == "what was to be exported is gone"
    assert got.is_signed_with(created["webhookSecret"])


def test_an_export_that_is_deleted_meanwhile_is_not_told_of(tenant: Organization) -> None:
    with receiver(status(500)) as here:
        created = create_export(tenant, scopeType="ORGANIZATION", webhookUrl=here.url())
        wait_until(lambda: here.received, "the first attempt")
        tenant.http.delete(f"/exports/{created['id']}").raise_for_status()
        wait_until(
            lambda: telling_job(tenant)["state"] == "SUCCEEDED", "there is nothing left to tell"
        )


def test_neither_the_address_nor_the_secret_is_told_again(
    loose: RunningPlatform, tenant: Organization
) -> None:
    body = {"scopeType": "ORGANIZATION", **whole_range()}
    with receiver(status(500, 200)) as here:
        body["webhookUrl"] = here.url("/hook?token=hunter2-hunter2")
        key = {"Idempotency-Key": "one"}
        first, second = (
            tenant.http.post("/exports", json=body, headers=key).json() for _ in range(2)
        )
        assert first["webhookSecret"] == second["webhookSecret"]
        wait_for_webhook(tenant, first["id"], "DELIVERED")
    secrets = (first["webhookSecret"], first["webhookSecret"].removeprefix("whsec_"), "hunter2")
    told = [
        tenant.http.get(f"/exports/{first['id']}").text,
        tenant.http.get("/exports").text,
        tenant.http.get("/admin/jobs").text,
        *(log.read_text() for log in (loose.state / "state").rglob("*.log")),
    ]
    assert len(told) > 5
    assert [text for text in told for secret in secrets if secret in text] == []
    with psycopg.connect(admin_address(loose)) as admin:
        rows = admin.execute(
            "SELECT webhook_url FROM platform.export WHERE id = %s", [first["id"]]
        ).fetchall()
    assert b"hunter2" not in rows[0][0]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://user:pw@example.com/",
        "x",
    ],
)
def test_by_default_an_address_is_https_and_in_the_internet(
    organization: Organization, url: str
) -> None:
    body = {"scopeType": "ORGANIZATION", **whole_range(), "webhookUrl": url}
    problem = assert_problem(
        organization.http.post("/exports", json=body), 422, code="WEBHOOK_REFUSED"
    )
    assert "pw" not in problem["detail"]


def test_a_name_that_leads_inside_is_not_called_and_the_dead_letter_says_why(
    organization: Organization,
) -> None:
    url = "https://localhost/hook"
    created = create_export(organization, scopeType="ORGANIZATION", webhookUrl=url)
    wait_for_export(organization, created["id"])
    wait_for_webhook(organization, created["id"], "FAILED")
    job = telling_job(organization)
    assert (job["state"], job["attempt"]) == ("DEAD", 1)
    assert job["error"] == (
        "the webhook's address can't be used: it leads to a private, local or reserved network"
    )
