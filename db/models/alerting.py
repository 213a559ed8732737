"""Alerting: what is told of alerts, and to whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Row, TenantKey


class AlertChange(TenantKey, Row):
    """The outbox of alerts: what became of one, written in the transaction in which it did; taken
    up and deleted by workers/alerting. Its words: see db/queries/alert_outbox.py."""

    __tablename__ = "alert_outbox"
    __table_args__ = (Index("ix_alert_outbox_number", "org_id", "number"),)

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    alert_id: Mapped[UUID]
    rule_id: Mapped[UUID]
    cause: Mapped[str]
    severity: Mapped[str]
    occurred_at: Mapped[datetime]
    details: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
