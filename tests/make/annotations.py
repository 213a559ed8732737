"""Annotations, their classes, and reference pairs, as a client makes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.make.fleet import made
from tests.make.platform import Organization
from tests.make.readings import at


def annotation(ids: Mapping[str, str], note: str, **more: Any) -> dict[str, Any]:
    """Of the sensor, a minute long."""
    return {
        "classId": ids["class_id"],
        "scopeType": "SENSOR",
        "scopeId": ids["sensor_id"],
        "from": at(0).isoformat(),
        "to": at(60).isoformat(),
        "note": note,
        **more,
    }


def make_class(organization: Organization, name: str = "note", **more: Any) -> dict[str, Any]:
    """Of everything that an annotation may be about, with whatever values."""
    scopes = ["SITE", "DEVICE", "COMPONENT", "SENSOR"]
    return made(organization, "/annotation-classes", **{"name": name, "scopes": scopes, **more})


def make_annotation(
    organization: Organization, class_id: str, sensor_id: str, **more: Any
) -> dict[str, Any]:
    ids = {"class_id": class_id, "sensor_id": sensor_id}
    return made(organization, "/annotations", **{**annotation(ids, "noted"), **more})


def reference_pair(primary_id: str, reference_id: str, name: str, **more: Any) -> dict[str, Any]:
    """Side by side for a month."""
    return {
        "name": name,
        "primaryComponentId": primary_id,
        "referenceComponentId": reference_id,
        "from": at(-30 * 86_400).isoformat(),
        **more,
    }
