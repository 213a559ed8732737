"""Rules about devices: whether they are connected."""

from db.migrations.script import READ_AND_ADD, grant, run_sql, tenant_policy

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    # Of a device's alert there is no sensor; what is watched is its subject. So are a pair's and a
    # transition's sensor_id.
    run_sql("""
        ALTER TABLE platform.alert
          ALTER COLUMN sensor_id DROP NOT NULL,
          ADD COLUMN subject_id uuid NOT NULL
            GENERATED ALWAYS AS (coalesce(sensor_id, device_id)) STORED;
        DROP INDEX platform.ix_alert_pair_fired;
        CREATE INDEX ix_alert_pair_fired
          ON platform.alert (org_id, subject_id, rule_id, fired_at);
        ALTER TABLE platform.alert_pair ADD COLUMN is_of_device boolean NOT NULL DEFAULT false;

        -- Of a device that comes and goes all the time the log of connections has only a part.
        ALTER TABLE platform.device ADD COLUMN connection_changed_at timestamptz;
        GRANT UPDATE (connection_changed_at) ON platform.device TO iot_ingest;

        -- What brokers told of devices, from when on: to be decided anew by workers/alerting.
        CREATE TABLE tsd.connection_news (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          org_id uuid NOT NULL,
          device_id uuid NOT NULL,
          from_at timestamptz NOT NULL
        );
        CREATE INDEX connection_news_device ON tsd.connection_news (org_id, device_id);
    """)
    tenant_policy("tsd.connection_news", is_forced=False)
    grant("tsd.connection_news", {"iot_ingest": f"{READ_AND_ADD}, DELETE"})
