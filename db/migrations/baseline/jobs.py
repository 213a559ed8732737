"""Jobs, and when what recurs is due."""

from __future__ import annotations

from db.migrations.script import ALL, ALL_BUT_DELETE, grant, run_sql, tenant_table


def create() -> None:
    # fence grows with every hand-over: a worker that was thought dead holds an old one, and can
    # finish nothing. lease_until: QUEUED is to be handed over again then, of RUNNING the worker is
    # taken for dead then. The relay serves all tenants.
    tenant_table(
        "job",
        """
          id uuid NOT NULL,
          kind text NOT NULL,
          payload jsonb NOT NULL DEFAULT '{}',
          state text NOT NULL DEFAULT 'PENDING' CHECK (state IN
            ('PENDING', 'QUEUED', 'RUNNING', 'SUCCEEDED', 'DEAD', 'DISCARDED')),
          run_at timestamptz NOT NULL DEFAULT now(),
          attempt integer NOT NULL DEFAULT 0,
          fence integer NOT NULL DEFAULT 0,
          lease_until timestamptz,
          error text,
          created_at timestamptz NOT NULL DEFAULT now(),
          started_at timestamptz,
          finished_at timestamptz
        """,
        is_top=True,
        storage="WITH (fillfactor = 70)",
        grants={"app": ALL_BUT_DELETE, "iot_ingest": ALL},
    )
    # Clocks are the platform's own, not a tenant's.
    run_sql("""
        CREATE INDEX ix_job_due ON platform.job (kind, org_id, run_at, id)
          WHERE state = 'PENDING';
        CREATE INDEX ix_job_in_flight ON platform.job (kind, org_id)
          WHERE state IN ('QUEUED', 'RUNNING');
        CREATE INDEX ix_job_created ON platform.job (org_id, created_at, id);
        CREATE INDEX ix_job_finished ON platform.job (finished_at) WHERE finished_at IS NOT NULL;

        CREATE TABLE platform.clock (
          name text PRIMARY KEY,
          due_at timestamptz NOT NULL,
          fence integer NOT NULL DEFAULT 0,
          last_run_at timestamptz
        );
    """)
    grant("platform.clock", {"iot_ingest": ALL_BUT_DELETE})
