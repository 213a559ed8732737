"""What rules calculate of several sensors is decided anew when any of them has late readings."""

from db.migrations.script import run_sql

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    # The sensors beside the watched one that a pair needs, in the order of its definition.
    run_sql("""
        ALTER TABLE platform.alert_pair ADD COLUMN sources uuid[] NOT NULL DEFAULT '{}';
        CREATE INDEX ix_alert_pair_sources ON platform.alert_pair USING gin (sources)
          WHERE sources <> '{}';
        -- Not of the sensor itself, but of one of which it is calculated.
        ALTER TABLE tsd.alert_late ADD COLUMN is_of_source boolean NOT NULL DEFAULT false;
    """)
