"""The outbox of alerts, as iot_ingest: what became of an alert, written in the transaction in which
it did. Workers tell it to the rule's channels; what a person does to an alert is added by role app,
as rows of db.models.AlertChange.

A row holds all that a message needs, as it was at that moment: the rule may be another by the time
that the message is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from db.connections.types import Connection, Pool
from db.ids import new_id

AlertCause = Literal[
    "FIRED", "SEVERITY", "RESOLVED", "REFUTED", "REOPENED", "ACKNOWLEDGED", "UNMUTED"
]
"""SEVERITY: it rose or fell while the alert is open. REOPENED: a person had resolved it, and it
still holds. UNMUTED: nobody was told because of a mute, which is over, and it still holds."""
AlertSeverity = Literal["INFO", "WARNING", "CRITICAL"]
MutedBy = Literal["MUTE", "MAINTENANCE"]


class NotifyTarget(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One line of a rule's `notify`."""

    channel_id: UUID
    min_severity: AlertSeverity = "INFO"
    on: tuple[str, ...] = ("FIRED", "RESOLVED")
    after_seconds: int = 0
    """Only who is still ACTIVE so long after it fired."""


class AlertDetails(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What a message says, and the rule's own policy. Times are event time."""

    rule_name: str
    summary: str
    """The rule in words."""
    started_at: datetime
    fired_at: datetime
    ended_at: datetime | None = None
    end_reason: str | None = None
    value: float | int | bool | str | None = None
    unit: str | None = None
    sensor_id: UUID | None = None
    component_id: UUID | None = None
    device_id: UUID | None = None
    site_id: UUID | None = None
    muted_by: MutedBy | None = None
    actor: str | None = None
    """Of what a person did."""
    notify: tuple[NotifyTarget, ...] = ()
    group_seconds: int = 30
    repeat_seconds: int = 0
    notify_ended_within_seconds: int = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChangeRow:
    """`occurred_at` is the event time of the change itself."""

    org_id: UUID
    alert_id: UUID
    rule_id: UUID
    cause: AlertCause
    severity: AlertSeverity
    occurred_at: datetime
    details: AlertDetails


_ADD = """
INSERT INTO platform.alert_outbox (org_id, id, alert_id, rule_id, cause, severity, occurred_at,
  details)
SELECT org_id, id, alert_id, rule_id, cause, severity, occurred_at, details::jsonb
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[],
  $7::timestamptz[], $8::text[]) WITH ORDINALITY
  AS c (org_id, id, alert_id, rule_id, cause, severity, occurred_at, details, place)
ORDER BY place
"""


async def add(connection: Connection, changes: Sequence[AlertChangeRow]) -> None:
    """In the connection's transaction, which holds the alerts' locks; told after its commit, those
    of one alert in this order."""
    rows = [
        (
            change.org_id,
            new_id(),
            change.alert_id,
            change.rule_id,
            change.cause,
            change.severity,
            change.occurred_at,
            msgspec.json.encode(change.details).decode(),
        )
        for change in changes
    ]
    if rows:
        await connection.execute(_ADD, *map(list, zip(*rows, strict=True)))


_WAITING = """
SELECT org_id FROM (
  SELECT org_id FROM platform.alert_outbox
  UNION
  SELECT org_id FROM platform.notification WHERE due_at <= now()
) w ORDER BY org_id LIMIT $1
"""


async def waiting(pool: Pool, *, at_most: int) -> list[UUID]:
    """Organizations of whose alerts something is to be told now."""
    return [row["org_id"] for row in await pool.fetch(_WAITING, at_most)]
