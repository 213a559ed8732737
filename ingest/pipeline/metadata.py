"""What a reading comes with besides its value: a JSON object, kept as compact JSON from the first
step to the last, since objects of Python take up to thirty times as much."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from ingest.pipeline.rejection import Reason, Rejection

METADATA_MAX_BYTES = 10 * 1024
METADATA_MAX_DEPTH = 64
# As JSON writes it: behind any number of backslashes that stand for themselves.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*+\\u0000")


def as_json(metadata: dict[str, Any]) -> bytes | Rejection:
    try:
        return msgspec.json.encode(metadata)
    except RecursionError:
        return Rejection(Reason.MALFORMED, "metadata is nested too deeply")


def metadata_fault(text: bytes) -> Rejection | None:
    """What is wrong with metadata, given as compact JSON."""
    # Whatever nests has brackets: most isn't even decoded.
    levels = text.count(b"{") + text.count(b"[")
    if levels > METADATA_MAX_DEPTH and _is_too_deep(text):
        told = f"metadata is nested more than {METADATA_MAX_DEPTH} deep"
        return Rejection(Reason.MALFORMED, told)
    if _NUL.search(text):
        return Rejection(Reason.MALFORMED, "metadata contains NUL")
    if len(text) > METADATA_MAX_BYTES:
        told = f"metadata is larger than {METADATA_MAX_BYTES} bytes"
        return Rejection(Reason.OUT_OF_RANGE, told)
    return None


def _is_too_deep(text: bytes) -> bool:
    try:
        return _is_deeper(msgspec.json.decode(text), METADATA_MAX_DEPTH)
    except RecursionError:
        return True


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether it nests more than so many levels; stops there, however deep it is."""
    if not isinstance(value, dict | list):
        return False
    inner: Iterable[Any] = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(item, levels - 1) for item in inner)
