"""Whose fault an error of the database is: the data's, refused again, or the moment's."""

from __future__ import annotations

import asyncpg

# SQLSTATE classes that a row's own data causes: data exceptions, and constraints. Whatever else the
# database says is not the data's fault: it is away, starting, full, or chose this transaction as a
# deadlock's victim.
_FAULTS_OF_DATA = ("22", "23")


def is_fault_of_data(error: Exception) -> bool:
    """Whether the same data would be refused again, for what is in it."""
    match error:
        case asyncpg.PostgresError():
            return (error.sqlstate or "").startswith(_FAULTS_OF_DATA)
        # TimeoutError is an OSError. InternalClientError is what asyncpg says of a connection that
        # PostgreSQL's death left half-way; taken for a fault of the data, it once put good readings
        # into quarantine.
        case OSError() | asyncpg.InterfaceError() | asyncpg.InternalClientError():
            return False
        case _:  # our own mistake, which the data has brought out
            return True
