"""Alerting: rules and their versions, who watches what, what was decided, and alerts."""

from db.migrations.script import (
    ALL,
    ALL_BUT_DELETE,
    READ,
    READ_AND_ADD,
    grant,
    run_sql,
    tenant_policy,
    tenant_table,
)

revision = "0017"
down_revision = "0015"


def upgrade() -> None:
    _rules()
    _decisions()
    _alerts()
    _notices()
    # Which sensors a rule means, and at which place's time: of columns that say so alone.
    grant("platform.site", {"iot_ingest": "SELECT (org_id, id, timezone)"})
    grant("platform.device_group", {"iot_ingest": "SELECT (org_id, id, tags, match, deleted_at)"})


def _rules() -> None:
    tenant_table(
        "alert_rule",
        """
          id uuid NOT NULL,
          name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
          description text,
          enabled boolean NOT NULL DEFAULT true,
          -- The version that is in force.
          version integer NOT NULL DEFAULT 1,
          auto_resolve boolean NOT NULL DEFAULT true,
          reopen_after_seconds integer NOT NULL DEFAULT 3600 CHECK (reopen_after_seconds >= 0),
          notify jsonb NOT NULL DEFAULT '[]',
          group_seconds integer NOT NULL DEFAULT 30 CHECK (group_seconds >= 0),
          repeat_seconds integer NOT NULL DEFAULT 0 CHECK (repeat_seconds >= 0),
          -- What was over longer ago when it came to be known is recorded, and not told.
          notify_ended_within_seconds integer NOT NULL DEFAULT 3600
            CHECK (notify_ended_within_seconds >= 0),
          -- What membership has last made of it, and whether it has to look again.
          synced_version integer,
          sync_due_at timestamptz DEFAULT now(),
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now(),
          deleted_at timestamptz
        """,
        is_top=True,
        grants={
            "app": ALL_BUT_DELETE,
            "iot_ingest": f"{READ}, UPDATE (synced_version, sync_due_at)",
        },
    )
    # Immutable: what an earlier one said stays as it was said.
    tenant_table(
        "alert_rule_version",
        """
          rule_id uuid NOT NULL,
          version integer NOT NULL,
          target jsonb NOT NULL,
          field text,
          definition jsonb NOT NULL,
          summary text NOT NULL DEFAULT '',
          start_at timestamptz NOT NULL DEFAULT now(),
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          FOREIGN KEY (org_id, rule_id) REFERENCES platform.alert_rule
        """,
        key="rule_id, version",
        grants={"app": READ_AND_ADD, "iot_ingest": READ},
    )
    tenant_table(
        "alert_mute",
        """
          id uuid NOT NULL,
          kind text NOT NULL CHECK (kind IN ('MUTE', 'MAINTENANCE')),
          rule_id uuid,
          target jsonb,
          from_at timestamptz NOT NULL,
          to_at timestamptz NOT NULL,
          reason text NOT NULL DEFAULT '',
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          FOREIGN KEY (org_id, rule_id) REFERENCES platform.alert_rule,
          CHECK (to_at > from_at),
          CHECK (num_nonnulls(rule_id, target) = 1)
        """,
        is_top=True,
        grants={"app": ALL, "iot_ingest": READ},
    )
    run_sql("""
        CREATE UNIQUE INDEX uq_alert_rule_name ON platform.alert_rule (org_id, name)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_alert_rule_created ON platform.alert_rule (org_id, created_at, id)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_alert_rule_updated ON platform.alert_rule (org_id, updated_at, id)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_alert_rule_sync ON platform.alert_rule (sync_due_at)
          WHERE sync_due_at IS NOT NULL;
        CREATE INDEX ix_alert_mute_from ON platform.alert_mute (org_id, from_at, id);
    """)


def _decisions() -> None:
    # A rule that watches a sensor: where its machine stands, and when time may act. Without a
    # state it waits for the sensor's first reading. A silence's due_at is a lower bound.
    tenant_table(
        "alert_pair",
        """
          sensor_id uuid NOT NULL,
          rule_id uuid NOT NULL,
          version integer NOT NULL,
          start_at timestamptz NOT NULL,
          zone text NOT NULL DEFAULT 'UTC',
          carried jsonb,
          state jsonb,
          due_at timestamptz,
          silence_seconds integer,
          FOREIGN KEY (org_id, rule_id, version) REFERENCES platform.alert_rule_version
        """,
        key="sensor_id, rule_id",
        storage="WITH (fillfactor = 80)",
        grants={"app": READ, "iot_ingest": ALL},
    )
    # Each change of a pair's signal, with the state after it: where late readings begin anew.
    tenant_table(
        "alert_transition",
        """
          sensor_id uuid NOT NULL,
          rule_id uuid NOT NULL,
          at timestamptz NOT NULL,
          state jsonb NOT NULL
        """,
        key="sensor_id, rule_id, at",
        grants={"app": READ, "iot_ingest": ALL},
    )
    run_sql("""
        CREATE INDEX ix_alert_pair_due ON platform.alert_pair (due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX ix_alert_pair_rule ON platform.alert_pair (org_id, rule_id, version);
        CREATE INDEX ix_alert_transition_at ON platform.alert_transition (at);
    """)


def _alerts() -> None:
    # An episode of event time, and beside it how people handle it. No foreign keys to the fleet:
    # what happened outlives what it happened to.
    tenant_table(
        "alert",
        """
          id uuid NOT NULL,
          rule_id uuid NOT NULL,
          rule_version integer NOT NULL,
          rule_name text NOT NULL,
          sensor_id uuid NOT NULL,
          component_id uuid,
          device_id uuid NOT NULL,
          site_id uuid,
          severity text NOT NULL CHECK (severity IN ('INFO', 'WARNING', 'CRITICAL')),
          value double precision,
          steps jsonb NOT NULL,
          started_at timestamptz NOT NULL,
          fired_at timestamptz NOT NULL,
          ended_at timestamptz,
          end_reason text,
          recorded_at timestamptz NOT NULL DEFAULT now(),
          changed_at timestamptz NOT NULL DEFAULT now(),
          refuted_at timestamptz,
          status text NOT NULL DEFAULT 'ACTIVE'
            CHECK (status IN ('ACTIVE', 'ACKNOWLEDGED', 'RESOLVED')),
          acknowledged_at timestamptz,
          acknowledged_by text,
          resolved_at timestamptz,
          resolved_by text,
          assignee text,
          reopen_at timestamptz,
          FOREIGN KEY (org_id, rule_id) REFERENCES platform.alert_rule
        """,
        storage="WITH (fillfactor = 80)",
        grants={
            "app": f"{READ}, UPDATE (status, acknowledged_at, acknowledged_by, resolved_at,"
            " resolved_by, assignee, reopen_at, changed_at)",
            "iot_ingest": ALL_BUT_DELETE,
        },
    )
    run_sql("""
        CREATE INDEX ix_alert_pair_fired
          ON platform.alert (org_id, sensor_id, rule_id, fired_at);
        CREATE INDEX ix_alert_fired ON platform.alert (org_id, fired_at, id);
        CREATE INDEX ix_alert_recorded ON platform.alert (org_id, changed_at, id);
        CREATE INDEX ix_alert_rule_fired ON platform.alert (org_id, rule_id, fired_at, id);
        CREATE INDEX ix_alert_device_fired ON platform.alert (org_id, device_id, fired_at, id);
        CREATE INDEX ix_alert_open ON platform.alert (org_id, fired_at, id)
          WHERE ended_at IS NULL AND refuted_at IS NULL;
        CREATE INDEX ix_alert_reopen ON platform.alert (reopen_at) WHERE reopen_at IS NOT NULL;
    """)


def _notices() -> None:
    # The sensor's row in `latest` is locked by each batch anyway: it also says what would change
    # nothing. Without a quiet band nobody watches the sensor, and it costs nothing.
    run_sql("""
        ALTER TABLE tsd.latest
          ADD COLUMN prev_at timestamptz,
          ADD COLUMN quiet_from double precision,
          ADD COLUMN quiet_to double precision,
          ADD COLUMN quiet_gap double precision,
          ADD COLUMN settled_to timestamptz;

        -- Readings of watched sensors that came, or went, behind what was decided already.
        CREATE TABLE tsd.alert_late (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          org_id uuid NOT NULL,
          sensor_id uuid NOT NULL,
          from_at timestamptz NOT NULL,
          to_at timestamptz NOT NULL
        );
        CREATE INDEX alert_late_sensor ON tsd.alert_late (org_id, sensor_id);
    """)
    tenant_policy("tsd.alert_late", is_forced=False)
    grant("tsd.alert_late", {"iot_ingest": f"{READ_AND_ADD}, DELETE"})
