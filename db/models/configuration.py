"""Configuration: artefacts, what they are bound to, and what is desired and reported of devices."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.models.accounts import Organization
from db.models.base import Row, TenantKey
from db.models.catalogue import DeviceProfile, SensorProfile
from db.models.fleet import Device


class ConfigArtefact(TenantKey, Row):
    """A version of a configuration, which never changes: inline, or an object in the store."""

    __tablename__ = "config_artefact"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        ForeignKeyConstraint(
            ["org_id", "sensor_profile_id"], [SensorProfile.org_id, SensorProfile.id]
        ),
        ForeignKeyConstraint(
            ["org_id", "device_profile_id"], [DeviceProfile.org_id, DeviceProfile.id]
        ),
        UniqueConstraint("org_id", "name", "version", name="uq_config_artefact_version"),
        Index(
            "ix_config_artefact_created",
            "org_id",
            "created_at",
            "id",
            postgresql_where=text("deleted_at IS NULL"),
        ),
        *(
            Index(
                f"ix_config_artefact_{name}",
                "org_id",
                column,
                postgresql_where=text(f"{column} IS NOT NULL"),
            )
            for name, column in (
                ("sensor_profile", "sensor_profile_id"),
                ("device_profile", "device_profile_id"),
                ("link", "download_until"),
            )
        ),
    )

    name: Mapped[str]
    version: Mapped[int]
    sensor_profile_id: Mapped[UUID | None]
    device_profile_id: Mapped[UUID | None]
    status: Mapped[str]
    content: Mapped[str | None]
    object_key: Mapped[str | None]
    download_url: Mapped[str | None]
    download_until: Mapped[datetime | None]
    content_type: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    deleted_at: Mapped[datetime | None]


class DesiredStateBinding(TenantKey, Row):
    """That a target is to have an artefact. A held one waits for its roll-out."""

    __tablename__ = "desired_state_binding"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "artefact_id"], [ConfigArtefact.org_id, ConfigArtefact.id]),
        UniqueConstraint(
            "org_id",
            "target_type",
            "target_id",
            "target_name",
            "artefact_name",
            name="uq_desired_state_binding_target",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_desired_state_binding_created", "org_id", "created_at", "id"),
        Index("ix_desired_state_binding_artefact", "org_id", "artefact_id"),
    )

    target_type: Mapped[str]
    target_id: Mapped[UUID | None]
    target_name: Mapped[str | None]
    artefact_name: Mapped[str]
    artefact_id: Mapped[UUID]
    is_held: Mapped[bool] = mapped_column(server_default=text("false"))
    job_id: Mapped[UUID | None]
    desired_by: Mapped[str]
    desired_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DeviceConfig(Row):
    """Which document a device was sent last; locked by whoever writes its entries."""

    __tablename__ = "device_config"
    __table_args__ = (ForeignKeyConstraint(["org_id", "device_id"], [Device.org_id, Device.id]),)

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    hash: Mapped[str] = mapped_column(server_default="")
    is_too_large: Mapped[bool] = mapped_column(server_default=text("false"))
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DeviceConfigEntry(Row):
    """What is desired of a device or a component of it under one name, and what it reported."""

    __tablename__ = "device_config_entry"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "device_id"], [Device.org_id, Device.id]),
        *(
            Index(
                f"ix_device_config_entry_{name}",
                "org_id",
                column,
                "device_id",
                *more,
                postgresql_where=text(f"{column} IS NOT NULL"),
            )
            for name, column, more in (
                ("binding", "binding_id", ()),
                ("artefact", "artefact_id", ()),
                ("drift", "drifts_since", ("target", "name")),
            )
        ),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    target: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    binding_id: Mapped[UUID | None]
    artefact_id: Mapped[UUID | None]
    version: Mapped[int | None]
    hash: Mapped[str | None]
    desired_at: Mapped[datetime | None]
    reported_id: Mapped[UUID | None]
    reported_version: Mapped[int | None]
    reported_hash: Mapped[str | None]
    reported_status: Mapped[str | None]
    reported_message: Mapped[str | None]
    reported_at: Mapped[datetime | None]
    drifts_since: Mapped[datetime | None]


class Rollout(TenantKey, Row):
    """Something new is given to the devices of a target in phases: see app/control/rollouts."""

    __tablename__ = "rollout"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        Index("ix_rollout_subject", "org_id", "subject_id", "created_at", "id"),
        Index(
            "uq_rollout_reach",
            "org_id",
            "subject_id",
            unique=True,
            postgresql_where=text("reach IS NOT NULL"),
        ),
        Index("ix_rollout_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    artefact_id: Mapped[UUID]
    plan: Mapped[dict[str, Any]]
    state: Mapped[str]
    reason: Mapped[str | None]
    phase: Mapped[int] = mapped_column(server_default=text("0"))
    boundaries: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary), server_default="{}")
    reach: Mapped[bytes | None]
    met_at: Mapped[datetime | None]
    is_rolled_back: Mapped[bool] = mapped_column(server_default=text("false"))
    due_at: Mapped[datetime | None]
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
