"""Passwords: hashed and verified beside everything else, a few at a time, and refused where they
are guessed first.

argon2id costs a tenth of a second of one core and 64 MB, on purpose. So it has threads of its own,
one core fewer than there are, and a short queue: who finds that full comes again in some seconds,
instead of everybody in some minutes. No address has more of the queue than is left for others.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.core.errors import Fault, Malformed, TooManyRequests
from db.connections.shares import Shares

T = TypeVar("T")

THREADS = max(1, (os.cpu_count() or 1) - 1)
# With those that are being hashed: some two seconds' worth.
QUEUE_MAX = 16 * THREADS
RETRY_SECONDS = 3
# Of a million guesses a second against a stolen hash it would be found within a minute or two.
LEAST_GUESSES = 10**8
# Of a longer one the beginning is enough to tell; telling takes the longer, the longer it is.
LOOKED_AT_CHARACTERS = 72

# argon2id with the library's time and memory (RFC 9106, second choice), in one lane: more threads
# for one would only take them from another. Hashes with other parameters verify, and are renewed.
_hasher = PasswordHasher(parallelism=1)


class PasswordCheck(NamedTuple):
    """Whether it is the password, and the hash to keep from now on where that should be renewed."""

    is_right: bool
    new_hash: str | None = None


class HashingQueue:
    """Hashing, in its own threads."""

    def __init__(self, *, threads: int = THREADS, queue_max: int = QUEUE_MAX) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="password")
        self._shares: Shares[str] = Shares(queue_max)

    def admit(self, asker: str) -> None:
        """Raises TooManyRequests where as many wait as may."""
        if not self._shares.may_take(asker):
            raise TooManyRequests(
                RETRY_SECONDS, detail="too many sign in at this moment; come again in some seconds"
            )

    async def run(self, asker: str, hash_: Callable[[], T]) -> T:
        """Raises TooManyRequests where as many wait as may."""
        self.admit(asker)
        self._shares.take(asker)
        hashing = self._executor.submit(hash_)
        # Whoever asked may leave; the place is free when the thread is.
        loop = asyncio.get_running_loop()
        hashing.add_done_callback(
            lambda _: loop.call_soon_threadsafe(self._shares.give_back, asker)
        )
        return await asyncio.wrap_future(hashing)


@cache
def _queue() -> HashingQueue:
    """One for the process: so many cores has it."""
    return HashingQueue()


def admit(asker: str) -> None:
    """Raises TooManyRequests where there would be no place to hash: asked before anything else is
    counted."""
    _queue().admit(asker)


async def hashed(password: str, *, asker: str = "") -> str:
    """The hash to keep. `asker` is the client's network; raises TooManyRequests."""
    return await _queue().run(asker, lambda: _hasher.hash(password))


async def verify(password_hash: str | None, password: str, *, asker: str) -> PasswordCheck:
    """Takes as long where there is no hash, since nobody has that address."""
    return await _queue().run(asker, lambda: _verify(password_hash or _nobodys_hash(), password))


async def refuse_common(password: str, *, of: list[str], asker: str) -> None:
    """Raises Malformed for one that is guessed soon: a common one, a row of keys, what is repeated,
    or `of` whom it is: name and address."""
    if await _queue().run(asker, lambda: _guesses(password, of)) < LEAST_GUESSES:
        raise Malformed(
            "this password is among those that are guessed first",
            code="WEAK_PASSWORD",
            errors=[Fault("$.password", "WEAK_PASSWORD", "choose one that is harder to guess")],
        )


def _verify(password_hash: str, password: str) -> PasswordCheck:
    try:
        _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return PasswordCheck(is_right=False)
    is_old = _hasher.check_needs_rehash(password_hash)
    return PasswordCheck(is_right=True, new_hash=_hasher.hash(password) if is_old else None)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe())


def _guesses(password: str, of: list[str]) -> float:
    from zxcvbn import zxcvbn  # its word lists are large: only who registers needs them

    found = zxcvbn(password[:LOOKED_AT_CHARACTERS], user_inputs=of)
    return float(found["guesses"])
