"""Every setting of the service, in one frozen struct; the only reader of the environment.

A setting `http_port` is read from `HOLDFAST_HTTP_PORT`. Values are converted by msgspec, so a wrong
one is refused at start-up with its name, never at the first request.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Annotated, Literal

import msgspec

PREFIX = "HOLDFAST_"

Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Positive = Annotated[int, msgspec.Meta(ge=1)]


class SettingsError(Exception):
    """A setting is missing or can't be read; the message names it and never repeats its value."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What one installation is told. Sizes in bytes, spans in seconds or days as the name says."""

    # Where it is found. Every address in an answer is built from public_url, never from the Host
    # header.
    public_url: str = "http://127.0.0.1:8080"
    mqtt_public_host: str = "localhost"
    mqtt_public_port: Port = 8883

    # Where it listens. A file descriptor, where given, is a socket that already listens: the
    # supervisor of the embedded default keeps it open while a killed process is started again.
    http_host: str = "127.0.0.1"
    http_port: Port = 8080
    http_fd: int | None = None
    # Proxies before the API, by address or network, comma-separated: of a request that comes from
    # one of them, the client is who X-Forwarded-For says. Without it, all clients of public routes
    # have the proxy's one limit.
    trusted_proxies: str = "127.0.0.1,::1"
    mqtt_host: str = "0.0.0.0"  # noqa: S104 - devices come from outside; mutual TLS is the wall
    mqtt_port: Port = 8883
    mqtt_fd: int | None = None

    # What it stands on. One address per database role (see db/migrations/roles.py). The owner's is
    # for `migrate` and the worker, the superuser's for `migrate` alone; no serving process should
    # be given them.
    database_url: str
    ingest_database_url: str
    redis_url: str
    objects_url: str

    # 32 random bytes or more, as text. Keys for tokens, API keys and the CA are derived from it
    # (app/core/keys.py).
    secret_key: Annotated[str, msgspec.Meta(min_length=32)]

    owner_database_url: str | None = None
    admin_database_url: str | None = None
    # What keeps the readings of a new database: TimescaleDB, whose absence is then an error; plain
    # PostgreSQL; or TimescaleDB where the database has the extension already. See
    # db/migrations/timescale.py.
    timeseries: Literal["auto", "plain", "timescale"] = "auto"

    expose_openapi: bool = True
    allow_registration: bool = True
    log_format: str = "json"  # or "console"
    log_level: str = "INFO"

    access_token_seconds: Positive = 900
    refresh_token_days: Positive = 30
    registration_token_seconds: Positive = 86_400
    certificate_days: Positive = 365

    # How far a reading's time may lie behind or ahead of the database's clock. Retention must be
    # longer than the accepted age, or a reading could be accepted into a partition that is being
    # dropped.
    accepted_age_days: Positive = 400
    accepted_ahead_seconds: Positive = 600
    # How long readings are kept, and their rollups by minute, quarter of an hour, hour and day. An
    # organization may ask for less.
    retention_days: Positive = 430
    rollup_retention_days: Positive = 3650
    # Readings that come later than this after a quarter of an hour's end cost a repair of its
    # rollup.
    rollup_settle_seconds: Positive = 60

    # How long what devices say of their health is kept.
    health_days: Positive = 30

    request_max_bytes: Positive = 1_000_000
    import_max_bytes: Positive = 16_000_000
    batch_max_bytes: Positive = 32_000_000
    batch_max_readings: Positive = 100_000
    pack_max_bytes: Positive = 512 * 1024
    message_max_bytes: Positive = 256 * 1024
    sensors_per_device: Positive = 10_000

    # Requests a second, shared by all processes; twice as many at once after a pause. `client` is
    # for routes that are called without a token, by address. One process answers some 2,000 a
    # second: by default no organization can take more than a third of one. With more processes,
    # raise these alike.
    key_requests_per_second: Positive = 300
    organization_requests_per_second: Positive = 600
    client_requests_per_second: Positive = 50

    # Live streams that each API process keeps open, for how long, when one that isn't read is given
    # up, and how often one on which nothing happens says that it lives.
    live_streams_per_key: Positive = 100
    live_streams_per_organization: Positive = 500
    live_streams: Positive = 2000
    live_lifetime_seconds: Positive = 14_400
    live_stall_seconds: Positive = 60
    live_heartbeat_seconds: Positive = 15

    # Responses of any length (CSV, NDJSON, Arrow, Parquet) that each API process streams at once,
    # each over a connection to the database of its own, and when one that isn't read is given up.
    streamed_responses: Positive = 20
    streamed_responses_per_organization: Positive = 5
    response_stall_seconds: Positive = 60

    # Origins of web pages that may call the API, comma-separated; none by default, "*" for all.
    cors_origins: str = ""

    idempotency_hours: Positive = 24

    # How long jobs that succeeded or were discarded are shown. The dead stay until people decide.
    finished_jobs_days: Positive = 7

    # How long the file of an export is kept, and how many of an organization may wait or run.
    export_hours: Positive = 24
    open_exports_per_organization: Positive = 1000

    # Who may be told that an export has ended: https and public addresses alone, unless these say
    # otherwise.
    allow_http_webhooks: bool = False
    allow_private_webhooks: bool = False
    webhook_timeout_seconds: Positive = 10
    # Where receivers may listen, comma-separated, or "any".
    webhook_ports: Annotated[str, msgspec.Meta(pattern=r"^(any|\d{1,5}(,\d{1,5})*)$")] = (
        "80,443,8080,8443"
    )

    # How old an upload is that nobody will finish.
    unfinished_uploads_hours: Positive = 24

    # Of each API process: its two pools of connections, and how many of both one organization holds
    # at once.
    database_pool_size: Positive = 10
    organization_connections: Positive = 6
    statement_timeout_seconds: Positive = 30
    # The most readings that are read one by one for one answer (percentiles, delta, downsampled): a
    # second a million.
    query_max_readings: Positive = 3_000_000

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings that the environment gives; raises SettingsError for a missing or
        unreadable one."""
        environment = os.environ if environment is None else environment
        given = {
            field: environment[PREFIX + field.upper()]
            for field in cls.__struct_fields__
            if PREFIX + field.upper() in environment
        }
        try:
            settings = msgspec.convert(given, cls, strict=False)
        except msgspec.ValidationError as error:
            raise SettingsError(f"settings (environment variables {PREFIX}…): {error}") from None
        if (
            not settings.accepted_age_days + 1
            < settings.retention_days
            <= settings.rollup_retention_days
        ):
            raise SettingsError(
                f"{PREFIX}RETENTION_DAYS must be more than a day longer than {PREFIX}ACCEPTED_AGE_DAYS and not longer "
                f"than {PREFIX}ROLLUP_RETENTION_DAYS"
            )
        for proxy in settings.trusted_proxies.split(","):
            try:
                ip_network(proxy.strip() or "::")
            except ValueError:
                raise SettingsError(
                    f"{PREFIX}TRUSTED_PROXIES: each must be an address or a network, as in 192.0.2.7,10.0.0.0/8"
                ) from None
        for port in settings.webhook_ports.removesuffix("any").split(","):
            if not 0 < int(port or 443) < 65_536:
                raise SettingsError(f"{PREFIX}WEBHOOK_PORTS: a port lies between 1 and 65535")
        return settings

    def to_environment(self) -> dict[str, str]:
        """The same settings as environment variables, for a process that this one starts."""
        values = msgspec.structs.asdict(self)
        return {
            PREFIX + name.upper(): str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in values.items()
            if value is not None
        }
