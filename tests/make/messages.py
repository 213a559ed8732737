"""Messages to devices, as a service writes them into the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from db.ids import new_id
from tests.make.platform import RunningPlatform


@contextmanager
def as_tenant(platform: RunningPlatform, org_id: str) -> Iterator[psycopg.Connection]:
    """As role `app`, in a transaction of that organization's; committed at the end."""
    with psycopg.connect(platform.secret_urls()["database_url"]) as connection:
        connection.execute("SELECT set_config('app.org_id', %s, true)", [org_id])
        yield connection


def put_message(
    platform: RunningPlatform, org_id: str, device_id: str, topic: str, body: bytes
) -> None:
    with as_tenant(platform, org_id) as connection:
        connection.execute(
            "INSERT INTO platform.device_message (id, device_id, topic, body) "
            "VALUES (%s, %s, %s, %s)",
            [new_id(), device_id, topic, body],
        )


def states_of_messages(platform: RunningPlatform, org_id: str, device_id: str) -> list[str]:
    """In their order."""
    with as_tenant(platform, org_id) as connection:
        rows = connection.execute(
            "SELECT state FROM platform.device_message WHERE device_id = %s ORDER BY id",
            [device_id],
        )
        return [state for (state,) in rows]
