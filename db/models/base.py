"""What every mapped table has in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, LargeBinary, MetaData, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from db.ids import new_id


class Row(DeclarativeBase):
    """A table in schema `platform`. Columns are NOT NULL unless their type says `| None`."""

    metadata = MetaData(schema="platform")
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        UUID: Uuid,
        bytes: LargeBinary,
        datetime: DateTime(timezone=True),
        list[str]: ARRAY(Text),
        dict[str, Any]: JSONB,
    }


class Timestamps:
    """When a row was made and last edited by a person. Telemetry never touches updated_at: ETags come from it."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class TenantKey:
    """The key of every tenant's table. The database fills in the organization of the transaction."""

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
