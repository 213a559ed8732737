from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from app.accounts.auth.schemas import Name
from app.core.wire import Body, Read


class OrganizationRead(Read):
    id: UUID
    name: str
    created_at: datetime
    updated_at: datetime


class OrganizationUpdate(Body):
    name: Name | msgspec.UnsetType = msgspec.UNSET
