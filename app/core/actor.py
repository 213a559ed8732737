"""Who asks, and what they may do: permissions are data on the handlers, checked in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from app.core.errors import Forbidden


class Role(StrEnum):
    OWNER = "OWNER"
    ADMIN = "ADMIN"
    MEMBER = "MEMBER"


_READ = frozenset(
    {
        "organization:read",
        "api-keys:read",
        "devices:read",
        "profiles:read",
        "packs:read",
        "readings:read",
        "quarantine:read",
        "jobs:read",
        "exports:read",
    }
)
_MEMBER = _READ | {"exports:write"}
_ADMIN = _MEMBER | {
    "api-keys:write",
    "devices:write",
    "profiles:write",
    "packs:write",
    "readings:write",
    "quarantine:write",
    "jobs:write",
}
_OWNER = _ADMIN | {"organization:write"}

PERMISSIONS_OF_ROLE: dict[Role, frozenset[str]] = {
    Role.MEMBER: _MEMBER,
    Role.ADMIN: _ADMIN,
    Role.OWNER: _OWNER,
}
ALL_PERMISSIONS = _OWNER


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person or an API key, acting in one organization."""

    org_id: UUID
    principal: str  # "user_…" or "key_…": who did it, in created_by and logs
    permissions: frozenset[str]
    user_id: UUID | None = None
    role: Role | None = None
    expires_at: datetime | None = None  # of the key


def may(permission: str) -> dict[str, Any]:
    """For a handler's `opt`: who calls it needs this permission, by role or by the key's scopes."""
    if permission not in ALL_PERMISSIONS:
        raise ValueError(f"no role has the permission {permission!r}")
    return {"permission": permission}


# For the few handlers that are called without a token. tests/architecture keeps the list; it may only shrink.
PUBLIC: dict[str, Any] = {"public": True}
# What monitors ask every second: counted against no limit.
MONITORING: dict[str, Any] = {"public": True, "unlimited": True}


def check_permission(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """A handler that says neither `may(…)` nor PUBLIC is refused to everybody."""
    if handler.opt.get("public"):
        return
    permission = handler.opt.get("permission")
    actor: Actor | None = connection.scope.get("user")
    if permission is None or actor is None or permission not in actor.permissions:
        raise Forbidden(f"this needs the permission {permission}" if permission else None)
