"""Devices that are disconnected: see ingest/alerting/connections.py."""

from __future__ import annotations

from db.connections.background import Loop
from db.connections.types import Pool
from ingest.alerting.connections import look
from workers.alerting.turns import alerting_loop


def connections_loop(pool: Pool) -> Loop:
    return alerting_loop("connections", pool, look)
