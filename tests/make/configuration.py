"""Configurations and what they are bound to."""

from __future__ import annotations

from typing import Any

from tests.make.platform import Organization


def make_artefact(
    organization: Organization,
    name: str,
    content: dict[str, Any],
    profile: str,
    kind: str = "sensor",
) -> dict[str, Any]:
    body = {"name": name, "content": content, f"{kind}ProfileId": profile}
    answer = organization.http.post("/config-artefacts", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def put_binding(
    organization: Organization, target: dict[str, str], artefact_id: str, **more: Any
) -> dict[str, Any]:
    body = {"target": target, "artefactId": artefact_id, **more}
    answer = organization.http.put("/desired-state-bindings", json=body)
    assert answer.status_code == 200, answer.text
    put: dict[str, Any] = answer.json()
    return put


def sampling(organization: Organization, profile: dict[str, Any], interval: int) -> str:
    """The next version of the configuration `sampling`."""
    content = {"interval": interval}
    return str(make_artefact(organization, "sampling", content, profile["id"])["id"])


def effective(organization: Organization, device: str) -> dict[str, Any]:
    """What is desired of the device."""
    answer = organization.http.get(f"/devices/{device}/effective-config")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
