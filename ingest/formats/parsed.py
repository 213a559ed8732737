"""What every reader is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ingest.formats.budget import Budget
from ingest.pipeline.decode import Element
from ingest.pipeline.messages import SourceTexts
from ingest.pipeline.rows import Name, Rows

MICROSECONDS_OF = {"s": 1_000_000, "ms": 1_000, "us": 1}
# Longer than any name can be that means a sensor, so that cutting one here makes none good.
NAME_MAX_CHARACTERS = 256


@dataclass(frozen=True, slots=True)
class Sent:
    """A body as it was sent: its media type, or ONE_READING; its encoding, one of ENCODINGS or
    "identity"; the unit of times that are bare numbers, or None where nobody said; of line
    protocol, which tags tell the device and not the series."""

    body: bytes
    media_type: str
    encoding: str = "identity"
    precision: str | None = None
    device_tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader needs besides the body: what may become of it, the unit of times that are bare
    numbers (s, ms, us or ns; None where nobody said), and what time it is, for those that count
    from now."""

    budget: Budget
    now: datetime
    precision: str | None = None
    device_tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """Readings as rows of a table, or as elements; the source texts of those that the body doesn't
    show. `body` is what was read, unpacked."""

    rows: Rows[Name] | None = None
    elements: list[Element] = field(default_factory=list)
    texts: SourceTexts = field(default_factory=dict[int, bytes])
    weights: Sequence[int] = ()
    """How many readings each row may become, where that is more than one of some."""
    body: bytes = b""
    body_hash: bytes | None = None
    """The SHA-256 of the unpacked body, where that isn't there any more."""


Read = Callable[[bytes, Question], Parsed]


def bounded_name(text: str) -> str:
    return text[:NAME_MAX_CHARACTERS]
