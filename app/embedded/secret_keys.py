"""The secret that everything of an embedded installation is derived from: another one, and what
becomes of those before.

Both are kept in one file that is replaced whole, so that a crash leaves the one state or the other;
nothing is void before `drop_old_keys`.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.embedded.errors import EmbeddedError
from app.embedded.installation import DATABASE
from app.embedded.postgres import Postgres
from app.embedded.state import State, open_state
from app.embedded.valkey import Valkey
from app.settings import DatabaseSettings, SecuritySettings, Settings, StorageSettings


def rotate_keys(directory: Path) -> None:
    """Put a new secret before those that are. Raises EmbeddedError while the platform runs."""
    _refuse_another(directory)
    with open_state(directory) as state:
        state.keep_secrets(state.secrets().rotated())


def drop_old_keys(directory: Path) -> int:
    """Keep the newest secret alone; how many others there were. Raises EmbeddedError while the
    platform runs."""
    _refuse_another(directory)
    with open_state(directory) as state:
        secrets = state.secrets()
        state.keep_secrets(msgspec.structs.replace(secrets, secret_keys_old=[]))
        return len(secrets.secret_keys_old)


def settings_of(directory: Path) -> Settings:
    """Of a platform that runs, as far as its database and its secrets go. Raises EmbeddedError
    where there is none."""
    _refuse_another(directory)
    state = State(directory.expanduser().resolve())
    secrets = state.secrets()
    postgres = Postgres(state.cluster(), secrets.postgres, log=state.log("postgres"))
    valkey = Valkey(state.valkey, state.run, state.log("valkey"))
    return Settings(
        database=DatabaseSettings(
            url=postgres.url("app", secrets.app, DATABASE),
            ingest_url=postgres.url("iot_ingest", secrets.iot_ingest, DATABASE),
            owner_url=postgres.url("iot_owner", secrets.iot_owner, DATABASE),
        ),
        storage=StorageSettings(redis_url=valkey.url, objects_url=state.objects.as_uri()),
        security=SecuritySettings(
            secret_key=secrets.secret_key, secret_keys_old=",".join(secrets.secret_keys_old)
        ),
    )


def _refuse_another(directory: Path) -> None:
    if not State(directory.expanduser().resolve()).secrets_file.exists():
        raise EmbeddedError(f"{directory} is no state directory of an installation")
