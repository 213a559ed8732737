"""Devices, their components, and the sensors whose readings they report."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.accounts import Organization
from db.models.base import Row, TenantKey, Timestamps


class Device(TenantKey, Timestamps, Row):
    __tablename__ = "device"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        Index("uq_device_name", "org_id", "name", unique=True, postgresql_where=text("deleted_at IS NULL")),
        Index("ix_device_created", "org_id", "created_at", "id", postgresql_where=text("deleted_at IS NULL")),
        Index("ix_device_tags", "tags", postgresql_using="gin"),
        Index("uq_device_id", "id", unique=True),
    )

    name: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="PENDING")
    tags: Mapped[list[str]] = mapped_column(server_default="{}")
    location: Mapped[dict[str, Any] | None]
    # Named apart from SQLAlchemy's own `metadata`.
    attributes: Mapped[dict[str, Any]] = mapped_column("metadata", server_default="{}")
    firmware_version: Mapped[str | None]
    is_connected: Mapped[bool] = mapped_column(server_default=text("false"))
    last_seen_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class Component(TenantKey, Timestamps, Row):
    __tablename__ = "component"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "device_id"], [Device.org_id, Device.id]),
        UniqueConstraint("org_id", "device_id", "key", name="uq_component_key"),
    )

    device_id: Mapped[UUID]
    key: Mapped[str]
    name: Mapped[str]
    deleted_at: Mapped[datetime | None]


class Sensor(TenantKey, Timestamps, Row):
    __tablename__ = "sensor"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "device_id"], [Device.org_id, Device.id]),
        ForeignKeyConstraint(["org_id", "component_id"], [Component.org_id, Component.id]),
        UniqueConstraint(
            "org_id",
            "device_id",
            "component_id",
            "key",
            name="uq_sensor_key",
            postgresql_nulls_not_distinct=True,
        ),
        Index("uq_sensor_id", "id", unique=True),
        Index("ix_sensor_device", "device_id"),
        Index("ix_sensor_created", "org_id", "created_at", "id", postgresql_where=text("deleted_at IS NULL")),
    )

    device_id: Mapped[UUID]
    component_id: Mapped[UUID | None]
    key: Mapped[str]
    name: Mapped[str]
    value_type: Mapped[str]
    is_widenable: Mapped[bool] = mapped_column(server_default=text("false"))
    unit: Mapped[str | None]
    deleted_at: Mapped[datetime | None]
