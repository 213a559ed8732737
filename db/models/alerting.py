"""Alerting: what is told of alerts, and to whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.accounts import Organization
from db.models.base import Row, TenantKey, Timestamps


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


class NotificationChannel(TenantKey, Timestamps, Row):
    """Where messages go. What is sealed is encrypted: whoever has it may write there."""

    __tablename__ = "notification_channel"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        Index("uq_notification_channel_name", "org_id", "name", unique=True),
        Index("ix_notification_channel_created", "org_id", "created_at", "id"),
    )

    name: Mapped[str]
    type: Mapped[str]
    email_to: Mapped[list[str]] = mapped_column(server_default="{}")
    format: Mapped[str | None]
    host: Mapped[str | None]
    sealed_url: Mapped[bytes | None]
    sealed_routing_key: Mapped[bytes | None]
    sealed_secret: Mapped[bytes | None]
    """What webhooks are signed with. Kept, since receivers know it for years: what is derived from
    the installation's secret ends with that."""
    max_per_hour: Mapped[int] = mapped_column(server_default=text("60"))
    is_enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    failing_since: Mapped[datetime | None]


class Notification(TenantKey, Row):
    """The delivery log, and what is still to be sent: `due_at` is when a message is made of it, and
    none once one was. Rows of one `message_id` are one message."""

    __tablename__ = "notification"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        Index("ix_notification_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_notification_alert", "org_id", "alert_id", "id"),
        Index(
            "ix_notification_message",
            "org_id",
            "message_id",
            postgresql_where=text("message_id IS NOT NULL"),
        ),
        Index("ix_notification_channel", "org_id", "channel_id", "created_at", "id"),
        Index(
            "ix_notification_rule",
            "org_id",
            "rule_id",
            "created_at",
            postgresql_where=text("rule_id IS NOT NULL"),
        ),
        Index("ix_notification_created", "org_id", "created_at"),
    )

    channel_id: Mapped[UUID]
    alert_id: Mapped[UUID | None]
    rule_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    """What the alert is about, and what may flap: a sensor, or a device."""
    site_id: Mapped[UUID | None]
    cause: Mapped[str]
    severity: Mapped[str]
    occurred_at: Mapped[datetime]
    details: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    status: Mapped[str] = mapped_column(server_default="PENDING")
    reason: Mapped[str | None]
    due_at: Mapped[datetime | None]
    message_id: Mapped[UUID | None]
    taken_by: Mapped[list[str]] = mapped_column(server_default="{}")
    """Of mail, on the first row of a message: the recipients who have it."""
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    status_code: Mapped[int | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]
