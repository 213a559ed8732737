"""What a migration file needs: running SQL of several statements inside the migration's transaction."""

from __future__ import annotations

from pathlib import Path

import psycopg
from alembic import op


def run_sql(script: str) -> None:
    """Run every statement of the script. Alembic's own op.execute sends one prepared statement at a time."""
    connection = op.get_bind().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)  # noqa: S101 - env.py opens no other
    connection.execute(script.encode())


def run_sql_file(path: Path) -> None:
    run_sql(path.read_text())
