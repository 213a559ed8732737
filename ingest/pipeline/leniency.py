"""JSON as it is written, where that isn't quite JSON: one word that is no number costs its element
and no other.

Firmware, Python and NumPy write a broken sensor's value as NaN or Infinity, which no JSON has
(RFC 8259, section 6). Here it becomes an empty object of the same length, so that the rest can be
read, and each element found at its place in what was sent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""RFC 8259, section 8.1, lets a reader pass over it."""

_WORD = rb"[+-]?(?:[Nn]a[Nn]|nan|[Ii]nf(?:inity)?)(?![\w.])"
# A text that is never closed goes to the end: tried from each quote in it, it would be read as often.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|(' + _WORD + rb")", re.DOTALL)
_HINT = re.compile(rb"[Nn]a[Nn]|[Ii]nf")
_BETWEEN = re.compile(rb"[\s,]*+")


def has_numberless_word(text: bytes) -> bool:
    """Whether NaN, Infinity or the like stands there for a value."""
    return bool(_HINT.search(text)) and any(token[1] for token in _TOKEN.finditer(text))


def without_words(text: bytes) -> bytes:
    """The same with an empty object, of the same length, in place of each such word."""
    return _TOKEN.sub(lambda token: b"{}".ljust(len(token[0])) if token[1] else token[0], text)


def with_nulls(text: bytes) -> bytes:
    """The same with null in their places."""
    return _TOKEN.sub(lambda token: b"null" if token[1] else token[0], text)


def as_sent(body: bytes, array: bytes, elements: Sequence[bytes]) -> list[bytes]:
    """The elements as they stand in `body`, which is as long as the `array` of them."""
    texts, at = [], array.index(b"[") + 1
    for element in elements:
        between = _BETWEEN.match(array, at)
        start = between.end() if between else at
        at = start + len(element)
        texts.append(body[start:at])
    return texts
