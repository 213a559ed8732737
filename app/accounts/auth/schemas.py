"""What signing in takes and gives."""

from __future__ import annotations

from typing import Annotated

import msgspec

from app.accounts.ids import USER, OrganizationId, UserId
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
RoleName = Annotated[str, described("What the person may do here.", Role.OWNER, enum=list(Role))]
Principal = Annotated[
    str, described("Who acts: `user_…` or `key_…` with its id.", f"user_{USER.replace('-', '')}")
]
Token = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]


_EMAIL, _PASSWORD = "ada@example.com", "correct horse battery"
_REFRESH_TOKEN = "7qS0dQv1mB4mJY2w8cXe5Tn3uKz6RhLpGf9aOiVbWsE"  # noqa: S105 - an example


class Registration(Body):
    """A person and the organization that they will own."""

    email: Annotated[Email, described("Address to sign in with.", _EMAIL)]
    password: Annotated[Password, described("At least 12 characters of any kind.", _PASSWORD)]
    name: Annotated[Name, described("The person's name.", "Ada Example")]
    organization_name: Annotated[
        Name, described("The new organization's name.", "Example Cold Chain")
    ]


class SignIn(Body):
    """Email and password."""

    email: Annotated[str, msgspec.Meta(max_length=254), described("As registered.", _EMAIL)]
    password: Annotated[str, msgspec.Meta(max_length=1024), described("As registered.", _PASSWORD)]


class Refresh(Body):
    """The refresh token of a session."""

    refresh_token: Annotated[
        Token, described("As given by the last sign-in or refresh.", _REFRESH_TOKEN)
    ]


class Session(Read):
    """Tokens of a signed-in person. expiresIn is the access token's life in seconds."""

    access_token: Annotated[
        str,
        described(
            "To be sent as `Authorization: Bearer …`; a JWT.",
            "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwMTkifQ.c2ln",
        ),
    ]
    refresh_token: Annotated[str, described("Works once, for the next pair.", _REFRESH_TOKEN)]
    expires_in: Annotated[int, described("Life of the access token, in seconds.", 900)]
    organization_id: OrganizationId
    role: RoleName


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
