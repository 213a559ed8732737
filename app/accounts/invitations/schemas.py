from __future__ import annotations

from typing import Annotated

import msgspec

from app.accounts.auth.schemas import Cookie, Email, FactorCode, Name, Password, Principal
from app.accounts.ids import CUSTOMER, CustomerId, InvitationId
from app.accounts.sessions.schemas import RoleName
from app.core.documentation import described
from app.core.wire import Body, CreatedAt, Moment, Read
from app.permissions import Role

_EMAIL, _ORGANIZATION = "grace@example.com", "Example Cold Chain"
ExpiresAt = Annotated[
    Moment, described("Until when it can be answered.", "2026-11-30T09:15:00.123456Z")
]
Invited = Annotated[str, described("Who is invited.", _EMAIL)]


class InvitationCreate(Body):
    """Who is to become a member, and as what."""

    email: Annotated[
        Email, described("Where the letter goes; who has this address can accept.", _EMAIL)
    ]
    role: Annotated[Role, described("What they may do; no more than whoever invites.", Role.MEMBER)]
    customer_id: Annotated[
        CustomerId | None,
        described("Whose they will be: they see what this customer has, and no more.", CUSTOMER),
    ] = None


class InvitationRead(Read):
    """One that is still open."""

    id: InvitationId
    email: Invited
    role: RoleName
    customer_id: Annotated[
        CustomerId | None,
        described("Whose they will be; null for the organization's own people.", CUSTOMER),
    ]
    created_by: Principal
    created_at: CreatedAt
    expires_at: ExpiresAt

    def path(self) -> str:
        return f"/api/v1/organizations/current/invitations/{self.id}"


class InvitationOffer(Read):
    """What whoever holds an invitation is asked."""

    organization_name: Annotated[str, described("Which organization.", _ORGANIZATION)]
    email: Invited
    role: RoleName
    customer_name: Annotated[
        str | None,
        described("Of the customer whose they will be; null for the organization's own.", None),
    ]
    expires_at: ExpiresAt
    has_account: Annotated[
        bool,
        described("Whether the address has an account: then its password is asked for.", False),
    ]


class InvitationAnswer(Body):
    """With an account its password; without one, the name and password of the new account."""

    password: Annotated[Password, described("Of the account.", "correct horse battery")]
    name: Annotated[
        Name | msgspec.UnsetType, described("The name of a new account.", "Grace Example")
    ] = msgspec.UNSET
    code: FactorCode = msgspec.UNSET
    cookie: Cookie = msgspec.UNSET
