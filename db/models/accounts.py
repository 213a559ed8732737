"""Organizations, people, and what they sign in with."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from db.ids import new_id
from db.models.base import Row, TenantKey, Timestamps


class Organization(Timestamps, Row):
    __tablename__ = "organization"
    __table_args__ = (Index("uq_organization_slug", "slug", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    # What it is called in addresses; where none is said, the database makes one of the name.
    slug: Mapped[str]
    retention_days: Mapped[int | None]
    require_second_factor: Mapped[bool] = mapped_column(server_default=text("false"))


class Customer(TenantKey, Timestamps, Row):
    """Whom an organization lets see what it has given them, and nothing else: db/customers.py says
    what that is."""

    __tablename__ = "customer"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        Index("uq_customer_name", "org_id", "name", unique=True),
        Index("ix_customer_created", "org_id", "created_at", "id"),
    )

    name: Mapped[str]
    description: Mapped[str | None]
    created_by: Mapped[str]


class UserAccount(Timestamps, Row):
    __tablename__ = "user_account"
    __table_args__ = (Index("uq_user_account_email", text("lower(email)"), unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str]
    # When somebody has shown that they read what is sent there.
    email_verified_at: Mapped[datetime | None]


class Membership(Row):
    __tablename__ = "membership"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "customer_id"],
            [Customer.org_id, Customer.id],
            name="fk_membership_customer",
            ondelete="CASCADE",
        ),
    )

    org_id: Mapped[UUID] = mapped_column(
        ForeignKey(Organization.id), primary_key=True, server_default=text("api.org()")
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey(UserAccount.id), primary_key=True, index=False)
    role: Mapped[str]
    customer_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


Index("ix_membership_user", Membership.user_id)
Index("ix_membership_joined", Membership.org_id, Membership.created_at, Membership.user_id)
Index(
    "ix_membership_customer",
    Membership.org_id,
    Membership.customer_id,
    postgresql_where=Membership.customer_id.isnot(None),
)


class Invitation(TenantKey, Row):
    """Somebody is asked to become a member; ended once it was answered, withdrawn or replaced."""

    __tablename__ = "invitation"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        ForeignKeyConstraint(
            ["org_id", "customer_id"],
            [Customer.org_id, Customer.id],
            name="fk_invitation_customer",
            ondelete="CASCADE",
        ),
        UniqueConstraint("token_hash", name="uq_invitation_hash"),
        Index(
            "uq_invitation_open",
            "org_id",
            text("lower(email)"),
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_invitation_created", "org_id", "created_at", "id"),
    )

    email: Mapped[str]
    role: Mapped[str]
    customer_id: Mapped[UUID | None]
    token_hash: Mapped[bytes]
    secret_id: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None]


class UserSession(TenantKey, Row):
    """A person who is signed in somewhere. `counter` is that of the refresh token that is good now;
    see app/accounts/auth/refresh_tokens.py."""

    __tablename__ = "user_session"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "user_id"], [Membership.org_id, Membership.user_id], ondelete="CASCADE"
        ),
        Index("uq_user_session_id", "id", unique=True),
        Index("ix_user_session_user", "org_id", "user_id", "created_at", "id"),
        Index("ix_user_session_expires", "expires_at"),
    )

    user_id: Mapped[UUID]
    counter: Mapped[int] = mapped_column(server_default=text("0"))
    # Of the installation's secrets, under which its newest token was made.
    secret_id: Mapped[str]
    address: Mapped[str | None]
    agent: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    refreshed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    mfa_at: Mapped[datetime | None]


class SecondFactor(Row):
    """What a person's codes are computed of; see app/accounts/second_factor."""

    __tablename__ = "second_factor"

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey(UserAccount.id, ondelete="CASCADE"), primary_key=True
    )
    encrypted_secret: Mapped[bytes]
    last_step: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Row):
    """One that wasn't used."""

    __tablename__ = "recovery_code"

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey(SecondFactor.user_id, ondelete="CASCADE"), primary_key=True
    )
    code_hash: Mapped[bytes] = mapped_column(primary_key=True)


class SigningKey(Row):
    """What access tokens are signed with, encrypted: see app/core/signing_keys.py. `id` is their
    `kid`; `ends_at` is null of the one that signs, and of those that will."""

    __tablename__ = "signing_key"

    id: Mapped[str] = mapped_column(primary_key=True)
    encrypted_key: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    signs_from: Mapped[datetime] = mapped_column(server_default=func.now())
    ends_at: Mapped[datetime | None]


class AccountMail(Row):
    """A letter to a person that waits to be sent; see app/core/letters.py."""

    __tablename__ = "account_mail"
    __table_args__ = (Index("ix_account_mail_due", "due_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    sealed: Mapped[bytes]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())


class IdempotencyRecord(Row):
    """What was answered to a request with an Idempotency-Key; `answer` is encrypted."""

    __tablename__ = "idempotency_record"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        Index("ix_idempotency_record_created", "created_at"),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    principal: Mapped[str] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    answer: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ApiKey(TenantKey, Row):
    __tablename__ = "api_key"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        ForeignKeyConstraint(
            ["org_id", "customer_id"],
            [Customer.org_id, Customer.id],
            name="fk_api_key_customer",
            ondelete="CASCADE",
        ),
        UniqueConstraint("key_hash", name="uq_api_key_hash"),
        Index("ix_api_key_maker", "org_id", "created_by"),
    )

    name: Mapped[str]
    prefix: Mapped[str]
    key_hash: Mapped[bytes]
    secret_id: Mapped[str | None]
    scopes: Mapped[list[str]]
    customer_id: Mapped[UUID | None]
    allowed_addresses: Mapped[list[str] | None]
    camera_ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    created_by: Mapped[str]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class FormerApiKey(TenantKey, Row):
    """What a key was before it was made anew: good until its end."""

    __tablename__ = "former_api_key"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "key_id"],
            [ApiKey.org_id, ApiKey.id],
            name="fk_former_api_key_key",
            ondelete="CASCADE",
        ),
        UniqueConstraint("key_hash", name="uq_former_api_key_hash"),
        Index("ix_former_api_key_key", "org_id", "key_id"),
    )

    key_id: Mapped[UUID]
    prefix: Mapped[str]
    key_hash: Mapped[bytes]
    secret_id: Mapped[str | None]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class Quota(Row):
    """How much each organization may have of a kind; null for any number."""

    __tablename__ = "quota"

    kind: Mapped[str] = mapped_column(primary_key=True)
    at_most: Mapped[int | None] = mapped_column(BigInteger)
    writers: Mapped[list[str]] = mapped_column(server_default="{service}")
    ends_by_itself: Mapped[bool] = mapped_column(server_default=text("false"))


class Usage(Row):
    """How much an organization has of a kind, as far as one writer has added it. Written by the
    database: see db/functions/auth/room_for.sql."""

    __tablename__ = "usage"

    org_id: Mapped[UUID] = mapped_column(
        ForeignKey(Organization.id), primary_key=True, server_default=text("api.org()")
    )
    kind: Mapped[str] = mapped_column(ForeignKey(Quota.kind), primary_key=True)
    writer: Mapped[str] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    removals: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    counted_removals: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    # Of what is counted by the day: which day, and what it was.
    counted_on: Mapped[date | None]
    days: Mapped[list[date]] = mapped_column(ARRAY(Date), server_default="{}")
