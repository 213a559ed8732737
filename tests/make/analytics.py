"""Job definitions and their runs, as a client makes them and waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.make.fleet import made
from tests.make.platform import Organization
from tests.make.readings import send
from tests.make.workers import wait_until

DAY_START = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def day(number: int, seconds: float = 0) -> datetime:
    """A moment of a day, in UTC, so many days before today."""
    return DAY_START - timedelta(days=number) + timedelta(seconds=seconds)


def definition(ids: dict[str, str], name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "function": "DATA_GAP",
        "target": {"type": "SENSOR", "id": ids["sensor_id"]},
        "field": "temperature",
        "everySeconds": 86_400,
        "annotationClassId": ids["class_id"],
        "parameters": {"gapSeconds": 900},
        **more,
    }


def make_definition(organization: Organization, class_id: str, sensor_id: str, **more: Any) -> str:
    """One that runs only when it is asked to."""
    ids = {"class_id": class_id, "sensor_id": sensor_id}
    said = {"enabled": False, "name": "found", **more}
    return str(made(organization, "/job-definitions", **definition(ids, **said))["id"])


def run(
    organization: Organization, definition_id: str, start: datetime, end: datetime
) -> dict[str, Any]:
    """A run over the range, when it has ended."""
    body = {"from": start.isoformat(), "to": end.isoformat()}
    return _ended(organization, definition_id, body)


def run_now(organization: Organization, definition_id: str) -> dict[str, Any]:
    """As the clock would."""
    return _ended(organization, definition_id, {})


def _ended(organization: Organization, definition_id: str, body: dict[str, str]) -> dict[str, Any]:
    path = f"/job-definitions/{definition_id}"
    asked = organization.http.post(f"{path}/run", json=body)
    assert asked.status_code == 201, asked.text
    run_id = asked.json()["id"]

    def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = organization.http.get(f"{path}/runs/{run_id}").json()
        return found if found["status"] != "RUNNING" else None

    done: dict[str, Any] = wait_until(ended, "the run ends")
    assert done["status"] == "SUCCEEDED", done
    return done


def findings(organization: Organization, **more: Any) -> list[dict[str, Any]]:
    """What jobs found and what stands, the earliest first."""
    answer = organization.http.get("/auto-events", params={"limit": 500, **more})
    assert answer.status_code == 200, answer.text
    return sorted(answer.json()["items"], key=lambda each: each["from"])


def spans(organization: Organization, **more: Any) -> list[tuple[datetime, datetime]]:
    return [
        (datetime.fromisoformat(each["from"]), datetime.fromisoformat(each["to"]))
        for each in findings(organization, **more)
    ]


def report(
    organization: Organization, sensor_id: str, values: Sequence[tuple[datetime, float]]
) -> None:
    readings = [
        {"sensorId": sensor_id, "timestamp": at.isoformat(), "value": value} for at, value in values
    ]
    assert send(organization, readings)["accepted"] == len(values)
