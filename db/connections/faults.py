"""Whose fault an error of the database is: the data's, the moment's, or nobody can tell yet."""

from __future__ import annotations

from enum import Enum, auto

import asyncpg


class DatabaseFault(Enum):
    """Who waits for a moment to pass waits as long as it takes; what is the data's is refused."""

    DATA = auto()
    """The same data would be refused again, for what is in it."""
    MOMENT = auto()
    """The database says so itself: it is away, starting, full, or has chosen this transaction as a
    deadlock's victim."""
    UNCLEAR = auto()
    """A connection that ended on the way, an internal error: an end of the database, or what was
    sent to it. Only what becomes of others can tell."""


# SQLSTATE classes. Data exceptions, and constraints: what a row's own data causes.
_OF_DATA = ("22", "23")
# Transactions (read-only ones, deadlocks), resources, locks, operators, files.
_OF_THE_MOMENT = ("25", "40", "53", "55", "57", "58")


def fault_of(error: Exception) -> DatabaseFault:
    match error:
        case asyncpg.PostgresError():
            return _of_state(error.sqlstate or "")
        # InternalClientError is what asyncpg says of a connection that PostgreSQL's death left
        # half-way; taken for a fault of the data, it once put good readings into quarantine.
        case asyncpg.InterfaceError() | asyncpg.InternalClientError():
            return DatabaseFault.UNCLEAR
        case ConnectionResetError() | BrokenPipeError():
            return DatabaseFault.UNCLEAR
        case OSError():  # TimeoutError is one
            return DatabaseFault.MOMENT
        case _:  # our own mistake, which the data has brought out
            return DatabaseFault.DATA


def _of_state(sqlstate: str) -> DatabaseFault:
    if sqlstate.startswith(_OF_DATA):
        return DatabaseFault.DATA
    return DatabaseFault.MOMENT if sqlstate.startswith(_OF_THE_MOMENT) else DatabaseFault.UNCLEAR


def is_fault_of_data(error: Exception) -> bool:
    """Whether the same data would be refused again, for what is in it."""
    return fault_of(error) is DatabaseFault.DATA
