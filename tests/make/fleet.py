"""Sites, groups, components and sensors, as a client makes them."""

from __future__ import annotations

from typing import Any

from tests.make.platform import Organization


def made(organization: Organization, path: str, **body: Any) -> dict[str, Any]:
    """What a POST of that body creates."""
    answer = organization.http.post(path, json=body)
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    assert (
        organization.http.get(answer.headers["location"].removeprefix("/api/v1")).json() == created
    )
    return created


def make_site(organization: Organization, name: str, **more: Any) -> dict[str, Any]:
    return made(organization, "/sites", name=name, **more)


def make_group(
    organization: Organization, name: str, *tags: str, match: str = "ALL"
) -> dict[str, Any]:
    return made(organization, "/device-groups", name=name, tags=tags, match=match)


def make_component(organization: Organization, device_id: str, key: str) -> dict[str, Any]:
    return made(organization, f"/devices/{device_id}/components", key=key)


def make_sensor(
    organization: Organization, device_id: str, key: str, **more: Any
) -> dict[str, Any]:
    return made(
        organization,
        "/sensors",
        **{"deviceId": device_id, "key": key, "valueType": "DOUBLE", **more},
    )


def make_calculated(organization: Organization, **body: Any) -> dict[str, Any]:
    """A sensor that is calculated: read again, it may have come farther."""
    answer = organization.http.post("/sensors", json=body)
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


def make_device(organization: Organization, name: str, **more: Any) -> str:
    """The id of a device without a token."""
    operation = {"op": "create", "data": {"name": name, **more}}
    answer = organization.http.post("/devices/bulk", json={"operations": [operation]})
    [result] = answer.json()["results"]
    assert result["status"] == 201, result
    return str(result["id"])
