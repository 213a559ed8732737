"""What people look at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped

from db.models.accounts import Organization
from db.models.base import Row, TenantKey, Timestamps

_THERE = text("deleted_at IS NULL")


class Dashboard(TenantKey, Timestamps, Row):
    """`content` is what it says, as it travels: variables, range, widgets."""

    __tablename__ = "dashboard"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        Index("uq_dashboard_name", "org_id", "name", unique=True, postgresql_where=_THERE),
        Index("ix_dashboard_created", "org_id", "created_at", "id", postgresql_where=_THERE),
        Index("ix_dashboard_updated", "org_id", "updated_at", "id", postgresql_where=_THERE),
    )

    name: Mapped[str]
    description: Mapped[str | None]
    content: Mapped[dict[str, Any]]
    created_by: Mapped[str]
    deleted_at: Mapped[datetime | None]
