"""What is told of alerts: the outbox, written with its cause; the channels; the log of what was."""

from db.migrations.script import ALL, READ_AND_ADD, run_sql, tenant_table

revision = "0015"
down_revision = "0014"

_SEVERITY = "text NOT NULL CHECK (severity IN ('INFO', 'WARNING', 'CRITICAL'))"


def upgrade() -> None:
    _outbox()
    _channels()
    _log()


def _outbox() -> None:
    # Gone as soon as it was taken up. `number`: of one alert's changes, in the order of their
    # commits, since each was written under the alert's lock.
    tenant_table(
        "alert_outbox",
        f"""
          id uuid NOT NULL,
          number bigint GENERATED ALWAYS AS IDENTITY,
          alert_id uuid NOT NULL,
          rule_id uuid NOT NULL,
          cause text NOT NULL CHECK (cause IN ('FIRED', 'SEVERITY', 'RESOLVED', 'REFUTED',
            'REOPENED', 'ACKNOWLEDGED')),
          severity {_SEVERITY},
          occurred_at timestamptz NOT NULL,
          details jsonb NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now()
        """,
        grants={"app": f"{READ_AND_ADD}, DELETE", "iot_ingest": READ_AND_ADD},
    )
    run_sql("CREATE INDEX ix_alert_outbox_number ON platform.alert_outbox (org_id, number)")


def _channels() -> None:
    # Addresses and keys of receivers are encrypted: whoever has them may write there.
    tenant_table(
        "notification_channel",
        """
          id uuid NOT NULL,
          name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
          type text NOT NULL CHECK (type IN ('EMAIL', 'WEBHOOK')),
          email_to text[] NOT NULL DEFAULT '{}' CHECK (cardinality(email_to) <= 50),
          format text CHECK (format IN
            ('STANDARD', 'SLACK', 'TEAMS', 'PAGERDUTY', 'NTFY', 'DISCORD')),
          host text,
          sealed_url bytea,
          sealed_routing_key bytea,
          sealed_secret bytea,
          max_per_hour integer NOT NULL DEFAULT 60 CHECK (max_per_hour BETWEEN 1 AND 3600),
          is_enabled boolean NOT NULL DEFAULT true,
          failing_since timestamptz,
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now(),
          CHECK ((type = 'WEBHOOK') = (format IS NOT NULL AND sealed_url IS NOT NULL
            AND sealed_secret IS NOT NULL)),
          CHECK ((type = 'EMAIL') = (cardinality(email_to) > 0))
        """,
        is_top=True,
        grants={"app": ALL},
    )
    run_sql("""
        CREATE UNIQUE INDEX uq_notification_channel_name
          ON platform.notification_channel (org_id, name);
        CREATE INDEX ix_notification_channel_created
          ON platform.notification_channel (org_id, created_at, id);
    """)


def _log() -> None:
    # One row for each change of an alert and each channel, sent or not. Those with one message_id,
    # the id of the first of them, were one message. The channel may be gone by now.
    tenant_table(
        "notification",
        f"""
          id uuid NOT NULL,
          channel_id uuid NOT NULL,
          alert_id uuid,
          rule_id uuid,
          subject_id uuid,
          site_id uuid,
          cause text NOT NULL CHECK (cause IN ('FIRED', 'SEVERITY', 'RESOLVED', 'REFUTED',
            'REOPENED', 'ACKNOWLEDGED', 'REPEAT', 'ESCALATED', 'FLAPPING', 'DIGEST', 'TEST')),
          severity {_SEVERITY},
          occurred_at timestamptz NOT NULL,
          details jsonb NOT NULL DEFAULT '{{}}',
          status text NOT NULL DEFAULT 'PENDING' CHECK (status IN
            ('PENDING', 'SENT', 'FAILED', 'SUPPRESSED')),
          reason text,
          due_at timestamptz,
          message_id uuid,
          taken_by text[] NOT NULL DEFAULT '{{}}',
          attempts integer NOT NULL DEFAULT 0,
          status_code integer,
          error text,
          created_at timestamptz NOT NULL DEFAULT now(),
          sent_at timestamptz,
          CHECK ((status = 'SUPPRESSED') <= (reason IS NOT NULL))
        """,
        is_top=True,
        grants={"app": ALL, "iot_ingest": "SELECT (org_id, due_at)"},
    )
    run_sql("""
        CREATE INDEX ix_notification_due ON platform.notification (due_at)
          WHERE due_at IS NOT NULL;
        CREATE INDEX ix_notification_alert ON platform.notification (org_id, alert_id, id);
        CREATE INDEX ix_notification_message ON platform.notification (org_id, message_id)
          WHERE message_id IS NOT NULL;
        CREATE INDEX ix_notification_channel ON platform.notification
          (org_id, channel_id, created_at, id);
        CREATE INDEX ix_notification_rule ON platform.notification (org_id, rule_id, created_at)
          WHERE rule_id IS NOT NULL;
        CREATE INDEX ix_notification_created ON platform.notification (org_id, created_at);
    """)
