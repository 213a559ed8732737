"""What a client of the API may hold before it has said who it is, of each API process."""

from __future__ import annotations

from typing import Annotated

from app.settings.group import Positive, SettingsGroup, named


class ConnectionSettings(SettingsGroup, frozen=True, kw_only=True):
    # Open connections in all, and of one client: an IPv4 address, a /64 of IPv6. Trusted proxies
    # have no limit of their own: whom they speak for isn't known when they connect.
    in_all: Annotated[Positive, named("HTTP_CONNECTIONS")] = 10_000
    per_client: Annotated[Positive, named("HTTP_CONNECTIONS_PER_CLIENT")] = 1_000
    # From the connection, or the first byte of a further request, to the end of its head.
    head_seconds: Annotated[Positive, named("HTTP_HEAD_SECONDS")] = 10
    # How long a connection is kept on which nothing is asked. Longer than proxies keep theirs, or
    # they would send on one that is just being closed.
    idle_seconds: Annotated[Positive, named("HTTP_IDLE_SECONDS")] = 75
    # A body must come at this rate, and an answer be read: looked at once in so many seconds.
    least_bytes_per_second: Annotated[Positive, named("HTTP_LEAST_BYTES_PER_SECOND")] = 1_000
    pace_seconds: Annotated[Positive, named("HTTP_PACE_SECONDS")] = 10
    # Of the bodies of all requests together, from their first byte until they are answered.
    bodies_max_bytes: Annotated[Positive, named("HTTP_BODIES_MAX_BYTES")] = 256 * 1024 * 1024
