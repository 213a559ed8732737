"""What goes over a sandbox's pipes: a JSON object and bytes, after their two lengths."""

from __future__ import annotations

import json
import struct
from typing import Any

LENGTHS = struct.Struct(">II")
LONGEST_HEAD_BYTES = 64 * 1024
LONGEST_DATA_BYTES = 128 * 1024 * 1024

Head = dict[str, Any]


class BadFrame(ValueError):
    """What came is no frame: its other end is broken, or hostile."""


def packed(head: Head, data: bytes = b"") -> bytes:
    """All but `data` itself, which follows."""
    text = json.dumps(head).encode()
    return LENGTHS.pack(len(text), len(data)) + text


def lengths(raw: bytes) -> tuple[int, int]:
    """Raises BadFrame for more than anybody sends."""
    head, data = LENGTHS.unpack(raw)
    if head > LONGEST_HEAD_BYTES or data > LONGEST_DATA_BYTES:
        raise BadFrame("a frame is too long")
    return head, data


def read_head(text: bytes) -> Head:
    """Raises BadFrame for anything but a JSON object."""
    try:
        head = json.loads(text)
    except ValueError:
        raise BadFrame("a frame has no head") from None
    if not isinstance(head, dict):
        raise BadFrame("a frame's head is no object")
    return head
