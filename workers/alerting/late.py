"""Late readings, taken in: see ingest/alerting/repair.py."""

from __future__ import annotations

from db.connections.background import Loop
from db.connections.types import Pool
from ingest.alerting.repair import repair
from workers.alerting.turns import alerting_loop


def late_loop(pool: Pool) -> Loop:
    return alerting_loop("late", pool, repair)
