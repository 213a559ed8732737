"""Keys for each purpose, derived from the installation's secrets, and the hashes under which
secrets are kept.

The newest secret is for all that is new. Older ones still verify and decrypt what was made under
them, until nothing is left that was: see `holdfast admin keys`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.settings import SecuritySettings

_NONCE_BYTES = 12


class CanNotDecrypt(Exception):
    """It was encrypted under a secret that isn't among those given, or has been altered."""


def _derive(secret: str, purpose: str) -> bytes:
    """32 bytes that tell nothing of the secret nor of another purpose's key (HKDF, RFC 5869)."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"holdfast {purpose}".encode()).derive(
        secret.encode()
    )


@dataclass(frozen=True, repr=False)
class SecretKeys:
    """What one secret gives. Every process derives the same, so tokens need no shared storage."""

    id: str
    """Tells one secret from another, and nothing of either."""
    token_signing: Ed25519PrivateKey
    """An installation's first: see app/accounts/signing_keys.py."""
    token_hashing: bytes
    encryption: AESGCM
    link_signing: bytes
    webhook_signing: bytes
    media_signing: bytes
    broker: bytes

    @classmethod
    def derive(cls, secret: str) -> SecretKeys:
        token_hashing = _derive(secret, "token hashes")
        digest = hmac.digest(token_hashing, b"key id holdfast", hashlib.sha256)
        return cls(
            id=_text(digest[:8]),
            token_signing=Ed25519PrivateKey.from_private_bytes(_derive(secret, "access tokens")),
            token_hashing=token_hashing,
            encryption=AESGCM(_derive(secret, "encryption at rest")),
            link_signing=_derive(secret, "object links"),
            webhook_signing=_derive(secret, "webhooks"),
            media_signing=_derive(secret, "media tokens"),
            broker=_derive(secret, "broker"),
        )

    def hash(self, token: str) -> bytes:
        return hmac.digest(self.token_hashing, token.encode(), hashlib.sha256)

    def decrypt(self, sealed: bytes, purpose: str) -> bytes | None:
        """None for what another secret has encrypted."""
        nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self.encryption.decrypt(nonce, body, purpose.encode())
        except InvalidTag:
            return None


@dataclass(frozen=True, repr=False)
class Keys:
    """Those of every secret there is, the newest first."""

    all: Sequence[SecretKeys]

    @classmethod
    def derive(cls, newest: str, *older: str) -> Keys:
        return cls([SecretKeys.derive(secret) for secret in (newest, *older)])

    @classmethod
    def of(cls, security: SecuritySettings) -> Keys:
        return cls.derive(security.secret_key, *security.older_secret_keys)

    @property
    def id(self) -> str:
        """Of the newest secret: kept beside what is hashed under it."""
        return self.all[0].id

    @property
    def link_signing(self) -> list[bytes]:
        """Links are signed with the first, and good if any has signed them."""
        return [each.link_signing for each in self.all]

    @property
    def media_signing(self) -> list[bytes]:
        """The same for tokens in addresses of footage."""
        return [each.media_signing for each in self.all]

    @property
    def broker_secret(self) -> str:
        """The secret of an embedded installation's broker: of ours it tells nothing."""
        return _text(self.all[0].broker)

    def hash(self, token: str) -> bytes:
        """The keyed hash under which a random token is stored: a stolen table verifies nothing."""
        return self.all[0].hash(token)

    def hashes(self, token: str) -> list[bytes]:
        """All under which it may be found, the likeliest first."""
        return [each.hash(token) for each in self.all]

    def webhook_secrets(self, about: UUID) -> list[bytes]:
        """With which what we tell of this one thing is signed: known to who asked for it, and kept
        nowhere. Whoever asks is given the first; who asked before a change of secrets has one of
        the others."""
        return [hmac.digest(each.webhook_signing, about.bytes, hashlib.sha256) for each in self.all]

    def encrypt(self, plain: bytes, *, purpose: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self.all[0].encryption.encrypt(nonce, plain, purpose.encode())

    def decrypt(self, sealed: bytes, *, purpose: str) -> bytes:
        """Raises CanNotDecrypt."""
        for each in self.all:
            if (plain := each.decrypt(sealed, purpose)) is not None:
                return plain
        raise CanNotDecrypt(f"no secret that is given has encrypted this ({purpose})")

    def encrypted_anew(self, sealed: bytes, *, purpose: str) -> bytes | None:
        """The same under the newest secret; None where it is already. Raises CanNotDecrypt."""
        if self.all[0].decrypt(sealed, purpose) is not None:
            return None
        return self.encrypt(self.decrypt(sealed, purpose=purpose), purpose=purpose)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
