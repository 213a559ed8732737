"""Alert rules, as a client makes them."""

from __future__ import annotations

from collections.abc import Mapping
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
