"""Encryption by age (age-encryption.org), for a recovery key or under a passphrase.

A passphrase protects a key that is made for one backup; so the data is encrypted in the same way,
and never held in memory as a whole.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from app.embedded.errors import EmbeddedError

PIPE_BYTES = 1024 * 1024


def _age() -> Any:
    try:
        import pyrage
    except ImportError:
        raise EmbeddedError("encryption isn't installed: pip install 'holdfast[backup]'") from None
    return pyrage


def new_key() -> tuple[str, str]:
    """A private key and its public one."""
    identity = _age().x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def public_key_of(key: str) -> str:
    """Raises EmbeddedError for what is no key."""
    return str(_identity(key).to_public())


def checked_public_key(key: str) -> str:
    """Raises EmbeddedError for what is no public key."""
    _recipient(key)
    return key


def sealed_key(key: str, passphrase: str) -> bytes:
    return bytes(_age().passphrase.encrypt(key.encode(), passphrase))


def opened_key(sealed: bytes, passphrase: str) -> str:
    """Raises EmbeddedError for a wrong passphrase."""
    age = _age()
    try:
        return bytes(age.passphrase.decrypt(sealed, passphrase)).decode()
    except age.DecryptError:
        raise EmbeddedError("the passphrase is wrong") from None


@contextmanager
def sealing(target: IO[bytes], public_keys: Sequence[str]) -> Iterator[IO[bytes]]:
    """A stream whose content is encrypted into the target; whole when the block has ended."""
    recipients = [_recipient(key) for key in public_keys]
    with _beside(lambda reading: _age().encrypt_io(reading, target, recipients), "wb") as stream:
        yield stream


@contextmanager
def opening(source: IO[bytes], key: str) -> Iterator[IO[bytes]]:
    """What was encrypted, as a stream. Raises EmbeddedError where it isn't for this key, or isn't
    what was written."""
    age, identities = _age(), [_identity(key)]
    try:
        with _beside(lambda writing: age.decrypt_io(source, writing, identities), "rb") as stream:
            yield stream
    except age.DecryptError as error:
        raise EmbeddedError(f"the backup can't be opened: {error}") from None


@contextmanager
def _beside(work: Callable[[IO[bytes]], None], mode: str) -> Iterator[IO[bytes]]:
    """Our end of a pipe, whose other end a thread works at. The thread's error comes first: ours
    follows from it."""
    reading, writing = os.pipe()
    ours, theirs = (writing, reading) if mode == "wb" else (reading, writing)
    failures: list[BaseException] = []

    def run() -> None:
        with os.fdopen(theirs, "rb" if mode == "wb" else "wb", PIPE_BYTES) as other:
            try:
                work(other)
            except BaseException as error:  # told by the block's end
                failures.append(error)

    thread = threading.Thread(target=run, name="seal")
    thread.start()
    try:
        with os.fdopen(ours, mode, PIPE_BYTES) as stream:
            yield stream
    except BrokenPipeError:
        thread.join()
        if not failures:
            raise
    finally:
        thread.join()
        if failures and not isinstance(failures[0], BrokenPipeError):
            raise failures[0]


def _identity(key: str) -> Any:
    age = _age()
    try:
        return age.x25519.Identity.from_str(key.strip())
    except age.IdentityError:
        raise EmbeddedError("that is no recovery key: it begins with AGE-SECRET-KEY-1") from None


def _recipient(key: str) -> Any:
    age = _age()
    try:
        return age.x25519.Recipient.from_str(key.strip())
    except age.RecipientError:
        raise EmbeddedError(f"{key!r} is no public key: one begins with age1") from None
