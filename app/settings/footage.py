"""What is cut of footage, how much, and for how long it is kept."""

from __future__ import annotations

from typing import Annotated, Literal

from app.settings.group import Positive, SettingsGroup, named

Encoder = Literal["x264", "none"]
"""x264 stands for x265, too: pictures of H.265 are encoded by it. No other can stand beside a
camera's own pictures in one track: it must number its parameter sets as it is told."""


class FootageSettings(SettingsGroup, frozen=True, kw_only=True):
    # What encodes pictures anew, where a clip begins between key frames. Both encoders are under
    # the GPL; with "none" clips begin at a key frame, and the demonstration has no camera.
    encoder: Annotated[Encoder, named("FOOTAGE_ENCODER")] = "x264"
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

    @property
    def encodes(self) -> bool:
        return self.encoder != "none"
