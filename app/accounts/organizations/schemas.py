from __future__ import annotations

from typing import Annotated

import msgspec

from app.accounts.auth.schemas import Name
from app.accounts.ids import OrganizationId
from app.core.documentation import described
from app.core.wire import Body, CreatedAt, Read, UpdatedAt


class OrganizationRead(Read):
    """The tenant: everything belongs to one."""

    id: OrganizationId
    name: Annotated[str, described("As people know it.", "Example Cold Chain")]
    retention_days: Annotated[
        int | None,
        described(
            "How many days readings are kept, in whole days (UTC); null for as long as the platform does.",
            90,
        ),
    ]
    created_at: CreatedAt
    updated_at: UpdatedAt


class OrganizationUpdate(Body):
    """A JSON Merge Patch: what isn't sent stays."""

    name: Annotated[
        Name | msgspec.UnsetType, described("The new name.", "Example Cold Chain Ltd")
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
