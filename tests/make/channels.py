"""Notification channels, as a client makes them."""

from __future__ import annotations

import secrets
from typing import Any

from tests.make.fleet import made
from tests.make.platform import Organization


def make_webhook(
    organization: Organization, url: str, *, max_per_hour: int = 60, **webhook: Any
) -> dict[str, Any]:
    """The channel, with its secret."""
    body = {
        "name": f"hook {secrets.token_hex(4)}",
        "type": "WEBHOOK",
        "webhook": {"url": url, **webhook},
        "maxPerHour": max_per_hour,
    }
    answer = organization.http.post("/notification-channels", json=body)
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


def make_mail_channel(organization: Organization, *to: str) -> dict[str, Any]:
    body = {"name": f"mail {secrets.token_hex(4)}", "type": "EMAIL", "email": {"to": list(to)}}
    return made(organization, "/notification-channels", **body)


def try_channel(organization: Organization, channel: dict[str, Any]) -> dict[str, Any]:
    answer = organization.http.post(f"/notification-channels/{channel['id']}/test")
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result
