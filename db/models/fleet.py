"""Sites, groups, devices with their components, the sensors whose readings they report, and their health."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Computed,
    Double,
    ForeignKeyConstraint,
    Index,
    Text,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column

from db.models.accounts import Customer, Organization
from db.models.base import Row, TenantKey, Timestamps
from db.models.catalogue import DeviceProfile, SensorProfile

# Partial indexes: what is deleted is in no list.
_THERE = text("deleted_at IS NULL")
_NEVER = "'1970-01-01 00:00:00+00'::timestamptz"


class Site(TenantKey, Timestamps, Row):
    """A place. `timezone` is an IANA name: where its days begin."""

    __tablename__ = "site"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        ForeignKeyConstraint(
            ["org_id", "customer_id"],
            [Customer.org_id, Customer.id],
            name="fk_site_customer",
            ondelete="SET NULL (customer_id)",
        ),
        Index(
            "ix_site_customer",
            "org_id",
            "customer_id",
            postgresql_where=text("customer_id IS NOT NULL"),
        ),
        Index("uq_site_name", "org_id", "name", unique=True, postgresql_where=_THERE),
        Index("ix_site_created", "org_id", "created_at", "id", postgresql_where=_THERE),
        Index("ix_site_updated", "org_id", "updated_at", "id", postgresql_where=_THERE),
    )

    name: Mapped[str]
    description: Mapped[str | None]
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    address: Mapped[str | None]
    timezone: Mapped[str] = mapped_column(server_default="UTC")
    tags: Mapped[list[str]] = mapped_column(server_default="{}")
    attributes: Mapped[dict[str, Any]] = mapped_column("metadata", server_default="{}")
    customer_id: Mapped[UUID | None]
    deleted_at: Mapped[datetime | None]


class DeviceGroup(TenantKey, Timestamps, Row):
    """Devices by their tags: who is in it is computed, never stored."""

    __tablename__ = "device_group"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        Index("uq_device_group_name", "org_id", "name", unique=True, postgresql_where=_THERE),
        Index("ix_device_group_created", "org_id", "created_at", "id", postgresql_where=_THERE),
        Index("ix_device_group_updated", "org_id", "updated_at", "id", postgresql_where=_THERE),
    )

    name: Mapped[str]
    description: Mapped[str | None]
    tags: Mapped[list[str]]
    match: Mapped[str]
    deleted_at: Mapped[datetime | None]


class Device(TenantKey, Timestamps, Row):
    __tablename__ = "device"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        ForeignKeyConstraint(["org_id", "site_id"], [Site.org_id, Site.id]),
        ForeignKeyConstraint(
            ["org_id", "device_profile_id"], [DeviceProfile.org_id, DeviceProfile.id]
        ),
        ForeignKeyConstraint(
            ["org_id", "customer_id"],
            [Customer.org_id, Customer.id],
            name="fk_device_customer",
            ondelete="SET NULL (customer_id)",
        ),
        Index(
            "ix_device_customer",
            "org_id",
            "customer_id",
            "created_at",
            "id",
            postgresql_where=text("customer_id IS NOT NULL"),
        ),
        Index("uq_device_id", "id", unique=True),
        Index("uq_device_name", "org_id", "name", unique=True, postgresql_where=_THERE),
        Index("ix_device_created", "org_id", "created_at", "id", postgresql_where=_THERE),
        Index("ix_device_updated", "org_id", "updated_at", "id", postgresql_where=_THERE),
        Index("ix_device_seen", "org_id", "seen_or_never", "id", postgresql_where=_THERE),
        Index(
            "ix_device_certificate",
            "org_id",
            "certificate_expires_at",
            "id",
            postgresql_where=_THERE,
        ),
        *(
            Index(
                f"ix_device_{name}", "org_id", column, "created_at", "id", postgresql_where=_THERE
            )
            for name, column in (
                ("status", "status"),
                ("connected", "is_connected"),
                ("site", "site_id"),
                ("firmware", "firmware_version"),
                ("device_profile", "device_profile_id"),
            )
        ),
    )

    name: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="PENDING")
    site_id: Mapped[UUID | None]
    customer_id: Mapped[UUID | None]
    tags: Mapped[list[str]] = mapped_column(server_default="{}")
    location: Mapped[dict[str, Any] | None]
    # Named apart from SQLAlchemy's own `metadata`.
    attributes: Mapped[dict[str, Any]] = mapped_column("metadata", server_default="{}")
    firmware_version: Mapped[str | None]
    is_connected: Mapped[bool] = mapped_column(server_default=text("false"))
    # Which broker holds its session: no other one may say that it has ended.
    broker_id: Mapped[UUID | None]
    connection_changed_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    certificate_expires_at: Mapped[datetime | None]
    # To sort by, never null: 1970 for a device that was never seen.
    seen_or_never: Mapped[datetime] = mapped_column(Computed(f"coalesce(last_seen_at, {_NEVER})"))
    device_profile_id: Mapped[UUID | None] = mapped_column()
    # {name, version}, for reading. Written out: a snapshot's look-up by id has one parameter.
    device_profile: Mapped[dict[str, Any] | None] = column_property(
        select(
            func.jsonb_build_object(
                literal_column("'name'"),
                DeviceProfile.name,
                literal_column("'version'"),
                func.concat(DeviceProfile.major, literal_column("'.'"), DeviceProfile.minor),
                type_=JSONB,
            )
        )
        .where(DeviceProfile.id == device_profile_id.column)  # type: ignore[attr-defined]
        .correlate_except(DeviceProfile)
        .scalar_subquery()
    )


class DevicePlacement(TenantKey, Row):
    """A stay of a device at a site, written by the database whenever `site_id` changes; open while `to_at` is null."""

    __tablename__ = "device_placement"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "device_id"], [Device.org_id, Device.id]),
        ForeignKeyConstraint(["org_id", "site_id"], [Site.org_id, Site.id]),
        Index("ix_device_placement_device", "org_id", "device_id", "from_at", "id"),
        Index(
            "uq_device_placement_open",
            "org_id",
            "device_id",
            unique=True,
            postgresql_where=text("to_at IS NULL"),
        ),
    )

    device_id: Mapped[UUID]
    site_id: Mapped[UUID]
    from_at: Mapped[datetime] = mapped_column(server_default=func.now())
    to_at: Mapped[datetime | None]


class DeviceTag(Row):
    """`device.tags`, one row each, for finding by. Written by the database; under the policies no index serves `@>`."""

    __tablename__ = "device_tag"
    __table_args__ = (Index("ix_device_tag_tag", "org_id", "tag", "device_id"),)

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)


class DeviceWord(Row):
    """The words of a device's name in lower case, for finding by their beginning. Written by the database."""

    __tablename__ = "device_word"
    __table_args__ = (Index("ix_device_word_word", "org_id", "word", "device_id"),)

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)


class DeviceHealth(Row):
    """What a device said of itself at a moment; partitions by day are dropped when their retention
    ends."""

    __tablename__ = "device_health"
    __table_args__ = ({"postgresql_partition_by": "RANGE (recorded_at)"},)

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(primary_key=True)
    uptime_seconds: Mapped[int | None] = mapped_column(BigInteger)
    free_heap_bytes: Mapped[int | None] = mapped_column(BigInteger)
    signal_strength_dbm: Mapped[float | None] = mapped_column(Double)
    connection_type: Mapped[str | None]
    readings_sent: Mapped[int | None] = mapped_column(BigInteger)
    readings_dropped: Mapped[int | None] = mapped_column(BigInteger)


class BrokerBeat(Row):
    """A broker that runs, or has died without a word; the installation's own."""

    __tablename__ = "broker"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ConnectionRecord(TenantKey, Row):
    """A session of a device, open while `disconnected_at` is null; or `attempts` to connect, of one
    minute, that were refused for one reason. Written by the broker (ingest/devices/presence.py)."""

    __tablename__ = "device_connection"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "device_id"], [Device.org_id, Device.id]),
        Index("ix_device_connection_device", "org_id", "device_id", "connected_at", "id"),
        Index(
            "ix_device_connection_open",
            "broker_id",
            postgresql_where=text("disconnected_at IS NULL"),
        ),
        Index(
            "ix_device_connection_ended",
            "disconnected_at",
            postgresql_where=text("disconnected_at IS NOT NULL"),
        ),
    )

    device_id: Mapped[UUID]
    broker_id: Mapped[UUID | None]
    connected_at: Mapped[datetime]
    disconnected_at: Mapped[datetime | None]
    address: Mapped[str | None]
    tls_version: Mapped[str | None]
    serial: Mapped[str | None]
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default=text("1"))


class Component(TenantKey, Timestamps, Row):
    __tablename__ = "component"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "device_id"], [Device.org_id, Device.id]),
        ForeignKeyConstraint(
            ["org_id", "sensor_profile_id"], [SensorProfile.org_id, SensorProfile.id]
        ),
        Index(
            "uq_component_key", "org_id", "device_id", "key", unique=True, postgresql_where=_THERE
        ),
        Index(
            "ix_component_sensor_profile",
            "org_id",
            "sensor_profile_id",
            postgresql_where=text("sensor_profile_id IS NOT NULL"),
        ),
        Index("ix_component_created", "org_id", "created_at", "id", postgresql_where=_THERE),
        Index("ix_component_name", "org_id", "name", "id", postgresql_where=_THERE),
        Index("ix_component_key", "org_id", "key", "id", postgresql_where=_THERE),
    )

    device_id: Mapped[UUID]
    key: Mapped[str]
    name: Mapped[str]
    deleted_at: Mapped[datetime | None]
    sensor_profile_id: Mapped[UUID | None]


class Sensor(TenantKey, Timestamps, Row):
    __tablename__ = "sensor"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "device_id"], [Device.org_id, Device.id]),
        ForeignKeyConstraint(["org_id", "component_id"], [Component.org_id, Component.id]),
        Index(
            "uq_sensor_key",
            "org_id",
            "device_id",
            "component_id",
            "key",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=_THERE,
        ),
        Index("uq_sensor_id", "id", unique=True),
        Index("ix_sensor_device", "device_id"),
        Index("ix_sensor_created", "org_id", "created_at", "id", postgresql_where=_THERE),
        Index("ix_sensor_name", "org_id", "name", "id", postgresql_where=_THERE),
        Index("ix_sensor_by_key", "org_id", "key", "id", postgresql_where=_THERE),
        Index(
            "ix_sensor_component",
            "org_id",
            "component_id",
            "created_at",
            "id",
            postgresql_where=_THERE,
        ),
        Index(
            "ix_sensor_value_type",
            "org_id",
            "value_type",
            "created_at",
            "id",
            postgresql_where=_THERE,
        ),
    )

    device_id: Mapped[UUID]
    component_id: Mapped[UUID | None]
    key: Mapped[str]
    name: Mapped[str]
    value_type: Mapped[str]
    is_widenable: Mapped[bool] = mapped_column(server_default=text("false"))
    may_have_lone_integers: Mapped[bool] = mapped_column(server_default=text("false"))
    unit: Mapped[str | None]
    labels: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'"))
    deleted_at: Mapped[datetime | None]


class SensorWord(Row):
    """The words of a sensor's key and name, as `DeviceWord`."""

    __tablename__ = "sensor_word"
    __table_args__ = (Index("ix_sensor_word_word", "org_id", "word", "sensor_id"),)

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    sensor_id: Mapped[UUID] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
