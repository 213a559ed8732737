"""A scheduled task that goes round all organizations keeps its place."""

from db.migrations.script import run_sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_sql("ALTER TABLE platform.clock ADD COLUMN resume_after uuid")
