from __future__ import annotations

from typing import Annotated

import msgspec

from app.accounts.auth.schemas import Name
from app.core.documentation import OrganizationId, described
from app.core.wire import Body, CreatedAt, Read, UpdatedAt


class OrganizationRead(Read):
    """The tenant: everything belongs to one."""

    id: OrganizationId
    name: Annotated[str, described("As people know it.", "Example Cold Chain")]
    created_at: CreatedAt
    updated_at: UpdatedAt


class OrganizationUpdate(Body):
    """A JSON Merge Patch: what isn't sent stays."""

    name: Annotated[Name | msgspec.UnsetType, described("The new name.", "Example Cold Chain Ltd")] = (
        msgspec.UNSET
    )
