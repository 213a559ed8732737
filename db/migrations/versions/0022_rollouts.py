"""Roll-outs: something new is given to the devices of a target in phases."""

from db.migrations.script import ALL, READ, run_sql, tenant_table

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    # A device's place is the first 8 bytes of SHA-256 over both ids. Who stands at `reach` or
    # before it has what is rolled out, joiners too; NULL: nobody has it by this roll-out.
    # `boundaries` are those of the phases. `due_at` is NULL where nothing happens by itself.
    tenant_table(
        "rollout",
        """
          id uuid NOT NULL,
          subject_type text NOT NULL CHECK (subject_type IN ('CONFIG')),
          subject_id uuid NOT NULL,
          artefact_id uuid NOT NULL,
          plan jsonb NOT NULL,
          state text NOT NULL CHECK (state IN
            ('SCHEDULED', 'RUNNING', 'PAUSED', 'COMPLETED', 'ABORTED', 'CANCELED')),
          reason text,
          phase integer NOT NULL DEFAULT 0,
          boundaries bytea[] NOT NULL DEFAULT '{}',
          reach bytea,
          met_at timestamptz,
          is_rolled_back boolean NOT NULL DEFAULT false,
          due_at timestamptz,
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now(),
          started_at timestamptz,
          ended_at timestamptz
        """,
        is_top=True,
        grants={"app": ALL, "iot_ingest": READ},
    )
    run_sql("""
        CREATE INDEX ix_rollout_subject ON platform.rollout (org_id, subject_id, created_at, id);
        CREATE UNIQUE INDEX uq_rollout_reach ON platform.rollout (org_id, subject_id)
          WHERE reach IS NOT NULL;
        CREATE INDEX ix_rollout_due ON platform.rollout (due_at) WHERE due_at IS NOT NULL;
    """)
