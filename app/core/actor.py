"""Who asks, and what they may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.core.addresses import AddressList
from app.core.errors import Forbidden
from app.permissions import Permission, Role
from db.connections.tenants import Tenant

# How old a second factor may be for what is dangerous.
FACTOR_LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class DashboardLink:
    """What a share link shows: one dashboard, with what was chosen as it was made, by kind of
    variable."""

    dashboard_id: UUID
    chosen: Mapping[str, Sequence[UUID]]
    shows_alerts: bool


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, an API key or a share link, acting in one organization, or in what one of
    its customers has."""

    org_id: UUID
    principal: str  # "user_…", "key_…", "share_…": who did it, in created_by and logs
    permissions: frozenset[str]
    user_id: UUID | None = None
    role: Role | None = None
    session_id: UUID | None = None  # of a person's token
    mfa_at: datetime | None = None  # when they gave a second factor in it; None of who has none
    must_enrol: bool = False  # the organization wants one of them first: they may nothing else
    expires_at: datetime | None = None  # of the key or the link
    addresses: AddressList | None = None  # from which alone the key may be used
    cameras: frozenset[UUID] | None = None  # of which alone the key may send footage
    link: DashboardLink | None = None
    customer_id: UUID | None = None

    @property
    def tenant(self) -> Tenant:
        """Whose data it acts on: what every transaction for it is opened with."""
        return Tenant(self.org_id, self.customer_id)

    def person(self) -> UUID:
        """Who it is, for what is a person's own. Raises Forbidden for a key."""
        if self.user_id is None:
            raise Forbidden("this is for people, not for API keys")
        return self.user_id

    def require_camera(self, camera_id: UUID) -> None:
        """Raises Forbidden for a camera that the key isn't bound to, whether it is there or not."""
        if self.cameras is not None and camera_id not in self.cameras:
            raise Forbidden("this key is for other cameras")

    def require_fresh_factor(self) -> None:
        """Raises Forbidden where a second factor was given, but not lately."""
        if self.mfa_at is not None and datetime.now(UTC) - self.mfa_at > FACTOR_LIFETIME:
            raise Forbidden("give a code of the second factor again", code="STEP_UP_REQUIRED")

    def require(self, permission: Permission) -> None:
        """Raises Forbidden where the actor doesn't have it."""
        if permission not in self.permissions:
            raise Forbidden(f"this needs the permission {permission}")
