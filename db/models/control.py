"""Provisioning: one-time tokens, certificates, their authority. Messages to devices, commands."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.ids import new_id
from db.models.base import Row, TenantKey
from db.models.fleet import Device, DeviceGroup

_IS_PENDING = text("used_at IS NULL AND revoked_at IS NULL")
_IS_OPEN = text("due_at IS NOT NULL")


class RegistrationToken(TenantKey, Row):
    __tablename__ = "registration_token"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "device_id"], [Device.org_id, Device.id]),
        UniqueConstraint("token_hash", name="uq_registration_token_hash"),
        *(
            Index(
                f"ix_registration_token_{name}",
                "org_id",
                column,
                "id",
                postgresql_where=_IS_PENDING,
            )
            for name, column in (("created", "created_at"), ("expires", "expires_at"))
        ),
        Index("ix_registration_token_device", "org_id", "device_id"),
    )

    device_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    secret_id: Mapped[str | None]
    expires_at: Mapped[datetime]
    created_by: Mapped[str]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    public_key_hash: Mapped[bytes | None]
    certificate_serial: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Certificate(Row):
    """`superseded_at` is the end of the overlap, set at the first use of what replaces it."""

    __tablename__ = "certificate"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "device_id"], [Device.org_id, Device.id]),
        UniqueConstraint("fingerprint", name="uq_certificate_fingerprint"),
        ForeignKeyConstraint(
            ["org_id", "renewed_from"],
            ["platform.certificate.org_id", "platform.certificate.serial"],
        ),
        Index("uq_certificate_serial", "serial", unique=True),
        Index(
            "uq_certificate_nonce",
            "org_id",
            "renewal_nonce",
            unique=True,
            postgresql_where=text("renewal_nonce IS NOT NULL"),
        ),
        ForeignKeyConstraint(["authority_id"], ["platform.certificate_authority.id"]),
        Index("ix_certificate_device", "org_id", "device_id"),
        Index(
            "ix_certificate_authority",
            "authority_id",
            "not_after",
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index(
            "ix_certificate_renewed",
            "org_id",
            "renewed_from",
            postgresql_where=text("renewed_from IS NOT NULL"),
        ),
        Index(
            "ix_certificate_ended",
            "not_after",
            postgresql_where=text("revoked_at IS NOT NULL OR superseded_at IS NOT NULL"),
        ),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    serial: Mapped[str] = mapped_column(primary_key=True)
    device_id: Mapped[UUID]
    fingerprint: Mapped[bytes]
    pem: Mapped[str]
    not_before: Mapped[datetime]
    not_after: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    authority_id: Mapped[UUID | None]
    public_key_hash: Mapped[bytes | None]
    renewed_from: Mapped[str | None]
    renewal_nonce: Mapped[str | None]
    first_used_at: Mapped[datetime | None]
    superseded_at: Mapped[datetime | None]
    renewal_asked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DeviceKey(Row):
    """The public keys that devices have certificates for, each one device's alone, whoever's that
    is."""

    __tablename__ = "device_key"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "device_id"], [Device.org_id, Device.id]),
        UniqueConstraint("public_key_hash", name="uq_device_key_hash"),
        Index("ix_device_key_device", "org_id", "device_id"),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    public_key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    device_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CertificateAuthority(Row):
    __tablename__ = "certificate_authority"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    certificate_pem: Mapped[str]
    issuers_pem: Mapped[str] = mapped_column(server_default="")
    encrypted_key: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    retired_at: Mapped[datetime | None]


class BrokerCertificate(Row):
    """What the broker shows to devices, its key encrypted for the broker alone, and the authority
    that devices' certificates are signed by."""

    __tablename__ = "broker_certificate"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    host: Mapped[str]
    certificate_pem: Mapped[str]
    authority_pem: Mapped[str]
    encrypted_key: Mapped[bytes]
    not_after: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DeviceMessage(TenantKey, Row):
    """The outbox of the broker: what is written here in a transaction, the device gets after its
    commit, in the order of ids. States: see db/queries/device_messages.py."""

    __tablename__ = "device_message"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "device_id"], [Device.org_id, Device.id]),
        Index(
            "ix_device_message_waiting",
            "org_id",
            "device_id",
            "id",
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_device_message_expires",
            "expires_at",
            postgresql_where=text("ended_at IS NULL AND expires_at IS NOT NULL"),
        ),
        Index("ix_device_message_ended", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
    )

    device_id: Mapped[UUID]
    topic: Mapped[str]
    body: Mapped[bytes]
    is_retained: Mapped[bool] = mapped_column(server_default=text("false"))
    expires_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default="PENDING")
    fence: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class DeviceLease(Row):
    """Which broker's process sends to a device, until when."""

    __tablename__ = "device_lease"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "device_id"], [Device.org_id, Device.id]),
        Index("ix_device_lease_broker", "broker_id"),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    broker_id: Mapped[UUID]
    fence: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    lease_until: Mapped[datetime]


class CommandRun(TenantKey, Row):
    """One command for every device that was in a group when it was asked for. The first `released`
    of `device_ids` have theirs."""

    __tablename__ = "command_run"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "group_id"], [DeviceGroup.org_id, DeviceGroup.id]),
        Index("ix_command_run_created", "created_at"),
        Index("ix_command_run_group", "org_id", "group_id", "created_at", "id"),
    )

    group_id: Mapped[UUID]
    method: Mapped[str]
    params: Mapped[dict[str, Any]]
    timeout_seconds: Mapped[int]
    expires_at: Mapped[datetime]
    rate_per_second: Mapped[int]
    device_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    released: Mapped[int] = mapped_column(server_default=text("0"))
    requested_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    canceled_at: Mapped[datetime | None]


class Command(TenantKey, Row):
    """What a device is told to do, and what became of it. Its message in the outbox has its id.
    Statuses: see db/queries/commands.py."""

    __tablename__ = "command"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "device_id"], [Device.org_id, Device.id]),
        ForeignKeyConstraint(["org_id", "run_id"], [CommandRun.org_id, CommandRun.id]),
        Index("ix_command_device", "org_id", "device_id", "created_at", "id"),
        Index("ix_command_open", "org_id", "device_id", "id", postgresql_where=_IS_OPEN),
        Index("ix_command_due", "due_at", postgresql_where=_IS_OPEN),
        Index(
            "ix_command_completed",
            "completed_at",
            postgresql_where=text("completed_at IS NOT NULL"),
        ),
        Index(
            "ix_command_run",
            "org_id",
            "run_id",
            "created_at",
            "id",
            postgresql_where=text("run_id IS NOT NULL"),
        ),
    )

    device_id: Mapped[UUID]
    run_id: Mapped[UUID | None]
    method: Mapped[str]
    params: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(server_default="PENDING")
    result: Mapped[str | None]
    error: Mapped[str | None]
    timeout_seconds: Mapped[int]
    expires_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    requested_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    late_answer_at: Mapped[datetime | None]
