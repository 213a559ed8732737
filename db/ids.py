"""Ids of everything that has one."""

from __future__ import annotations

from uuid import UUID

import uuid_utils.compat
from asyncpg.pgproto import pgproto


def new_id() -> UUID:
    """A UUIDv7: ids made later sort later, so that keys grow at one end of their index."""
    return uuid_utils.compat.uuid7()


def id_from_text(text: str) -> UUID:
    """An id in any of its spellings, as the driver gives ids out: hashed and compared in C, at a
    seventh of the cost. Raises ValueError."""
    return pgproto.UUID(UUID(text).bytes)
