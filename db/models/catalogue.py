"""The catalogue: versions of sensor and device profiles, and the packs that bring them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.models.accounts import Organization
from db.models.base import Row, TenantKey


class ProfileVersion:
    """What versions of both kinds of profile have. They never change, so nothing says when they did."""

    name: Mapped[str]
    major: Mapped[int]
    minor: Mapped[int]
    description: Mapped[str]
    changes: Mapped[str]
    # As they travel: camelCase, what isn't said left out.
    fields: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    # The pack that brought it and takes it away; null for people's own.
    pack_name: Mapped[str | None]
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SensorProfile(TenantKey, ProfileVersion, Row):
    __tablename__ = "sensor_profile"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        UniqueConstraint("org_id", "name", "major", "minor", name="uq_sensor_profile_version"),
        Index("ix_sensor_profile_created", "org_id", "created_at", "id"),
    )


class DeviceProfile(TenantKey, ProfileVersion, Row):
    __tablename__ = "device_profile"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        UniqueConstraint("org_id", "name", "major", "minor", name="uq_device_profile_version"),
        Index("ix_device_profile_created", "org_id", "created_at", "id"),
    )

    commands: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class DeviceProfileComponent(Row):
    """A component that devices of this profile have, and the sensor profile version that it needs at least."""

    __tablename__ = "device_profile_component"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "device_profile_id"],
            [DeviceProfile.org_id, DeviceProfile.id],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["org_id", "sensor_profile_id"], [SensorProfile.org_id, SensorProfile.id]
        ),
        Index("ix_device_profile_component_sensor_profile", "org_id", "sensor_profile_id"),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    device_profile_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    position: Mapped[int]
    sensor_profile_id: Mapped[UUID]
    # Whether later minor versions will do as well.
    takes_newer: Mapped[bool]


class Pack(TenantKey, Row):
    """A version of a pack that was uploaded or installed; of each name one version at most is installed."""

    __tablename__ = "pack"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        UniqueConstraint("org_id", "name", "major", "minor", name="uq_pack_version"),
        Index(
            "uq_pack_installed",
            "org_id",
            "name",
            unique=True,
            postgresql_where=text("installed_at IS NOT NULL"),
        ),
    )

    name: Mapped[str]
    major: Mapped[int]
    minor: Mapped[int]
    # SHA-256 of the canonical form of the document.
    hash: Mapped[str]
    document: Mapped[dict[str, Any]]
    is_shipped: Mapped[bool]
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    installed_at: Mapped[datetime | None]
