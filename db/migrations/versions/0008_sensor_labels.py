"""A sensor that is a series of line protocol keeps that series' tags."""

from db.migrations.script import run_sql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    run_sql("ALTER TABLE platform.sensor ADD COLUMN labels jsonb NOT NULL DEFAULT '{}'")
