"""Who changed what, and the seals that show that nobody changed that."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Row, TenantKey


class AuditEntry(TenantKey, Row):
    """Written by the database (db/functions/auth/write_audit_entry.sql), and only read here."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_at", "org_id", "at", "id"),
        Index("ix_audit_entry_resource", "org_id", "resource_id", "at", "id"),
        Index("ix_audit_entry_written", "written_in"),
    )

    at: Mapped[datetime] = mapped_column(primary_key=True, server_default=func.now())
    actor: Mapped[str]
    action: Mapped[str]
    resource_type: Mapped[str]
    resource_id: Mapped[str]
    address: Mapped[str]
    request_id: Mapped[str]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    written_in: Mapped[int] = mapped_column(BigInteger)


class AuditSeal(Row):
    """What was written since the seal before it, under one hash: see db/queries/audit.py."""

    __tablename__ = "audit_seal"
    __table_args__ = (Index("ix_audit_seal_written", "written_in"),)

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    written_in: Mapped[int] = mapped_column(BigInteger)
    entries: Mapped[int]
    first_at: Mapped[datetime]
    sealed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    hash: Mapped[bytes]
