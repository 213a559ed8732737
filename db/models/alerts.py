"""Alert rules, which sensors they watch, what was decided, and the alerts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Computed, Double, ForeignKeyConstraint, Index, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.models.accounts import Organization
from db.models.annotations import AnnotationClass
from db.models.base import Row, TenantKey, Timestamps

_THERE = text("deleted_at IS NULL")


class AlertRule(TenantKey, Timestamps, Row):
    """What all versions of a rule have in common: its name, and how alerts are told and handled.

    `version` is the one in force. Whoever changes anything that decides which sensors are watched,
    or how, sets `sync_due_at`: workers/alerting/membership.py then looks, and notes in
    `synced_version` what it has done.
    """

    __tablename__ = "alert_rule"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        ForeignKeyConstraint(
            ["org_id", "annotation_class_id"], [AnnotationClass.org_id, AnnotationClass.id]
        ),
        Index("uq_alert_rule_name", "org_id", "name", unique=True, postgresql_where=_THERE),
        Index("ix_alert_rule_created", "org_id", "created_at", "id", postgresql_where=_THERE),
        Index("ix_alert_rule_updated", "org_id", "updated_at", "id", postgresql_where=_THERE),
        Index(
            "ix_alert_rule_sync", "sync_due_at", postgresql_where=text("sync_due_at IS NOT NULL")
        ),
    )

    name: Mapped[str]
    description: Mapped[str | None]
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    auto_resolve: Mapped[bool] = mapped_column(server_default=text("true"))
    reopen_after_seconds: Mapped[int] = mapped_column(server_default=text("3600"))
    notify: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    group_seconds: Mapped[int] = mapped_column(server_default=text("30"))
    repeat_seconds: Mapped[int] = mapped_column(server_default=text("0"))
    notify_ended_within_seconds: Mapped[int] = mapped_column(server_default=text("3600"))
    annotation_class_id: Mapped[UUID | None]
    synced_version: Mapped[int | None]
    sync_due_at: Mapped[datetime | None] = mapped_column(server_default=func.now())
    created_by: Mapped[str]
    deleted_at: Mapped[datetime | None]


class AlertRuleVersion(Row):
    """What a rule decides by, from `start_at` on: a `RuleDefinition` (ingest/alerting), and which
    sensors it watches: a target as on the wire, and of a profile's sensors the field. Immutable."""

    __tablename__ = "alert_rule_version"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "rule_id"], [AlertRule.org_id, AlertRule.id]),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    rule_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    target: Mapped[dict[str, Any]]
    field: Mapped[str | None]
    definition: Mapped[dict[str, Any]]
    summary: Mapped[str] = mapped_column(server_default="")
    start_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AlertMute(TenantKey, Row):
    """A time in which alerts of a rule or a target are recorded and not told."""

    __tablename__ = "alert_mute"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        ForeignKeyConstraint(["org_id", "rule_id"], [AlertRule.org_id, AlertRule.id]),
        Index("ix_alert_mute_from", "org_id", "from_at", "id"),
        Index("ix_alert_mute_created", "org_id", "created_at", "id"),
    )

    kind: Mapped[str]
    rule_id: Mapped[UUID | None]
    target: Mapped[dict[str, Any] | None]
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(server_default="")
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AlertPair(Row):
    """A rule that watches a sensor, since `start_at`. `state` is the machine's; without one the
    sensor has no reading yet. One `is_of_device` watches a device: `sensor_id` is that, and without
    a state it has not been connected yet. `carried` is the alert that an earlier version had open
    at the start. Time acts from `due_at` on; a silence's is a lower bound, which readings never
    touch. `sources` are the other sensors of which it is calculated."""

    __tablename__ = "alert_pair"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "rule_id", "version"],
            [AlertRuleVersion.org_id, AlertRuleVersion.rule_id, AlertRuleVersion.version],
        ),
        Index("ix_alert_pair_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_alert_pair_rule", "org_id", "rule_id", "sensor_id"),
        Index(
            "ix_alert_pair_sources",
            "sources",
            postgresql_using="gin",
            postgresql_where=text("sources <> '{}'"),
        ),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    sensor_id: Mapped[UUID] = mapped_column(primary_key=True)
    rule_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    start_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(server_default="UTC")
    carried: Mapped[dict[str, Any] | None]
    state: Mapped[dict[str, Any] | None]
    due_at: Mapped[datetime | None]
    silence_seconds: Mapped[int | None]
    sources: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default="{}")
    is_of_device: Mapped[bool] = mapped_column(server_default=text("false"))


class AlertBacktest(TenantKey, Row):
    """A back-test that is a job. `content` is the rule that is tested, as on the wire; of a rule
    that is there it is compared with what is in force when it runs. `sums` is what it has found so
    far, `found` the first alerts and the worst sensors."""

    __tablename__ = "alert_backtest"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        ForeignKeyConstraint(["org_id", "rule_id"], [AlertRule.org_id, AlertRule.id]),
        Index("ix_alert_backtest_created", "org_id", "created_at", "id"),
    )

    rule_id: Mapped[UUID | None]
    content: Mapped[dict[str, Any]]
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(server_default="PENDING")
    progress: Mapped[float] = mapped_column(Double, server_default=text("0"))
    sums: Mapped[dict[str, Any] | None]
    found: Mapped[dict[str, Any] | None]
    failure: Mapped[str | None]
    job_id: Mapped[UUID | None]
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]


class AlertComment(TenantKey, Row):
    """What a person says of an alert; it stays as it was said."""

    __tablename__ = "alert_comment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "alert_id"],
            ["platform.alert.org_id", "platform.alert.id"],
            ondelete="CASCADE",
        ),
        Index("ix_alert_comment_alert", "org_id", "alert_id", "created_at", "id"),
    )

    alert_id: Mapped[UUID]
    comment: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AlertTransition(Row):
    """A pair's state after its signal changed at `at`."""

    __tablename__ = "alert_transition"
    __table_args__ = (Index("ix_alert_transition_at", "at"),)

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    sensor_id: Mapped[UUID] = mapped_column(primary_key=True)
    rule_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    state: Mapped[dict[str, Any]]


class Alert(TenantKey, Row):
    """An episode of event time: a function of the readings alone. What people do is in the columns
    from `status` on. Refuted: the readings that came later say that it never was.

    `recorded_at` is when it came to be known, `changed_at` when anything about it last did.
    """

    __tablename__ = "alert"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "rule_id"], [AlertRule.org_id, AlertRule.id]),
        Index("ix_alert_pair_fired", "org_id", "subject_id", "rule_id", "fired_at"),
        Index("ix_alert_fired", "org_id", "fired_at", "id"),
        Index("ix_alert_recorded", "org_id", "changed_at", "id"),
        Index("ix_alert_rule_fired", "org_id", "rule_id", "fired_at", "id"),
        Index("ix_alert_device_fired", "org_id", "device_id", "fired_at", "id"),
        Index("ix_alert_sensor_fired", "org_id", "sensor_id", "fired_at", "id"),
        Index("ix_alert_site_fired", "org_id", "site_id", "fired_at", "id"),
        Index(
            "ix_alert_unresolved",
            "org_id",
            "fired_at",
            "id",
            postgresql_where=text("status <> 'RESOLVED'"),
        ),
        Index(
            "ix_alert_open",
            "org_id",
            "fired_at",
            "id",
            postgresql_where=text("ended_at IS NULL AND refuted_at IS NULL"),
        ),
        Index(
            "ix_alert_muted",
            "org_id",
            "id",
            postgresql_where=text("is_muted AND ended_at IS NULL AND refuted_at IS NULL"),
        ),
        Index("ix_alert_reopen", "reopen_at", postgresql_where=text("reopen_at IS NOT NULL")),
    )
    # What the database computes comes with a change, too: whoever made it goes on with the row.
    __mapper_args__ = {"eager_defaults": True}

    rule_id: Mapped[UUID]
    rule_version: Mapped[int]
    rule_name: Mapped[str]
    sensor_id: Mapped[UUID | None]
    """None of an alert that is about its device."""
    component_id: Mapped[UUID | None]
    device_id: Mapped[UUID]
    subject_id: Mapped[UUID] = mapped_column(Computed("coalesce(sensor_id, device_id)"))
    site_id: Mapped[UUID | None]
    severity: Mapped[str]
    value: Mapped[float | None] = mapped_column(Double)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    started_at: Mapped[datetime]
    fired_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    refuted_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(server_default="ACTIVE")
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]
    assignee: Mapped[str | None]
    reopen_at: Mapped[datetime | None]
    is_muted: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether nobody was told of what became of it last, because of a mute."""
