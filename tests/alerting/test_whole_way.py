"""The whole way: a rule by curl, readings by MQTT, an alert, a webhook, and what late data does."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.make.alert_rules import warm_rule
from tests.make.channels import make_webhook
from tests.make.devices import connect, provision_device, reading
from tests.make.found_alerts import alerts_of, await_alerts, await_watching
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import sensors_by_key
from tests.make.receivers import Receiver, receiver, status
from tests.make.workers import wait_until


def curl(platform: RunningPlatform, organization: Organization, path: str, body: Any) -> Any:
    """What it prints of a POST."""
    command = [
        *("curl", "--silent", "--show-error", "--fail-with-body", "--noproxy", "*"),
        *(
            "-H",
            f"Authorization: Bearer {organization.key}",
            "-H",
            "Content-Type: application/json",
        ),
        *("-d", json.dumps(body), f"{platform.base_url}/api/v1{path}"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def told(here: Receiver, alert: dict[str, Any]) -> list[str]:
    """What the receiver was told of it, each once."""
    events = {got.headers["webhook-id"]: got.event for got in here.received}
    return [
        event["type"]
        for event in events.values()
        if alert["id"] in {each["alertId"] for each in event["data"]["alerts"]}
    ]


def test_from_a_rule_to_a_message_and_what_late_data_makes_of_it(
    loose: RunningPlatform, tenant: Organization
) -> None:
    device = provision_device(tenant, "cold-room-01")
    session = connect(loose, device)
    now = datetime.now(UTC)
    session.publish_all([reading("temperature", now - timedelta(minutes=1), 20.5)])
    sensor_id = sensors_by_key(tenant, device.id)["temperature"]["id"]
    with receiver(status(204)) as here:
        channel = make_webhook(tenant, here.url("/alerts"))
        notify = [{"channelId": channel["id"], "on": ["FIRED", "RESOLVED", "REFUTED"]}]
        body = warm_rule(
            {"sensor_id": sensor_id},
            "cold room too warm",
            levels=[{"severity": "CRITICAL", "forSeconds": 2}],
            notify=notify,
            groupSeconds=0,
        )
        rule = curl(loose, tenant, "/alert-rules", body)
        await_watching(tenant, sensor_id, rule["id"])

        begun = datetime.now(UTC)
        hot = [(0, 40.5), (3, 41.5)]
        session.publish_all(
            [reading("temperature", begun + timedelta(seconds=at), value) for at, value in hot]
        )
        [alert] = await_alerts(tenant, 1, ruleId=rule["id"])
        assert datetime.fromisoformat(alert["firedAt"]) == begun + timedelta(seconds=2)
        wait_until(lambda: told(here, alert) == ["alert.fired"], "the receiver knows")

        calm = [(1, 20.5), (4, 20.5)]  # what was on its way: it had never been so for 2 s
        session.publish_all(  # in one message: its newest ends the alert, the late one refutes it
            [[reading("temperature", begun + timedelta(seconds=at), value) for at, value in calm]]
        )
        await_alerts(tenant, 0, ruleId=rule["id"])
        wait_until(lambda: "alert.refuted" in told(here, alert), "it is taken back")

        hot = [(10, 40.5), (13, 41.5)]
        session.publish_all(
            [reading("temperature", begun + timedelta(seconds=at), value) for at, value in hot]
        )
        [second] = await_alerts(tenant, 1, ruleId=rule["id"])
        wait_until(lambda: told(here, second) == ["alert.fired"], "the receiver knows again")
        resolved = curl(loose, tenant, f"/alerts/{second['id']}/resolve", {"comment": "Closed."})
        assert (resolved["status"], resolved["conditionActive"]) == ("RESOLVED", True)
        wait_until(
            lambda: sorted(told(here, second)) == ["alert.fired", "alert.resolved"], "and its end"
        )
        session.close()

    log = tenant.http.get(f"/alerts/{second['id']}/notifications").json()["items"]
    assert {(line["cause"], line["status"]) for line in log} == {
        ("FIRED", "SENT"),
        ("RESOLVED", "SENT"),
    }
    [refuted] = [
        each
        for each in alerts_of(tenant, ruleId=rule["id"], includeRefuted="true")
        if each["refutedAt"] is not None
    ]
    assert refuted["id"] == alert["id"]
    events = tenant.http.get("/events", params={"type": "ALERT", "deviceId": device.id}).json()
    causes = [event["details"]["cause"] for event in events["items"]]
    assert sorted(causes) == ["FIRED", "FIRED", "REFUTED", "RESOLVED", "RESOLVED"]
