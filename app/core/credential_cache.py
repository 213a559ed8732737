"""Credentials that were verified a moment ago, so that a busy client is not looked up at each
request."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.actor import Actor
from app.core.limits import Charge

# A changed key is announced by the database at its commit; should that be lost, it is asked for
# again after this.
KEY_SECONDS = 1.0
SHARE_SECONDS = 0.5  # of a link, which is to end within a second
KEY_PRINCIPAL = "key_"
SHARE_PRINCIPAL = "share_"
_FORGET_ABOVE = 10_000
# How far the clock of the process that issued a token may be ahead of ours.
CLOCK_SKEW_SECONDS = 5


@dataclass(frozen=True, slots=True)
class CachedCredential:
    """Who a credential speaks for, what its requests are charged to, and until when both may be
    believed."""

    actor: Actor
    charges: Sequence[Charge]
    until: float  # time.time()


class CredentialCache:
    """By the credential's hash. What is unknown or refused is never kept: guesses fill no
    memory."""

    def __init__(self, *, token_seconds: int) -> None:
        self._token_seconds = token_seconds
        # Sessions that have ended, each until no token of it is left; and when we began to listen.
        self._ended: dict[UUID, float] = {}
        self._heard_since = time.time() + CLOCK_SKEW_SECONDS
        self._credentials: dict[bytes, CachedCredential] = {}
        # Which those are of a principal: a revoked key may take a thousand others with it.
        self._of_principal: dict[str, set[bytes]] = {}
        self._bypassed: dict[str, float] = {}  # principals, and until when
        self.changes = 0

    def find(self, credential: bytes) -> CachedCredential | None:
        found = self._credentials.get(credential)
        return found if found is not None and found.until > time.time() else None

    def keep(self, credential: bytes, found: CachedCredential, *, changes: int) -> None:
        """Unless a key changed since `changes` was read, before the look-up: then what was found
        may be old."""
        if changes != self.changes:
            return
        now = time.time()
        if self._bypassed.get(found.actor.principal, 0.0) > now:
            return
        if len(self._credentials) >= _FORGET_ABOVE:
            self._forget_expired(now)
        self._credentials[credential] = found
        self._of_principal.setdefault(found.actor.principal, set()).add(credential)

    def invalidate(self, key_id: str) -> None:
        """A key or a share link has changed: the database says so, at the commit."""
        self._forget(principal_of_key(UUID(key_id)))
        self._forget(principal_of_share(UUID(key_id)))

    def bypass_until_committed(self, key_ids: Iterable[UUID]) -> None:
        """These are about to change: until that is committed and announced, they are looked up at
        each request."""
        now = time.time()
        self._bypassed = {who: until for who, until in self._bypassed.items() if until > now}
        for principal in map(principal_of_key, key_ids):
            self._bypassed[principal] = now + KEY_SECONDS
            self._forget(principal)

    def end_session(self, told: str) -> None:
        """The database says so, at the commit: its access tokens open nothing any more. `told` is
        its id and its person's."""
        session_id, user_id = map(UUID, told.split())
        now = time.time()
        if len(self._ended) >= _FORGET_ABOVE:
            self._ended = {id_: until for id_, until in self._ended.items() if until > now}
        self._ended[session_id] = now + self._token_seconds
        self._forget(f"user_{user_id.hex}")

    def end_keys(self, ids: Collection[str]) -> None:
        """Signing keys that verify no more: what was believed for their sake isn't so."""
        if ids:
            self.forget_all()

    def has_ended(self, session_id: UUID | None) -> bool:
        return session_id in self._ended

    def was_unheard(self, issued_at: float) -> bool:
        """Whether a session may have ended without our hearing of it since its token was issued."""
        return issued_at <= self._heard_since

    def forget_all(self) -> None:
        """What was announced meanwhile was not heard."""
        self.changes += 1
        self._heard_since = time.time() + CLOCK_SKEW_SECONDS
        self._credentials.clear()
        self._of_principal.clear()

    def _forget(self, principal: str) -> None:
        self.changes += 1
        for credential in self._of_principal.pop(principal, ()):
            self._credentials.pop(credential, None)

    def _forget_expired(self, now: float) -> None:
        """And all, where none has expired."""
        left = {hash_: other for hash_, other in self._credentials.items() if other.until > now}
        self._credentials, self._of_principal = {}, {}
        for hash_, other in left.items() if len(left) < _FORGET_ABOVE else ():
            self._credentials[hash_] = other
            self._of_principal.setdefault(other.actor.principal, set()).add(hash_)


def principal_of_share(share_id: UUID) -> str:
    return f"{SHARE_PRINCIPAL}{share_id.hex}"


def principal_of_key(key_id: UUID) -> str:
    return f"{KEY_PRINCIPAL}{key_id.hex}"
