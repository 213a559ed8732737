"""What signing in takes and gives."""

from __future__ import annotations

from typing import Annotated

import msgspec

from app.accounts.ids import ORGANIZATION, USER, OrganizationId, UserId
from app.accounts.sessions.schemas import RoleName
from app.core.documentation import described
from app.core.wire import Body, Read
from app.permissions import Role

Email = Annotated[
    str,
    msgspec.Meta(
        min_length=3, max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$(?!\n)"
    ),
]
# argon2id takes any length; the upper bound keeps hashing from being a cheap attack.
Password = Annotated[str, msgspec.Meta(min_length=12, max_length=1024)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Principal = Annotated[
    str, described("Who acts: `user_…` or `key_…` with its id.", f"user_{USER.replace('-', '')}")
]
Cookie = Annotated[
    bool | msgspec.UnsetType,
    described(
        "Whether the refresh token goes into a cookie that no script can read, and not into the "
        "answer: for pages of this installation. Left out, it doesn't.",
        True,
    ),
]

_EMAIL, _PASSWORD = "ada@example.com", "correct horse battery"


FactorCode = Annotated[
    Annotated[str, msgspec.Meta(min_length=1, max_length=40)] | msgspec.UnsetType,
    described(
        "Of the second factor, where the account has one: six digits, or a recovery code.", "492039"
    ),
]


class Registration(Body):
    """A person and the organization that they will own."""

    email: Annotated[Email, described("Address to sign in with.", _EMAIL)]
    password: Annotated[Password, described("At least 12 characters of any kind.", _PASSWORD)]
    name: Annotated[Name, described("The person's name.", "Ada Example")]
    organization_name: Annotated[
        Name, described("The new organization's name.", "Example Cold Chain")
    ]
    cookie: Cookie = msgspec.UNSET


class SignIn(Body):
    """Email and password."""

    email: Annotated[str, msgspec.Meta(max_length=254), described("As registered.", _EMAIL)]
    password: Annotated[str, msgspec.Meta(max_length=1024), described("As registered.", _PASSWORD)]
    organization_id: Annotated[
        OrganizationId | msgspec.UnsetType,
        described("In which organization; left out, in the one that was used last.", ORGANIZATION),
    ] = msgspec.UNSET
    code: FactorCode = msgspec.UNSET
    cookie: Cookie = msgspec.UNSET


class OrganizationChoice(Body):
    """One of the person's organizations."""

    organization_id: OrganizationId
    cookie: Cookie = msgspec.UNSET


class InstallationRead(Read):
    """What is told to everybody, before they sign in."""

    allows_registration: Annotated[bool, described("Whether anybody may register.", False)]
    is_empty: Annotated[bool, described("Whether nobody has an account yet.", False)]
    writes_letters: Annotated[
        bool, described("Whether passwords can be reset and people invited, by mail.", True)
    ]


class Me(Read):
    """Who the token or key speaks for. What only a person has is null for a key."""

    principal: Principal
    organization_id: OrganizationId
    permissions: Annotated[
        list[str], described("What it may do.", ["devices:read", "readings:read"])
    ]
    user_id: Annotated[UserId | None, described("The person; null for a key.", USER)] = None
    role: Annotated[
        RoleName | None, described("The person's role; null for a key.", Role.OWNER)
    ] = None
    email: Annotated[str | None, described("The person's address; null for a key.", _EMAIL)] = None
    name: Annotated[str | None, described("The person's name; null for a key.", "Ada Example")] = (
        None
    )
