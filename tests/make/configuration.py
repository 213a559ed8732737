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
