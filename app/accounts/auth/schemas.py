"""What signing in takes and gives."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from app.core.wire import Body, Read

Email = Annotated[
    str, msgspec.Meta(min_length=3, max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$(?!\n)")
]
# argon2id takes any length; the upper bound keeps hashing from being a cheap attack.
Password = Annotated[str, msgspec.Meta(min_length=12, max_length=1024)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Token = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]


class Registration(Body):
    email: Email
    password: Password
    name: Name
    organization_name: Name


class SignIn(Body):
    email: Annotated[str, msgspec.Meta(max_length=254)]
    password: Annotated[str, msgspec.Meta(max_length=1024)]


class Refresh(Body):
    refresh_token: Token


class Session(Read):
    """Tokens of a signed-in person. expiresIn is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    organization_id: UUID
    role: str


class Me(Read):
    principal: str
    organization_id: UUID
    permissions: list[str]
    user_id: UUID | None = None
    role: str | None = None
    email: str | None = None
    name: str | None = None
