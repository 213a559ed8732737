from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from app.accounts.auth.schemas import Name
from app.core.wire import Body, Instant, Read

Scope = Annotated[str, msgspec.Meta(max_length=64)]


class ApiKeyCreate(Body):
    """Without scopes the key may do all that its creator may."""

    name: Name
    scopes: Annotated[list[Scope], msgspec.Meta(max_length=100)] | None = None
    expires_at: Instant | None = None


class ApiKeyRead(Read):
    id: UUID
    name: str
    prefix: str
    scopes: list[str]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class ApiKeyCreated(Read):
    """The only answer that carries the key."""

    id: UUID
    name: str
    prefix: str
    key: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None

    def path(self) -> str:
        return f"/api/v1/api-keys/{self.id}"
