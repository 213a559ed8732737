"""The stream for OpenAPI, which has no words of its own for it: the shape of one event and its data."""

from __future__ import annotations

from typing import Any

from app.telemetry.live.schemas import EVENTS


def tells() -> dict[str, Any]:
    """For the handler's `opt`: events by name. In a function, as `opt` is copied deeply and types can't be."""
    return {"events": lambda: EVENTS}
