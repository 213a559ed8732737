"""What people and programs do stands in the journal with its cause."""

from __future__ import annotations

from typing import Any

from tests.make.exports import create_export, wait_for_export
from tests.make.fleet import make_device
from tests.make.platform import Organization, RunningPlatform


def newest(organization: Organization, **query: str) -> dict[str, Any]:
    found: dict[str, Any] = organization.http.get("/events", params=query).json()["items"][0]
    return found


def test_an_export_that_is_ready_says_so_where_its_device_is_looked_at(
    organization: Organization,
) -> None:
    device = make_device(organization, "gate")
    export = create_export(organization, scopeType="DEVICE", scopeId=device)
    wait_for_export(organization, export["id"])
    told = newest(organization, type="EXPORT", deviceId=device)
    assert (told["title"], told["actor"]) == ("An export is ready", "platform")
    assert told["details"] == {
        "exportId": export["id"],
        "requestedBy": export["requestedBy"],
        "readingCount": 0,
    }


def test_an_export_that_failed_says_why(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = make_device(organization, "gate")
    platform.program("worker").suspend()
    try:
        export = create_export(organization, scopeType="DEVICE", scopeId=device)
        organization.http.delete(f"/devices/{device}").raise_for_status()
    finally:
        platform.program("worker").resume()
    failed = wait_for_export(organization, export["id"], "FAILED")
    told = newest(organization, type="EXPORT")
    assert (told["title"], told["severity"]) == ("An export failed", "WARNING")
    assert told["details"]["failure"] == failed["failureReason"]


def test_what_people_do_to_devices_packs_and_keys_is_told_with_who_did_it(
    organization: Organization,
) -> None:
    http = organization.http
    device = make_device(organization, "gate")
    assert http.delete(f"/devices/{device}").status_code == 204
    assert http.post("/packs/cold-chain/install").is_success
    assert http.delete("/packs/cold-chain").status_code == 204
    key = http.post("/api-keys", json={"name": "reader", "scopes": ["events:read"]}).json()
    assert http.delete(f"/api-keys/{key['id']}").status_code == 204
    events = http.get("/events", params={"type": "DEVICE,PACK,API_KEY", "sort": "occurredAt"})
    done = [event for event in events.json()["items"] if event["actor"] != "platform"]
    mine = done[-1]["actor"]
    assert [event["title"] for event in done if event["actor"] == mine] == [
        "The device was deleted",
        "A pack was installed",
        "A pack was removed",
        "An API key was made",
        "An API key was revoked",
    ]
    [deleted] = http.get("/events", params={"deviceId": device, "type": "DEVICE"}).json()["items"]
    assert deleted["details"] == {"name": "gate"}
