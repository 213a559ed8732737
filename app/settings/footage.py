"""What is cut of footage, how much, and for how long it is kept."""

from __future__ import annotations

from typing import Annotated

from app.settings.group import Positive, SettingsGroup, named


class FootageSettings(SettingsGroup, frozen=True, kw_only=True):
    clip_max_minutes: Annotated[Positive, named("CLIP_MAX_MINUTES")] = 60
    # A worker needs as much room for temporary files for each of the two that it cuts at a time.
    clip_max_bytes: Annotated[Positive, named("CLIP_MAX_BYTES")] = 8_000_000_000
    clip_hours: Annotated[Positive, named("CLIP_HOURS")] = 168
    # How many clips of an organization may wait or run.
    open_clips_per_organization: Annotated[Positive, named("OPEN_CLIPS_PER_ORGANIZATION")] = 100
    # Captures outlive the footage that they were cut of.
    capture_hours: Annotated[Positive, named("CAPTURE_HOURS")] = 2160
    # Who watches live at a time, and for how long without asking anew.
    viewers_per_camera: Annotated[Positive, named("LIVE_VIEWERS_PER_CAMERA")] = 20
    viewers_per_organization: Annotated[Positive, named("LIVE_VIEWERS_PER_ORGANIZATION")] = 50
    live_session_minutes: Annotated[Positive, named("LIVE_SESSION_MINUTES")] = 240
