"""What people say of alerts, and how many rules and mutes an organization may have."""

from db.migrations.script import READ_AND_ADD, grant, run_sql, tenant_table

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    tenant_table(
        "alert_comment",
        """
          id uuid NOT NULL,
          alert_id uuid NOT NULL,
          comment text NOT NULL CHECK (length(comment) BETWEEN 1 AND 2000),
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          FOREIGN KEY (org_id, alert_id) REFERENCES platform.alert ON DELETE CASCADE
        """,
        grants={"app": READ_AND_ADD},
    )
    run_sql("""
        CREATE INDEX ix_alert_comment_alert
          ON platform.alert_comment (org_id, alert_id, created_at, id);
        CREATE INDEX ix_alert_sensor_fired ON platform.alert (org_id, sensor_id, fired_at, id);
        CREATE INDEX ix_alert_site_fired ON platform.alert (org_id, site_id, fired_at, id);
        CREATE INDEX ix_alert_unresolved ON platform.alert (org_id, fired_at, id)
          WHERE status <> 'RESOLVED';
        CREATE INDEX ix_alert_mute_created ON platform.alert_mute (org_id, created_at, id);

        INSERT INTO platform.quota (kind) VALUES ('alert rules'), ('alert mutes');
        ALTER TABLE platform.organization NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.usage NO FORCE ROW LEVEL SECURITY;
        INSERT INTO platform.usage (org_id, kind, writer)
          SELECT o.id, q.kind, 'service' FROM platform.organization o, platform.quota q
          WHERE q.kind LIKE 'alert %';
        ALTER TABLE platform.organization FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.usage FORCE ROW LEVEL SECURITY;
    """)
    grant("platform.alert_rule", {"iot_auth": "SELECT (org_id, deleted_at), TRIGGER"})
    grant("platform.alert_mute", {"iot_auth": "SELECT (org_id), TRIGGER"})
