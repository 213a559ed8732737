"""Which day has a partition is answered by whatever plan."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from tests.make.platform import RunningPlatform


@pytest.mark.parametrize("join", ["hashjoin", "mergejoin", "nestloop"])
def test_days_are_asked_of_partitions_and_not_of_other_tables(
    platform: RunningPlatform, join: str
) -> None:
    """A hash join compares days before it knows which tables are partitions, and some table's name
    ends as no date does."""
    today = datetime.now(UTC).date()
    with psycopg.connect(platform.secret_urls()["admin_database_url"]) as connection:
        for each in {"hashjoin", "mergejoin", "nestloop"} - {join}:
            connection.execute(f"SET enable_{each} = off")  # type: ignore[arg-type]
        asked = "SELECT day FROM tsd.partition WHERE day = ANY (%s)"
        assert connection.execute(asked, ([today],)).fetchall() == [(today,)]
