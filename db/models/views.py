"""What is made of data for people to look at or take away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.accounts import Customer, Organization
from db.models.base import Row, TenantKey


class Export(TenantKey, Row):
    """A file of readings and annotations. `scope_id` may outlive what it names: an export is of a moment."""

    __tablename__ = "export"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "customer_id"],
            [Customer.org_id, Customer.id],
            name="fk_export_customer",
            ondelete="SET NULL (customer_id)",
        ),
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        Index("ix_export_created", "org_id", "created_at", "id"),
    )

    customer_id: Mapped[UUID | None] = mapped_column(server_default=text("api.customer()"))
    scope_type: Mapped[str]
    scope_id: Mapped[UUID]
    range_from: Mapped[datetime]
    range_to: Mapped[datetime]
    includes: Mapped[list[str]]
    status: Mapped[str] = mapped_column(server_default="PENDING")
    requested_by: Mapped[str]
    job_id: Mapped[UUID | None]
    progress: Mapped[float] = mapped_column(server_default=text("0"))
    reading_count: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    annotation_count: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    seconds_left: Mapped[float | None]
    object_key: Mapped[str | None]
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None]
    failure: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    # Encrypted: it may carry the receiver's own secret.
    webhook_url: Mapped[bytes | None]
    webhook_status: Mapped[str | None]
