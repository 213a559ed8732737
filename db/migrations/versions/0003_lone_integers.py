"""Of a sensor it is known whether it may hold integers beyond 2^53, which may be no doubles."""

from db.migrations.script import grant, run_sql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # Those that are there may: looking into all their readings would take too long.
    run_sql(
        "ALTER TABLE platform.sensor"
        "  ADD COLUMN may_have_lone_integers boolean NOT NULL DEFAULT true;"
        "ALTER TABLE platform.sensor ALTER COLUMN may_have_lone_integers SET DEFAULT false"
    )
    grant("platform.sensor", {"iot_ingest": "UPDATE (may_have_lone_integers)"})
