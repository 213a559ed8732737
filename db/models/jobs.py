"""Work that is done later: what was asked for, and how far it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.accounts import Customer, Organization
from db.models.base import Row, TenantKey


class Job(TenantKey, Row):
    """The outbox and the truth about every job; the queue in Valkey only carries ids. States: see db/queries/jobs.py."""

    __tablename__ = "job"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        ForeignKeyConstraint(
            ["org_id", "customer_id"],
            [Customer.org_id, Customer.id],
            name="fk_job_customer",
            ondelete="SET NULL (customer_id)",
        ),
        Index(
            "ix_job_due",
            "kind",
            "org_id",
            "run_at",
            "id",
            postgresql_where=text("state = 'PENDING'"),
        ),
        Index(
            "ix_job_in_flight",
            "kind",
            "org_id",
            postgresql_where=text("state IN ('QUEUED', 'RUNNING')"),
        ),
        Index("ix_job_created", "org_id", "created_at", "id"),
        Index("ix_job_finished", "finished_at", postgresql_where=text("finished_at IS NOT NULL")),
    )

    kind: Mapped[str]
    customer_id: Mapped[UUID | None] = mapped_column(server_default=text("api.customer()"))
    payload: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    state: Mapped[str] = mapped_column(server_default="PENDING")
    run_at: Mapped[datetime] = mapped_column(server_default=func.now())
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    fence: Mapped[int] = mapped_column(server_default=text("0"))
    lease_until: Mapped[datetime | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Schedule(Row):
    """When a scheduled task is due next, for all workers together."""

    __tablename__ = "clock"

    name: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    fence: Mapped[int] = mapped_column(server_default=text("0"))
    last_run_at: Mapped[datetime | None]
    resume_after: Mapped[UUID | None]
    """Of a task that goes round all organizations: the last one that was done, in the middle of a
    round."""
