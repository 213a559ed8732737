"""What is compared, and computed on a clock."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Double, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.accounts import Organization
from db.models.annotations import AnnotationClass
from db.models.base import Row, TenantKey, Timestamps
from db.models.fleet import Component

_THERE = text("deleted_at IS NULL")


class ReferencePair(TenantKey, Timestamps, Row):
    """A component beside one whose values are trusted; open while there is no `to_at`."""

    __tablename__ = "reference_pair"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        ForeignKeyConstraint(["org_id", "primary_component_id"], [Component.org_id, Component.id]),
        ForeignKeyConstraint(
            ["org_id", "reference_component_id"], [Component.org_id, Component.id]
        ),
        Index("uq_reference_pair_name", "org_id", "name", unique=True, postgresql_where=_THERE),
        Index("ix_reference_pair_created", "org_id", "created_at", "id", postgresql_where=_THERE),
    )

    name: Mapped[str]
    primary_component_id: Mapped[UUID]
    reference_component_id: Mapped[UUID]
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]
    created_by: Mapped[str]
    deleted_at: Mapped[datetime | None]


class JobDefinition(TenantKey, Timestamps, Row):
    """What is computed on a clock. `settled_to`: up to when its scheduled runs have looked."""

    __tablename__ = "job_definition"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        ForeignKeyConstraint(
            ["org_id", "annotation_class_id"], [AnnotationClass.org_id, AnnotationClass.id]
        ),
        Index("uq_job_definition_name", "org_id", "name", unique=True, postgresql_where=_THERE),
        Index("ix_job_definition_created", "org_id", "created_at", "id", postgresql_where=_THERE),
        Index(
            "ix_job_definition_due",
            "due_at",
            postgresql_where=text("enabled AND deleted_at IS NULL"),
        ),
    )

    name: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    function: Mapped[str]
    pack_name: Mapped[str | None]
    parameters: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    target: Mapped[dict[str, Any]]
    field: Mapped[str]
    other: Mapped[dict[str, Any] | None]
    every_seconds: Mapped[int]
    annotation_class_id: Mapped[UUID]
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    settled_to: Mapped[datetime | None]
    created_by: Mapped[str]
    deleted_at: Mapped[datetime | None]


class JobRun(TenantKey, Row):
    """One computation over a range. Without `is_asked` the clock began it."""

    __tablename__ = "job_run"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "definition_id"], [JobDefinition.org_id, JobDefinition.id]),
        Index("ix_job_run_started", "org_id", "definition_id", "started_at", "id"),
        Index(
            "ix_job_run_running",
            "org_id",
            "definition_id",
            postgresql_where=text("status = 'RUNNING'"),
        ),
    )

    definition_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(server_default="RUNNING")
    is_asked: Mapped[bool] = mapped_column(server_default=text("false"))
    from_at: Mapped[datetime | None]
    to_at: Mapped[datetime | None]
    progress: Mapped[float] = mapped_column(Double, server_default=text("0"))
    findings: Mapped[int] = mapped_column(server_default=text("0"))
    changed: Mapped[int] = mapped_column(server_default=text("0"))
    because: Mapped[list[str]] = mapped_column(server_default="{}")
    failure: Mapped[str | None]
    created_by: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    ended_at: Mapped[datetime | None]


class JobInput(Row):
    """What a definition has read of a day of a sensor, and of the one beside it: figures by which
    it is seen that something came late."""

    __tablename__ = "job_input"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "definition_id"], [JobDefinition.org_id, JobDefinition.id]),
        Index("ix_job_input_run", "org_id", "run_id", "sensor_id", "day"),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    definition_id: Mapped[UUID] = mapped_column(primary_key=True)
    sensor_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    run_id: Mapped[UUID]
    readings: Mapped[int] = mapped_column(BigInteger)
    fingerprint: Mapped[list[float]] = mapped_column(ARRAY(Double))
