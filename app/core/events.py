"""The journal, from the product's side: an event is recorded in the transaction of its cause.

Devices' and the platform's own events are recorded by db/queries/events.py.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.ids import new_id
from db.models import Event

Severity = Literal["INFO", "WARNING", "CRITICAL"]


def record_event(
    tx: AsyncSession,
    type_: str,
    title: str,
    *,
    actor: str,
    severity: Severity = "INFO",
    details: dict[str, Any] | None = None,
    site_id: UUID | None = None,
    device_id: UUID | None = None,
    component_id: UUID | None = None,
    sensor_id: UUID | None = None,
    occurred_at: datetime | None = None,
) -> UUID:
    """Write down in the transaction's organization what `actor` caused; the event's id.

    `actor` is an actor's principal or db.queries.events.device_actor's word. `type_` is a word of the
    contract, or X_… for people's own. Without `occurred_at` it happened now.
    """
    event = Event(
        id=new_id(),
        type=type_,
        severity=severity,
        title=title,
        details=details or {},
        site_id=site_id,
        device_id=device_id,
        component_id=component_id,
        sensor_id=sensor_id,
        actor=actor,
    )
    if occurred_at is not None:
        event.occurred_at = occurred_at
    tx.add(event)
    return event.id
