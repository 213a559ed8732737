"""Commands to devices, and runs of one command over a group."""

from db.migrations.script import ALL, READ_AND_ADD, run_sql, tenant_table

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    # `device_ids` are those that were in the group when the run was made, in the order in which
    # they get their command; `released` of them have theirs.
    tenant_table(
        "command_run",
        """
          id uuid NOT NULL,
          group_id uuid NOT NULL,
          method text NOT NULL CHECK (length(method) BETWEEN 1 AND 64),
          params jsonb NOT NULL,
          timeout_seconds integer NOT NULL CHECK (timeout_seconds > 0),
          expires_at timestamptz NOT NULL,
          rate_per_second integer NOT NULL CHECK (rate_per_second > 0),
          device_ids uuid[] NOT NULL,
          released integer NOT NULL DEFAULT 0,
          requested_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          canceled_at timestamptz,
          CHECK (released BETWEEN 0 AND cardinality(device_ids)),
          FOREIGN KEY (org_id, group_id) REFERENCES platform.device_group
        """,
        grants={
            "app": f"{READ_AND_ADD}, UPDATE (released, canceled_at)",
            "iot_ingest": "SELECT, DELETE",
        },
    )
    # `due_at` is when it ends by itself: not sent by then, or not answered. What has ended has
    # none. `result` is JSON as the device wrote it.
    tenant_table(
        "command",
        """
          id uuid NOT NULL,
          device_id uuid NOT NULL,
          run_id uuid,
          method text NOT NULL CHECK (length(method) BETWEEN 1 AND 64),
          params jsonb NOT NULL,
          status text NOT NULL DEFAULT 'PENDING' CHECK (status IN
            ('PENDING', 'SENT', 'ACKNOWLEDGED', 'SUCCESS', 'FAILED', 'TIMEOUT')),
          result text CHECK (octet_length(result) <= 65536),
          error text CHECK (octet_length(error) <= 2048),
          timeout_seconds integer NOT NULL CHECK (timeout_seconds > 0),
          expires_at timestamptz NOT NULL,
          due_at timestamptz,
          requested_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          sent_at timestamptz,
          acknowledged_at timestamptz,
          completed_at timestamptz,
          late_answer_at timestamptz,
          FOREIGN KEY (org_id, device_id) REFERENCES platform.device,
          FOREIGN KEY (org_id, run_id) REFERENCES platform.command_run,
          CHECK ((due_at IS NULL) = (status IN ('SUCCESS', 'FAILED', 'TIMEOUT'))),
          CHECK ((completed_at IS NULL) = (due_at IS NOT NULL))
        """,
        storage="WITH (fillfactor = 70)",
        grants={
            "app": f"{READ_AND_ADD}, UPDATE (status, error, due_at, completed_at)",
            "iot_ingest": ALL,
        },
    )
    run_sql("""
        CREATE INDEX ix_command_run_created ON platform.command_run (created_at);
        CREATE INDEX ix_command_run_group
          ON platform.command_run (org_id, group_id, created_at, id);
        CREATE INDEX ix_command_device ON platform.command (org_id, device_id, created_at, id);
        CREATE INDEX ix_command_open ON platform.command (org_id, device_id, id)
          WHERE due_at IS NOT NULL;
        CREATE INDEX ix_command_due ON platform.command (due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX ix_command_completed ON platform.command (completed_at)
          WHERE completed_at IS NOT NULL;
        CREATE INDEX ix_command_run ON platform.command (org_id, run_id, created_at, id)
          WHERE run_id IS NOT NULL;
    """)
