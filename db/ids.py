"""Ids of everything that has one."""

from __future__ import annotations

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A UUIDv7: ids made later sort later, so that keys grow at one end of their index."""
    return uuid_utils.compat.uuid7()
