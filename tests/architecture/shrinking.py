"""Lists of what isn't yet as it should be: they may only become shorter."""

from __future__ import annotations

from collections.abc import Set


def faults(found: Set[str], allowed: Set[str]) -> list[str]:
    """What is new; and what was mended and must leave the list, lest it come back unseen."""
    new = [f"new: {each}" for each in sorted(found - allowed)]
    return new + [f"mended, take it out of the list: {each}" for each in sorted(allowed - found)]
