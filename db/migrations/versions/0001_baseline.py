"""Everything there is. Functions, views and triggers are db/functions; a database of the release
before this file is brought here by db/migrations/previous_release.py."""

from db import functions
from db.migrations.baseline import (
    accounts,
    catalogue,
    control,
    fleet,
    jobs,
    readings,
    rollups,
    telemetry,
)
from db.migrations.script import connection

revision = "0001"
down_revision = None


def upgrade() -> None:
    functions.prepare(connection())
    functions.make(connection(), "api.org")
    for area in (accounts, catalogue, fleet, control, telemetry, jobs, readings, rollups):
        area.create()
