"""Alerts of which nobody was told because of a mute are told once when it ends."""

from db.migrations.script import run_sql

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    run_sql("""
        ALTER TABLE platform.alert ADD COLUMN is_muted boolean NOT NULL DEFAULT false;
        CREATE INDEX ix_alert_muted ON platform.alert (org_id, id)
          WHERE is_muted AND ended_at IS NULL AND refuted_at IS NULL;
        ALTER TABLE platform.alert_outbox DROP CONSTRAINT alert_outbox_cause_check,
          ADD CONSTRAINT alert_outbox_cause_check CHECK (cause IN ('FIRED', 'SEVERITY', 'RESOLVED',
            'REFUTED', 'REOPENED', 'ACKNOWLEDGED', 'UNMUTED'));
    """)
