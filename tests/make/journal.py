"""Writers of the journal beside the API: transactions of which the test decides when they end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg

from db.connections.types import Connection
from db.queries.events import EventRow, record
from tests.make.platform import Organization, RunningPlatform


@asynccontextmanager
async def journal_writer(platform: RunningPlatform) -> AsyncIterator[Connection]:
    """A connection as the pipeline has it."""
    connection = await asyncpg.connect(platform.secret_urls()["ingest_database_url"])
    try:
        yield connection
    finally:
        await connection.close()


async def write_event(connection: Connection, org_id: UUID, title: str, **more: Any) -> None:
    row = EventRow(**{"org_id": org_id, "type": "DEVICE_STATUS", "title": title, **more})
    await record(connection, [row])


BEGINNING = "An API key was made"
"""What every organization of ours begins with; left out of what these give."""


def _titles(page: dict[str, Any]) -> list[str]:
    return [item["title"] for item in page["items"] if item["title"] != BEGINNING]


def titles(organization: Organization, **query: Any) -> list[str]:
    """Of the first page."""
    answer = organization.http.get("/events", params=query)
    assert answer.status_code == 200, answer.text
    return _titles(answer.json())


class JournalFollower:
    """Follows as an integration does: it keeps a cursor, and nothing else."""

    def __init__(self, organization: Organization, **query: Any) -> None:
        self.titles: list[str] = []
        self.cursor: str | None = None
        self._organization = organization
        self._query = query

    def ask(self, limit: int = 50) -> list[str]:
        """What is new, in one page."""
        cursor = {} if self.cursor is None else {"cursor": self.cursor}
        params = {"follow": "true", "limit": limit, **self._query, **cursor}
        answer = self._organization.http.get("/events", params=params)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        self.cursor = page["nextCursor"]
        assert self.cursor is not None, "a follower's page always has a next one"
        new = _titles(page)
        self.titles += new
        return new
