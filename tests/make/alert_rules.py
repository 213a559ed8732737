"""Alert rules, as a client makes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.make.fleet import made
from tests.make.platform import Organization


def warm_rule(ids: Mapping[str, str], name: str, **more: Any) -> dict[str, Any]:
    """Fires above 30, once so warm for a minute, and ends at 28."""
    return {
        "name": name,
        "target": {"type": "SENSOR", "id": ids["sensor_id"]},
        "condition": {"kind": "VALUE", "operator": "GT", "value": 30},
        "levels": [{"severity": "WARNING", "clearValue": 28, "forSeconds": 60}],
        **more,
    }


def make_rule(organization: Organization, sensor_id: str, name: str, **more: Any) -> dict[str, Any]:
    return made(organization, "/alert-rules", **warm_rule({"sensor_id": sensor_id}, name, **more))


def mute(ids: Mapping[str, str], why: str, **more: Any) -> dict[str, Any]:
    """Of the device, for this hour."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return {
        "target": {"type": "DEVICE", "id": ids["device_id"]},
        "from": now.isoformat(),
        "to": (now + timedelta(hours=1)).isoformat(),
        "reason": why,
        **more,
    }
