"""Credentials that were verified a moment ago, so that a busy client is not looked up at each request."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.actor import Actor
from app.core.limits import Charge

# A changed key is announced by the database at its commit; should that be lost, it is asked for again after this.
KEY_SECONDS = 1.0
_FORGET_ABOVE = 10_000


@dataclass(frozen=True, slots=True)
class Known:
    """Who a credential speaks for, what its requests are charged to, and until when both may be believed."""

    actor: Actor
    charges: Sequence[Charge]
    until: float  # time.time()


class KnownCredentials:
    """By the credential's hash. What is unknown or refused is never kept: guesses fill no memory."""

    def __init__(self) -> None:
        self._known: dict[bytes, Known] = {}
        self._distrusted: dict[str, float] = {}
        self.changes = 0

    def find(self, credential: bytes) -> Known | None:
        known = self._known.get(credential)
        return known if known is not None and known.until > time.time() else None

    def keep(self, credential: bytes, known: Known, *, changes: int) -> None:
        """Unless a key changed since `changes` was read, before the look-up: then what was found may be old."""
        if (
            changes != self.changes
            or self._distrusted.get(known.actor.principal, 0.0) > time.time()
        ):
            return
        if len(self._known) >= _FORGET_ABOVE:
            now = time.time()
            self._known = {who: other for who, other in self._known.items() if other.until > now}
            if len(self._known) >= _FORGET_ABOVE:
                self._known.clear()
        self._known[credential] = known

    def key_changed(self, key_id: str) -> None:
        """The database says so, at the commit."""
        self._forget(principal_of_key(UUID(key_id)))

    def key_changes(self, key_id: UUID) -> None:
        """It is about to change: until that is committed and announced, it is looked up at each request."""
        principal, now = principal_of_key(key_id), time.time()
        self._distrusted = {who: until for who, until in self._distrusted.items() if until > now}
        self._distrusted[principal] = now + KEY_SECONDS
        self._forget(principal)

    def forget_all(self) -> None:
        self.changes += 1
        self._known.clear()

    def _forget(self, principal: str) -> None:
        self.changes += 1
        self._known = {
            who: known for who, known in self._known.items() if known.actor.principal != principal
        }


def principal_of_key(key_id: UUID) -> str:
    return f"key_{key_id.hex}"
