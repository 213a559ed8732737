"""Codes of the moment (TOTP, RFC 6238: SHA-1, six digits, 30 seconds, as every app has them), and
recovery codes: 80 bits of chance, so that their hash needs no secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP_SECONDS = 30
RECOVERY_CODES = 10
ISSUER = "Holdfast"
_DIGITS = 6
_SECRET_BYTES = 20
_RECOVERY_BYTES = 10
# Of the step before and the next one a code is taken, too: clocks differ, and people type.
_STEPS_AWAY = (0, -1, 1)


def new_secret() -> bytes:
    return secrets.token_bytes(_SECRET_BYTES)


def secret_text(secret: bytes) -> str:
    """As people type it into an app (base32)."""
    return base64.b32encode(secret).decode()


def enrolment_url(secret: bytes, email: str) -> str:
    """What the QR code says (otpauth)."""
    return _totp(secret).get_provisioning_uri(email, ISSUER)


def code_at(secret: bytes, step: int) -> str:
    return _totp(secret).generate(step * STEP_SECONDS).decode()


def step_of(secret: bytes, code: str, *, now: float) -> int | None:
    """Of which step it is the code, of those that count at this moment (seconds since 1970)."""
    for away in _STEPS_AWAY:
        step = int(now // STEP_SECONDS) + away
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            return step
    return None


def new_recovery_codes() -> list[str]:
    return [_grouped(secrets.token_bytes(_RECOVERY_BYTES)) for _ in range(RECOVERY_CODES)]


def recovery_hash(user_id: UUID, code: str) -> bytes:
    """However it was typed."""
    plain = "".join(code.split()).replace("-", "").lower()
    return hashlib.sha256(user_id.bytes + plain.encode()).digest()


def is_of_the_moment(code: str) -> bool:
    """Whether it looks like one of these, and not like a recovery code."""
    return len(code) == _DIGITS and code.isascii() and code.isdigit()


def _grouped(data: bytes) -> str:
    text = base64.b32encode(data).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, _DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 - as RFC 6238 has it
