"""The main job, end to end: token → certificate → mutual TLS → readings → every answer agrees."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.make.devices import connect, provision_device, reading
from tests.make.platform import Organization, RunningPlatform
from tests.make.production import ON_EITHER_BACKEND
from tests.make.workers import wait_until

pytestmark = ON_EITHER_BACKEND


def _metric(platform: RunningPlatform, result: str) -> float:
    """Readings by MQTT with that result, over all tests on this platform."""
    text = httpx.get(platform.metrics_url, trust_env=False).text
    for line in text.splitlines():
        if line.startswith(f'holdfast_readings_total{{result="{result}",via="mqtt"}}'):
            return float(line.rpartition(" ")[2])
    return 0.0


def test_a_device_is_provisioned_and_its_thousand_readings_agree_everywhere(
    platform: RunningPlatform, organization: Organization
) -> None:
    before = {name: _metric(platform, name) for name in ("accepted", "duplicate", "quarantined")}
    device = provision_device(organization, "warehouse-gateway-01")
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    times = [start + timedelta(seconds=5 * n) for n in range(1000)]
    values = [20 + (n % 37) / 8 for n in range(1000)]
    readings = [reading("temperature", at, value) for at, value in zip(times, values, strict=True)]

    session = connect(platform, device)
    session.publish_all(readings[:500])  # one a message
    session.publish_all(
        [readings[n : n + 100] for n in range(500, 1000, 100)]
    )  # a hundred a message
    session.publish_all([readings[10], readings[100:150]])  # 51 again: duplicates
    session.publish_all(
        [{"sensorId": "0190d3a0-0000-7000-8000-00000000dead", **_at(start), "value": 1}]
    )
    session.publish_all([reading("temperature", start - timedelta(days=401), 1.5)])
    session.publish_all([b'{"sensor": "temperature", "timestamp": '])
    session.close()

    expected = {"accepted": 1000, "duplicate": 51, "quarantined": 3}

    def counted() -> bool:
        return {name: _metric(platform, name) - before[name] for name in before} == expected

    wait_until(counted, "all are counted")  # the figures are those of a second

    http = organization.http
    sensors = http.get("/sensors", params={"deviceId": device.id}).json()["items"]
    assert [(s["key"], s["valueType"], s["latestValue"]) for s in sensors] == [
        ("temperature", "DOUBLE", values[-1])
    ]
    sensor = sensors[0]["id"]
    span = {"from": start.isoformat(), "to": (times[-1] + timedelta(seconds=1)).isoformat()}

    items, cursor = [], None
    while True:
        page = http.get(
            f"/readings/sensor/{sensor}",
            params={**span, "limit": 300} | ({"cursor": cursor} if cursor else {}),
        ).json()
        items += page["items"]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert [(datetime.fromisoformat(i["timestamp"]), i["value"]) for i in items] == list(
        zip(times, values, strict=True)
    )

    buckets = http.get(
        f"/readings/sensor/{sensor}/aggregated",
        params={**span, "interval": "PT15M", "functions": "avg,min,max,sum,count"},
    ).json()["items"]
    assert sum(b["count"] for b in buckets) == 1000
    assert sum(b["sum"] for b in buckets) == pytest.approx(sum(values), rel=1e-12)
    for bucket in buckets:
        low, high = (datetime.fromisoformat(bucket[edge]) for edge in ("from", "to"))
        inside = [v for at, v in zip(times, values, strict=True) if low <= at < high]
        assert (bucket["count"], bucket["min"], bucket["max"]) == (
            len(inside),
            min(inside),
            max(inside),
        )
        assert bucket["avg"] == pytest.approx(statistics.fmean(inside), rel=1e-12)

    stats = http.get(f"/readings/sensor/{sensor}/stats", params=span).json()
    assert (stats["count"], stats["min"], stats["max"]) == (1000, min(values), max(values))
    assert stats["sum"] == pytest.approx(sum(values), rel=1e-12)
    assert stats["stddev"] == pytest.approx(statistics.stdev(values), rel=1e-12)
    assert (stats["first"], stats["last"]) == (values[0], values[-1])
    assert datetime.fromisoformat(stats["lastAt"]) == times[-1]

    entries = http.get("/admin/quarantine", params={"deviceId": device.id}).json()["items"]
    assert sorted((e["reason"], e["occurrences"]) for e in entries) == [
        ("BAD_TIMESTAMP", 1),
        ("MALFORMED", 1),
        ("UNKNOWN_SENSOR", 1),
    ]
    shown = http.get(f"/devices/{device.id}").json()
    assert shown["status"] in ("ACTIVE", "OFFLINE")
    assert shown["lastSeenAt"] is not None


def _at(moment: datetime) -> dict[str, str]:
    return {"timestamp": moment.isoformat()}
