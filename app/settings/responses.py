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
    # Else it must be read at this rate, of the time in which we wait for the client, and it ends
    # after so long, however it is read.
    least_bytes_per_second: Annotated[Positive, named("RESPONSE_LEAST_BYTES_PER_SECOND")] = 10_000
    longest_seconds: Annotated[Positive, named("RESPONSE_LONGEST_SECONDS")] = 3600
