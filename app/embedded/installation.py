"""An installation: its state, its sockets, and the settings that its programs get."""

from __future__ import annotations

import os
from dataclasses import dataclass
from ipaddress import ip_address

from app.embedded.errors import EmbeddedError
from app.embedded.listeners import Listeners
from app.embedded.postgres import Postgres
from app.embedded.state import Secrets, State
from app.embedded.valkey import Valkey
from app.settings import (
    DatabaseSettings,
    MailSettings,
    SecuritySettings,
    ServerSettings,
    Settings,
    SettingsError,
    StorageSettings,
)

DATABASE = "holdfast"


def settings_for(
    state: State, secrets: Secrets, postgres: Postgres, valkey: Valkey, listeners: Listeners
) -> Settings:
    """The settings of an installation that lives in one state directory.

    Where things are is decided here; limits and the like are set in the environment as everywhere.
    Raises EmbeddedError for one that is wrong.
    """
    http_host, http_port = listeners.http.getsockname()[:2]
    mqtt_host, mqtt_port = listeners.mqtt.getsockname()[:2]
    where = Settings(
        server=ServerSettings(
            public_url=listeners.base_url,
            mqtt_public_host=listeners.mqtt_host,
            mqtt_public_port=listeners.mqtt_port,
            http_host=http_host,
            http_port=http_port,
            http_fd=listeners.http.fileno(),
            mqtt_host=mqtt_host,
            mqtt_port=mqtt_port,
            mqtt_fd=listeners.mqtt.fileno(),
            metrics_fd=listeners.metrics.fileno(),
        ),
        database=DatabaseSettings(
            url=postgres.url("app", secrets.app, DATABASE),
            ingest_url=postgres.url("iot_ingest", secrets.iot_ingest, DATABASE),
            owner_url=postgres.url("iot_owner", secrets.iot_owner, DATABASE),
            admin_url=postgres.admin_url,
        ),
        storage=StorageSettings(redis_url=valkey.url, objects_url=state.objects.as_uri()),
        security=SecuritySettings(
            secret_key=secrets.secret_key,
            secret_keys_old=",".join(secrets.secret_keys_old),
            # Who reaches it is on this machine.
            allow_registration=ip_address(http_host).is_loopback,
        ),
        # Until a mail server is named, whoever runs it hands letters on.
        mail=MailSettings(folder=str(state.mail)),
    )
    try:
        return where.tuned(os.environ)
    except SettingsError as error:
        raise EmbeddedError(str(error)) from None


@dataclass(frozen=True)
class Installation:
    """What our own programs are made from."""

    state: State
    settings: Settings
    listeners: Listeners
    lifeline: int
