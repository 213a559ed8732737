"""An installation: its state, its sockets, and the settings that its programs get."""

from __future__ import annotations

import os
from dataclasses import dataclass

from app.embedded.listeners import Listeners
from app.embedded.postgres import Postgres
from app.embedded.state import Secrets, State
from app.embedded.valkey import Valkey
from app.settings import PREFIX, Settings

DATABASE = "holdfast"


# What a user may set for an embedded installation; the rest says where things are, and that is
# decided here.
TUNABLE = frozenset(
    PREFIX + name.upper()
    for name in Settings.__struct_fields__
    if name.endswith(
        (
            "_per_second",
            "_seconds",
            "_days",
            "_hours",
            "_max_bytes",
            "_max_readings",
            "_per_device",
            "_per_key",
            "_per_organization",
            "_streams",
            "_responses",
            "_connections",
            "_pool_size",
        )
    )
    or name.startswith("allow_")
    or name
    in (
        "objects_url",
        "expose_openapi",
        "trusted_proxies",
        "webhook_ports",
        "cors_origins",
        "log_level",
        "log_format",
    )
)


def settings_for(
    state: State, secrets: Secrets, postgres: Postgres, valkey: Valkey, listeners: Listeners
) -> Settings:
    """The settings of an installation that lives in one state directory.

    Where things are is decided here; limits and the like are set in the environment as everywhere.
    """
    http_host, http_port = listeners.http.getsockname()[:2]
    mqtt_host, mqtt_port = listeners.mqtt.getsockname()[:2]
    where = Settings(
        public_url=listeners.base_url,
        mqtt_public_host=listeners.mqtt_host,
        mqtt_public_port=listeners.mqtt_port,
        http_host=http_host,
        http_port=http_port,
        http_fd=listeners.http.fileno(),
        mqtt_host=mqtt_host,
        mqtt_port=mqtt_port,
        mqtt_fd=listeners.mqtt.fileno(),
        database_url=postgres.url("app", secrets.app, DATABASE),
        ingest_database_url=postgres.url("iot_ingest", secrets.iot_ingest, DATABASE),
        owner_database_url=postgres.url("iot_owner", secrets.iot_owner, DATABASE),
        admin_database_url=postgres.admin_url,
        redis_url=valkey.url,
        objects_url=state.objects.as_uri(),
        secret_key=secrets.secret_key,
    )
    chosen = {name: text for name, text in os.environ.items() if name in TUNABLE}
    return Settings.from_environment({**where.to_environment(), **chosen})


@dataclass(frozen=True)
class Installation:
    """What our own programs are made from."""

    state: State
    settings: Settings
    listeners: Listeners
    lifeline: int
