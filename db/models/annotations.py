"""What people, rules and jobs note of a moment or a range."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Computed, Double, ForeignKeyConstraint, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.accounts import Organization
from db.models.base import Row, TenantKey, Timestamps

_THERE = text("deleted_at IS NULL")
_LENGTH_CLASS = (
    "CASE WHEN to_at IS NULL THEN 0 "
    "ELSE ceil(log(2, greatest(extract(epoch FROM to_at - from_at), 1))) END"
)


class AnnotationClass(TenantKey, Timestamps, Row):
    """A kind of annotation: what it may be about, and the JSON Schema of its values."""

    __tablename__ = "annotation_class"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        Index("uq_annotation_class_name", "org_id", "name", unique=True, postgresql_where=_THERE),
        Index("ix_annotation_class_created", "org_id", "created_at", "id", postgresql_where=_THERE),
    )

    name: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    color: Mapped[str]
    scopes: Mapped[list[str]]
    fields: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    pack_name: Mapped[str | None]
    created_by: Mapped[str]
    deleted_at: Mapped[datetime | None]


class Annotation(TenantKey, Timestamps, Row):
    """Of a point, or of a range where there is `to_at`; no longer than 2 ** `length_class` seconds,
    by which what overlaps a window is found. What it is about may be gone by now."""

    __tablename__ = "annotation"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        ForeignKeyConstraint(["org_id", "class_id"], [AnnotationClass.org_id, AnnotationClass.id]),
        Index("ix_annotation_from", "org_id", "length_class", "from_at", "id"),
        Index("ix_annotation_scope", "org_id", "scope_id", "length_class", "from_at", "id"),
        Index(
            "ix_annotation_device",
            "org_id",
            "device_id",
            "length_class",
            "from_at",
            "id",
            postgresql_where=text("device_id IS NOT NULL"),
        ),
        Index("ix_annotation_class", "org_id", "class_id", "length_class", "from_at", "id"),
        Index("ix_annotation_source", "org_id", "source", "length_class", "from_at", "id"),
        Index(
            "ix_annotation_definition",
            "org_id",
            "definition_id",
            "scope_id",
            "from_at",
            postgresql_where=text("definition_id IS NOT NULL"),
        ),
    )

    class_id: Mapped[UUID]
    scope_type: Mapped[str]
    scope_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]
    length_class: Mapped[int] = mapped_column(SmallInteger, Computed(_LENGTH_CLASS))
    field_values: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    note: Mapped[str | None]
    source: Mapped[str] = mapped_column(server_default="MANUAL")
    confidence: Mapped[float | None] = mapped_column(Double)
    definition_id: Mapped[UUID | None]
    run_id: Mapped[UUID | None]
    alert_id: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]
    created_by: Mapped[str]
