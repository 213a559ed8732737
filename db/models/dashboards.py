"""What people look at."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.accounts import Customer, Organization
from db.models.base import Row, TenantKey, Timestamps

_THERE = text("deleted_at IS NULL")


class Dashboard(TenantKey, Timestamps, Row):
    """`content` is what it says, as it travels: variables, range, widgets."""

    __tablename__ = "dashboard"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        ForeignKeyConstraint(
            ["org_id", "customer_id"],
            [Customer.org_id, Customer.id],
            name="fk_dashboard_customer",
            ondelete="SET NULL (customer_id)",
        ),
        Index(
            "uq_dashboard_name",
            "org_id",
            "customer_id",
            "name",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=_THERE,
        ),
        Index("ix_dashboard_created", "org_id", "created_at", "id", postgresql_where=_THERE),
        Index("ix_dashboard_updated", "org_id", "updated_at", "id", postgresql_where=_THERE),
    )

    name: Mapped[str]
    description: Mapped[str | None]
    content: Mapped[dict[str, Any]]
    created_by: Mapped[str]
    customer_id: Mapped[UUID | None] = mapped_column(server_default=text("api.customer()"))
    deleted_at: Mapped[datetime | None]


class DashboardShare(TenantKey, Row):
    """A link that shows a dashboard. `chosen`: the ids that are chosen, by kind of variable; it is
    said when the link is made, and doesn't follow the dashboard. Deleted where it is revoked."""

    __tablename__ = "dashboard_share"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "dashboard_id"], [Dashboard.org_id, Dashboard.id]),
        ForeignKeyConstraint(
            ["org_id", "customer_id"],
            [Customer.org_id, Customer.id],
            name="fk_dashboard_share_customer",
            ondelete="CASCADE",
        ),
        Index("uq_dashboard_share_token", "token_hash", unique=True),
        Index("ix_dashboard_share_dashboard", "org_id", "dashboard_id", "created_at", "id"),
    )

    dashboard_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    chosen: Mapped[dict[str, Any]]
    shows_alerts: Mapped[bool]
    customer_id: Mapped[UUID | None] = mapped_column(server_default=text("api.customer()"))
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
