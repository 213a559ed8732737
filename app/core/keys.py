"""Keys for each purpose, derived from the installation's one secret, and the hashes under which
secrets are kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


def _derive(secret: str, purpose: str) -> bytes:
    """32 bytes that tell nothing of the secret nor of another purpose's key (HKDF, RFC 5869)."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"holdfast {purpose}".encode()).derive(
        secret.encode()
    )


@dataclass(frozen=True, repr=False)
class Keys:
    """Every process derives the same ones, so tokens need no shared storage."""

    token_signing: Ed25519PrivateKey
    token_hashing: bytes
    encryption: AESGCM
    link_signing: bytes
    webhook_signing: bytes

    @classmethod
    def derive(cls, secret: str) -> Keys:
        return cls(
            token_signing=Ed25519PrivateKey.from_private_bytes(_derive(secret, "access tokens")),
            token_hashing=_derive(secret, "token hashes"),
            encryption=AESGCM(_derive(secret, "encryption at rest")),
            link_signing=_derive(secret, "object links"),
            webhook_signing=_derive(secret, "webhooks"),
        )

    def hash(self, token: str) -> bytes:
        """The keyed hash under which a random token is stored: a stolen table verifies nothing."""
        return hmac.digest(self.token_hashing, token.encode(), hashlib.sha256)

    def webhook_secret(self, about: UUID) -> bytes:
        """With which what we tell of this one thing is signed: known to who asked for it, and kept
        nowhere."""
        return hmac.digest(self.webhook_signing, about.bytes, hashlib.sha256)

    def encrypt(self, plain: bytes, *, purpose: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self.encryption.encrypt(nonce, plain, purpose.encode())

    def decrypt(self, sealed: bytes, *, purpose: str) -> bytes:
        return self.encryption.decrypt(
            sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode()
        )
