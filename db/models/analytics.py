"""What is compared, and computed on a clock."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped

from db.models.accounts import Organization
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
