"""What becomes of alerts, as the engine writes it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from db.queries import alert_outbox
from db.queries.alert_outbox import AlertCause, AlertChangeRow, AlertDetails, NotifyTarget
from tests.make.platform import Organization, RunningPlatform
from tests.make.workers import wait_until


@dataclass
class AlertScript:
    """One alert of a rule that tells this channel."""

    organization: Organization
    channel_id: str
    group_seconds: int = 0
    rule_id: UUID = field(default_factory=uuid4)
    alert_id: UUID = field(default_factory=uuid4)
    name: str = field(default_factory=lambda: f"rule {secrets.token_hex(3)}")
    on: tuple[str, ...] = ("FIRED", "RESOLVED")

    def change(
        self,
        cause: AlertCause,
        *,
        severity: Any = "WARNING",
        target: dict[str, Any] | None = None,
        **details: Any,
    ) -> AlertChangeRow:
        now = datetime.now(UTC)
        told = NotifyTarget(UUID(self.channel_id), on=self.on, **(target or {}))
        given = {"started_at": now, "fired_at": now, "value": 9.5, "unit": "°C"}
        given |= {"sensor_id": self.alert_id, **details}  # of no sensor that is there
        return AlertChangeRow(
            org_id=UUID(str(self.organization.id)),
            alert_id=self.alert_id,
            rule_id=self.rule_id,
            cause=cause,
            severity=severity,
            occurred_at=now,
            details=AlertDetails(
                rule_name=self.name,
                summary="above 8 °C",
                notify=(told,),
                group_seconds=self.group_seconds,
                **given,
            ),
        )

    def of_another_alert(self) -> AlertScript:
        return AlertScript(
            self.organization,
            self.channel_id,
            self.group_seconds,
            self.rule_id,
            name=self.name,
            on=self.on,
        )


async def tell(platform: RunningPlatform, changes: Sequence[AlertChangeRow]) -> None:
    """In one transaction, as the pipeline does."""
    connection = await asyncpg.connect(platform.secret_urls()["ingest_database_url"])
    try:
        async with connection.transaction():
            await alert_outbox.add(connection, changes)
    finally:
        await connection.close()


def log_of(organization: Organization, channel: dict[str, Any]) -> list[dict[str, Any]]:
    """The channel's, in the order in which it was written."""
    path = f"/notification-channels/{channel['id']}/notifications"
    answer = organization.http.get(path, params={"sort": "createdAt", "limit": 500})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def wait_for_log(
    organization: Organization, channel: dict[str, Any], *expected: tuple[str, str, str | None]
) -> list[dict[str, Any]]:
    """Until it says this, whatever the order: cause, status, reason."""

    def reached() -> list[dict[str, Any]] | None:
        items = log_of(organization, channel)
        said = sorted((one["cause"], one["status"], one["reason"] or "") for one in items)
        return items if said == sorted((c, s, r or "") for c, s, r in expected) else None

    found: list[dict[str, Any]] = wait_until(
        reached, f"{expected}, not {log_of(organization, channel)}"
    )
    return found
