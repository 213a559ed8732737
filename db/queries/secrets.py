"""What is kept under the installation's secrets, as iot_owner in one tenant's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from db.connections.types import Connection


class Sealed(NamedTuple):
    """A column of encrypted values."""

    table: str
    column: str


WEBHOOKS = Sealed("export", "webhook_url")
CHANNELS = tuple(
    Sealed("notification_channel", f"sealed_{name}") for name in ("url", "routing_key", "secret")
)
CAMERAS = Sealed("camera", "sealed_stream")
SECOND_FACTORS = Sealed("second_factor", "encrypted_secret")  # of no tenant
ANSWERS = Sealed("idempotency_record", "answer")

# By what it is called: the table of what is hashed, and which rows are still good for anything.
HASHED = {
    "API keys": ("api_key", "revoked_at IS NULL AND coalesce(expires_at > now(), true)"),
    "former API keys": ("former_api_key", "expires_at > now()"),
    "sessions": ("user_session", "ended_at IS NULL AND expires_at > now()"),
    "invitations": ("invitation", "ended_at IS NULL AND expires_at > now()"),
    "registration tokens": ("registration_token", "revoked_at IS NULL AND expires_at > now()"),
}


class Dependent(NamedTuple):
    """How many rows of a kind are hashed under another secret than the newest, or nobody knows
    under which; when the last of them ends."""

    number: int
    last_ends_at: datetime | None
    has_endless: bool


async def act_in(connection: Connection, org_id: UUID) -> None:
    """For this transaction."""
    await connection.execute("SELECT set_config('app.org_id', $1, true)", str(org_id))


async def dependent(connection: Connection, kind: str, secret_id: str) -> Dependent:
    table, is_good = HASHED[kind]
    [row] = await connection.fetch(
        "SELECT count(*), max(expires_at), "  # noqa: S608
        "coalesce(bool_or(expires_at IS NULL), false) "
        f"FROM platform.{table} WHERE {is_good} AND secret_id IS DISTINCT FROM $1",
        secret_id,
    )
    return Dependent(*row)


async def sealed_rows(connection: Connection, sealed: Sealed) -> list[bytes]:
    rows = await connection.fetch(
        f"SELECT {sealed.column} FROM platform.{sealed.table} "  # noqa: S608
        f"WHERE {sealed.column} IS NOT NULL FOR UPDATE"
    )
    return [row[0] for row in rows]


async def replace_sealed(
    connection: Connection, sealed: Sealed, before: bytes, anew: bytes
) -> None:
    await connection.execute(
        f"UPDATE platform.{sealed.table} SET {sealed.column} = $2 "  # noqa: S608
        f"WHERE {sealed.column} = $1",
        before,
        anew,
    )
