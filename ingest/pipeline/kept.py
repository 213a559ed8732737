"""What is kept of a refused element: its source text, or of a long one the beginning, its length
and its SHA-256.

A long one can't be replayed; whoever sent it can be told which it was.
"""

from __future__ import annotations

import hashlib
import re

KEPT_MAX_BYTES = 16 * 1024
KEPT_MIN_BYTES = 512
_SAID = re.compile(rb"\xe2\x80\xa6 [\d,]{1,20} bytes in all, SHA-256 [0-9a-f]{64}\Z")
_SAID_MAX_BYTES = 128


def kept(text: bytes, most: int = KEPT_MAX_BYTES) -> bytes:
    """At most so many bytes of it, and KEPT_MIN_BYTES at least. What was cut before may be cut
    further, and still says what it was in the beginning."""
    if len(text) <= max(most, KEPT_MIN_BYTES):
        return text
    found = _SAID.search(text, len(text) - _SAID_MAX_BYTES)
    said = found[0] if found else _said(text)
    return _whole_characters(text[: max(most, KEPT_MIN_BYTES) - len(said)]) + said


def _said(text: bytes) -> bytes:
    digest = hashlib.sha256(text).hexdigest()
    return f"… {len(text):,} bytes in all, SHA-256 {digest}".encode()


def _whole_characters(text: bytes) -> bytes:
    """Without the beginning of a character of UTF-8 at its end."""
    for back in range(1, 4):
        lead = text[-back]
        if lead >= 0xC0:
            return text[:-back] if back < _length_of(lead) else text
        if lead < 0x80:
            return text
    return text


def _length_of(lead: int) -> int:
    return 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
