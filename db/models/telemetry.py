"""What the pipeline refused. Readings themselves have no model: see db/readings/latest.py."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.accounts import Organization
from db.models.base import Row, TenantKey
from db.models.fleet import Device


class QuarantineEntry(TenantKey, Row):
    __tablename__ = "quarantine_entry"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        ForeignKeyConstraint(["org_id", "device_id"], [Device.org_id, Device.id]),
        UniqueConstraint(
            "org_id",
            "device_id",
            "payload_hash",
            "payload_index",
            name="uq_quarantine_entry_payload",
            postgresql_nulls_not_distinct=True,
        ),
        Index(
            "ix_quarantine_entry_received",
            "org_id",
            "received_at",
            "id",
            postgresql_include=["device_id", "reason", "occurrences"],
        ),
        Index("ix_quarantine_entry_last_received", "last_received_at"),
    )

    device_id: Mapped[UUID | None]
    reason: Mapped[str]
    message: Mapped[str]
    payload: Mapped[bytes]
    payload_hash: Mapped[bytes]
    payload_index: Mapped[int]
    occurrences: Mapped[int] = mapped_column(server_default=text("1"))
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_received_at: Mapped[datetime] = mapped_column(server_default=func.now())


class QuarantineWave(TenantKey, Row):
    """Refusals of one device for one reason, without a pause. Written by the pipeline."""

    __tablename__ = "quarantine_wave"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        ForeignKeyConstraint(["org_id", "device_id"], [Device.org_id, Device.id]),
        UniqueConstraint(
            "org_id",
            "device_id",
            "reason",
            name="uq_quarantine_wave_device",
            postgresql_nulls_not_distinct=True,
        ),
    )

    device_id: Mapped[UUID | None]
    reason: Mapped[str]
    refused: Mapped[int] = mapped_column(BigInteger)
    began_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_at: Mapped[datetime] = mapped_column(server_default=func.now())
