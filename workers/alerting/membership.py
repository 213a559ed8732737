"""Which rules watch which sensors, kept as rules and the fleet change: see
ingest/alerting/membership.py.

Who changes a rule notes in its row that it is due. What changes in a fleet is announced; what was
announced while nobody listened is unknown, so every rule is due after that.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from db.connections.background import Loop, Turns
from db.connections.notifications import FLEET_CHANGED, listening
from db.connections.types import Pool
from db.queries.alert_membership import sync_later
from ingest.alerting.membership import PairLimits, begin_waiting, synchronize
from workers.alerting.turns import LONGEST_TURN_SECONDS, alerting_loop


class FleetChanges:
    """Whose rules are to be looked at again; None is everybody's."""

    def __init__(self) -> None:
        self._changed: set[UUID | None] = set()
        self._there = asyncio.Event()

    def heard(self, payload: str) -> None:
        self._add(UUID(payload))

    def missed(self) -> None:
        self._add(None)

    def _add(self, org_id: UUID | None) -> None:
        self._changed.add(org_id)
        self._there.set()

    async def take(self) -> set[UUID | None]:
        await self._there.wait()
        self._there.clear()
        changed, self._changed = self._changed, set()
        return {None} if None in changed else changed


@asynccontextmanager
async def membership_loops(url: str, pool: Pool, limits: PairLimits) -> AsyncIterator[list[Loop]]:
    """`url` is iot_ingest's, to listen at."""
    changes = FleetChanges()

    async def note(turns: Turns) -> None:
        while True:
            turns.rest()
            changed = await changes.take()
            turns.next()
            for org_id in changed:
                await sync_later(pool, org_id)

    async def turn(pool: Pool, now: datetime) -> int:
        waiting = await begin_waiting(pool, now)
        return await synchronize(pool, now, limits) or waiting

    async with listening(url, FLEET_CHANGED, changes.heard, changes.missed):
        yield [
            alerting_loop("membership", pool, turn),
            Loop("alerting fleet", note, LONGEST_TURN_SECONDS),
        ]
