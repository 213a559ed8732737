"""Live streams that each API process keeps open; and as many requests again that wait for
commands."""

from __future__ import annotations

from typing import Annotated

from app.settings.group import Positive, SettingsGroup, named


class LiveSettings(SettingsGroup, frozen=True, kw_only=True):
    streams_per_key: Annotated[Positive, named("LIVE_STREAMS_PER_KEY")] = 100
    streams_per_organization: Annotated[Positive, named("LIVE_STREAMS_PER_ORGANIZATION")] = 500
    streams: Annotated[Positive, named("LIVE_STREAMS")] = 2000
    # For how long, when one that isn't read is given up, and how often one on which nothing happens
    # says that it lives.
    lifetime_seconds: Annotated[Positive, named("LIVE_LIFETIME_SECONDS")] = 14_400
    stall_seconds: Annotated[Positive, named("LIVE_STALL_SECONDS")] = 60
    heartbeat_seconds: Annotated[Positive, named("LIVE_HEARTBEAT_SECONDS")] = 15
    # What was committed lately, in Valkey, of all organizations that are watched: each has its
    # share. At most half of what Valkey may take.
    log_bytes: Annotated[Positive, named("LIVE_LOG_BYTES")] = 128 * 1024 * 1024
