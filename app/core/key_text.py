"""How an API key is written: `sk_live_`, 43 characters of chance (256 bits, base64url), and six
of a checksum, so that whoever finds one in a file knows it for ours, and a typing error is told.

The checksum is the CRC-32 of what stands before it, in base 62 (digits, capitals, small letters),
filled up with zeros. Keys of before had none and are good as they are.
"""

from __future__ import annotations

import secrets
import string
import zlib

KEY_PREFIX = "sk_live_"
SHOWN_CHARACTERS = len(KEY_PREFIX) + 6
_BYTES, _CHECKSUM = 32, 6
_LENGTH = len(KEY_PREFIX) + 43 + _CHECKSUM
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase


def new_key() -> str:
    body = KEY_PREFIX + secrets.token_urlsafe(_BYTES)
    return body + checksum(body)


def is_mistyped(key: str) -> bool:
    """Whether it is as long as a key with a checksum, and isn't one."""
    return len(key) == _LENGTH and checksum(key[:-_CHECKSUM]) != key[-_CHECKSUM:]


def checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode("utf-8", "replace")), ""
    for _ in range(_CHECKSUM):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
