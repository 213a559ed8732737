"""A production line: a thousand devices registered at once, fifty of them switched on, and what they report is there."""

from __future__ import annotations

import csv
import io
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.make.devices import connect, provision_with, reading
from tests.make.fleet import make_group, make_site
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import at

BATCH = 1000
SWITCHED_ON = 50
AT_ONCE = 10  # devices that are provisioned and report at the same moment
READINGS = 20


def register_batch(organization: Organization, site_id: str) -> list[dict[str, str]]:
    """The lines of the table that the line's own program works through."""
    body = {
        "deviceNames": [f"unit {n:04}" for n in range(BATCH)],
        "siteId": site_id,
        "tags": ["batch-7"],
        "components": [{"key": "probe"}],
    }
    answer = organization.http.post(
        "/devices/registration/tokens/bulk",
        json=body,
        headers={"Accept": "text/csv", "Idempotency-Key": "batch-7"},
    )
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def switch_on(platform: RunningPlatform, line: dict[str, str], n: int, directory: Path) -> None:
    """One device: its own key, a certificate for its token, a session, readings, and one fault in each ten devices."""
    device = provision_with(line["token"], line["provisionEndpoint"], directory=directory)
    session = connect(platform, device)
    status = {"status": "ONLINE", "timestamp": at(0).isoformat(), "firmwareVersion": f"1.{n % 2}"}
    session.publish(status, topic=device.provisioned["mqtt"]["topics"]["status"]).wait_for_publish(
        30
    )
    session.publish(
        {"uptimeSeconds": n}, topic=device.provisioned["mqtt"]["topics"]["health"], qos=0
    )
    session.publish_all(
        [[reading("temperature", at(second), n + 0.5) for second in range(READINGS)]]
    )
    if n % 10 == 0:
        session.publish_all([reading("temperature", at(READINGS), "broken"), b"not JSON"])
    session.close()


def test_a_thousand_devices_are_registered_and_fifty_report(
    platform: RunningPlatform, organization: Organization
) -> None:
    http = organization.http
    site = make_site(organization, "line 3", timezone="Europe/Amsterdam")["id"]
    group = make_group(organization, "batch 7", "batch-7")["id"]
    lines = register_batch(organization, site)
    assert [line["status"] for line in lines] == ["201"] * BATCH
    assert register_batch(organization, site) == lines  # the answer was lost, and is given again

    with tempfile.TemporaryDirectory() as directory, ThreadPoolExecutor(AT_ONCE) as pool:
        started = [
            pool.submit(switch_on, platform, line, n, Path(directory))
            for n, line in enumerate(lines[:SWITCHED_ON])
        ]
        for device in started:
            device.result()

    def total(**conditions: Any) -> int:
        parameters = {
            "groupId": group,
            "siteId": site,
            "includeTotal": "true",
            "limit": 1,
            **conditions,
        }
        answer = http.get("/devices", params=parameters)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["total"])

    assert total() == BATCH
    assert total(status="PENDING") == BATCH - SWITCHED_ON
    assert total(firmwareVersion="1.1") == SWITCHED_ON // 2
    assert total(q="unit 0007", tag="batch-7") == 1
    sensors = http.get("/sensors", params={"siteId": site, "q": "temp", "limit": 500}).json()[
        "items"
    ]
    assert len(sensors) == SWITCHED_ON
    by_device = {sensor["deviceId"]: sensor["latestValue"] for sensor in sensors}
    assert by_device == {line["deviceId"]: n + 0.5 for n, line in enumerate(lines[:SWITCHED_ON])}
    entries = http.get("/admin/quarantine", params={"limit": 500}).json()["items"]
    faults = sorted((entry["reason"], entry["deviceId"]) for entry in entries)
    faulty = [line["deviceId"] for line in lines[:SWITCHED_ON:10]]
    assert faults == sorted(
        (reason, id_) for reason in ("MALFORMED", "WRONG_TYPE") for id_ in faulty
    )

    # The thousand can be taken home as a file, and every one that was switched on says so.
    rows = list(
        csv.DictReader(io.StringIO(http.get("/devices/export", params={"groupId": group}).text))
    )
    assert len(rows) == BATCH
    assert {row["site"] for row in rows} == {"line 3"}
    assert sum(row["lastSeenAt"] != "" for row in rows) == SWITCHED_ON
