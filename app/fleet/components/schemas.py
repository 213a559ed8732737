from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.core.wire import Read


class ComponentRead(Read):
    id: UUID
    device_id: UUID
    key: str
    name: str
    created_at: datetime
    updated_at: datetime
