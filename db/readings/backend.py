"""Which backend keeps the readings of a database.

| backend    | where                        | readings                           | rollups               |
|------------|------------------------------|------------------------------------|-----------------------|
| plain      | PostgreSQL alone             | day partitions, row-level security | tables                |
| hypertable | TimescaleDB, Apache edition  | a private hypertable               | the same tables       |
| timescale  | TimescaleDB, community's     | the same, columns after a week     | continuous aggregates |

db/migrations/timescale.py decides it, and moves readings from one to the other.
"""

from __future__ import annotations

from enum import StrEnum

from db.connections.types import Connection, Pool


class Backend(StrEnum):
    """What a database has; `tsd.backend()` tells it."""

    PLAIN = "plain"
    HYPERTABLE = "hypertable"
    TIMESCALE = "timescale"


async def backend(connection: Connection | Pool) -> Backend:
    """What this database has, for those who maintain it."""
    return Backend(await connection.fetchval("SELECT tsd.backend()"))


async def extension(connection: Connection | Pool) -> str:
    """Where the extension's functions are, ready to be put before a name."""
    schema: str = await connection.fetchval(
        "SELECT quote_ident(nspname) FROM pg_extension "
        "JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'timescaledb'"
    )
    return schema
