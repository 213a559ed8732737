"""What happened: one timeline of everything, for people and programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.ids import new_id
from db.models.base import Row


class Event(Row):
    """Written in the transaction of its cause, never changed; partitions by month are dropped when
    their retention ends. What it names may be gone by now."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_occurred", "org_id", "occurred_at", "id"),
        Index("ix_event_written", "org_id", "written_in", "id"),
        Index("ix_event_type", "org_id", "type", "occurred_at", "id"),
        *(
            Index(
                f"ix_event_{name}",
                "org_id",
                f"{name}_id",
                "occurred_at",
                "id",
                postgresql_where=text(f"{name}_id IS NOT NULL"),
            )
            for name in ("site", "device", "component", "sensor")
        ),
        {"postgresql_partition_by": "RANGE (recorded_at)"},
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    recorded_at: Mapped[datetime] = mapped_column(primary_key=True, server_default=func.now())
    type: Mapped[str]
    severity: Mapped[str] = mapped_column(server_default="INFO")
    title: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    site_id: Mapped[UUID | None]
    device_id: Mapped[UUID | None]
    component_id: Mapped[UUID | None]
    sensor_id: Mapped[UUID | None]
    actor: Mapped[str]
    occurred_at: Mapped[datetime] = mapped_column(server_default=func.now())
    written_in: Mapped[int] = mapped_column(
        BigInteger, server_default=text("platform.transaction_number()")
    )
    """The number of the transaction, by which the journal is followed."""
