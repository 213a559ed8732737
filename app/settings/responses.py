"""Responses of any length (CSV, NDJSON, Arrow, Parquet) that each API process streams at once."""

from __future__ import annotations

from typing import Annotated

from app.settings.group import Positive, SettingsGroup, named


class ResponseSettings(SettingsGroup, frozen=True, kw_only=True):
    # Each over a connection to the database of its own.
    streamed: Annotated[Positive, named("STREAMED_RESPONSES")] = 20
    streamed_per_organization: Annotated[Positive, named("STREAMED_RESPONSES_PER_ORGANIZATION")] = 5
    # When one that isn't read is given up.
    stall_seconds: Annotated[Positive, named("RESPONSE_STALL_SECONDS")] = 60
