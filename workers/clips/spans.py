"""Where in a clip is what was taken when."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class ClipSpan:
    """Footage without a gap: taken in [since, until), and where it begins in the clip.
    Microseconds; the first two since 1970."""

    since: int
    until: int
    at: int
