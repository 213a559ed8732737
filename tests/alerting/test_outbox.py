"""What became of alerts is told after its commit, in its order, and never from a transaction that
died."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import msgspec

from db.connections.notifications import ALERT_OUTBOX
from db.queries import alert_outbox
from db.queries.alert_outbox import AlertCause, AlertChangeRow, AlertDetails
from tests.make.platform import Organization, RunningPlatform

NOW = datetime.now(UTC)


def change(organization: Organization, cause: AlertCause) -> AlertChangeRow:
    return AlertChangeRow(
        org_id=organization.id,
        alert_id=uuid4(),
        rule_id=uuid4(),
        cause=cause,
        severity="WARNING",
        occurred_at=NOW,
        details=AlertDetails(
            rule_name="too warm", summary="above 8 °C", started_at=NOW, fired_at=NOW, value=8.5
        ),
    )


async def test_changes_of_a_commit_are_announced_once_and_stand_in_their_order(
    platform: RunningPlatform, organization: Organization
) -> None:
    heard = asyncio.Queue[object]()
    url = platform.secret_urls()["ingest_database_url"]
    listener, writer = await asyncpg.connect(url), await asyncpg.connect(url)
    try:
        await listener.add_listener(ALERT_OUTBOX, lambda *told: heard.put_nowait(told[-1]))
        rolled_back = writer.transaction()
        await rolled_back.start()
        await alert_outbox.add(writer, [change(organization, "REOPENED")])
        await rolled_back.rollback()
        causes: list[AlertCause] = ["FIRED", "SEVERITY", "RESOLVED"]
        async with writer.transaction():
            for cause in causes:
                await alert_outbox.add(writer, [change(organization, cause)])
            rows = await writer.fetch(
                "SELECT cause, details FROM platform.alert_outbox WHERE org_id = $1 "
                "ORDER BY number",
                organization.id,
            )
        async with asyncio.timeout(30):
            assert await heard.get() == ""
    finally:
        await writer.close()
        await listener.close()
    assert [row["cause"] for row in rows] == causes
    details = msgspec.json.decode(rows[0]["details"], type=AlertDetails)
    assert (details.value, details.fired_at) == (8.5, NOW)
    assert heard.empty()
