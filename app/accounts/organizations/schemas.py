from __future__ import annotations

from typing import Annotated

import msgspec

from app.accounts.auth.schemas import Name
from app.accounts.ids import OrganizationId
from app.accounts.sessions.schemas import RoleName
from app.core.documentation import described
from app.core.wire import Body, CreatedAt, Moment, Read, UpdatedAt
from app.permissions import Role

Slug = Annotated[
    str,
    msgspec.Meta(max_length=63, pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$(?!\n)"),
]


class OrganizationRead(Read):
    """The tenant: everything belongs to one."""

    id: OrganizationId
    name: Annotated[str, described("As people know it.", "Example Cold Chain")]
    slug: Annotated[
        str, described("What it is called in the console's addresses.", "example-cold-chain")
    ]
    retention_days: Annotated[
        int | None,
        described(
            "How many days readings are kept, in whole days (UTC); null for as long as the platform does.",
            90,
        ),
    ]
    require_second_factor: Annotated[
        bool, described("Whether members must have a second factor to do anything here.", False)
    ]
    created_at: CreatedAt
    updated_at: UpdatedAt


class OrganizationMembership(Read):
    """One of the organizations that a person belongs to."""

    id: OrganizationId
    name: Annotated[str, described("As people know it.", "Example Cold Chain")]
    slug: Annotated[
        str, described("What it is called in the console's addresses.", "example-cold-chain")
    ]
    role: Annotated[RoleName | None, described("The person's; null for a key.", Role.OWNER)]
    joined_at: Annotated[
        Moment | None,
        described("Since when they are a member; null for a key.", "2026-11-23T09:15:00Z"),
    ]
    current: Annotated[bool, described("Whether the token is of this one.", True)]


class OrganizationCreate(Body):
    """A further organization."""

    name: Annotated[Name, described("As people will know it.", "Example Laboratory")]


class OrganizationLeave(Body):
    """Which organization is left."""

    organization_id: OrganizationId


class OrganizationUpdate(Body):
    """A JSON Merge Patch: what isn't sent stays."""

    name: Annotated[
        Name | msgspec.UnsetType, described("The new name.", "Example Cold Chain Ltd")
    ] = msgspec.UNSET
    slug: Annotated[
        Slug | msgspec.UnsetType,
        described("What it is called in addresses; of all organizations.", "example-cold-chain"),
    ] = msgspec.UNSET
    retention_days: Annotated[
        Annotated[int, msgspec.Meta(ge=1)] | msgspec.UnsetType | None,
        described(
            "Keep readings for so many days, not more than the platform does; what is older is deleted the night after, "
            "with all that was computed from it, and what arrives older is refused (`BAD_TIMESTAMP`). null for as long "
            "as the platform keeps them.",
            90,
        ),
    ] = msgspec.UNSET
    require_second_factor: Annotated[
        bool | msgspec.UnsetType,
        described(
            "Whether members must have a second factor: who has none may only enrol one, from "
            "their next access token on. Who turns it on must have one.",
            True,
        ),
    ] = msgspec.UNSET
