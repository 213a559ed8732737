"""How many responses are made while they are sent."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from app.core.errors import TooManyRequests, Unavailable


class StreamSlots:
    """How many responses this process streams at once: each keeps a connection to the database."""

    def __init__(self, *, in_all: int, per_organization: int) -> None:
        self._in_all = in_all
        self._per_organization = per_organization
        self._taken: Counter[UUID] = Counter()

    @contextlib.contextmanager
    def taken(self, org_id: UUID) -> Iterator[None]:
        """One of them. Raises TooManyRequests or Unavailable where there is none."""
        if self._taken[org_id] >= self._per_organization:
            raise TooManyRequests(
                5,
                detail="as many long answers are under way as there may be",
                code="TOO_MANY_STREAMS",
            )
        if self._taken.total() >= self._in_all:
            raise Unavailable("no more long answers can be given here now", retry_after_seconds=5)
        self._taken[org_id] += 1
        try:
            yield
        finally:
            self._taken[org_id] -= 1
