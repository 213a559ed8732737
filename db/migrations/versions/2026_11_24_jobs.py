"""Jobs: the outbox, leases and the dead-letter list; clocks that tick once for all workers."""

from db.migrations.script import run_sql

revision = "2026_11_24_jobs"
down_revision = "2026_11_24_live"

TABLES = """
CREATE TABLE platform.job (
  org_id uuid NOT NULL DEFAULT api.org() REFERENCES platform.organization,
  id uuid NOT NULL,
  kind text NOT NULL,
  payload jsonb NOT NULL DEFAULT '{}',
  state text NOT NULL DEFAULT 'PENDING'
    CHECK (state IN ('PENDING', 'QUEUED', 'RUNNING', 'SUCCEEDED', 'DEAD', 'DISCARDED')),
  run_at timestamptz NOT NULL DEFAULT now(),
  attempt integer NOT NULL DEFAULT 0,
  -- Grows with every hand-over: a worker that was thought dead holds an old one, and can finish nothing.
  fence integer NOT NULL DEFAULT 0,
  -- QUEUED: to be handed over again then. RUNNING: the worker is taken for dead then.
  lease_until timestamptz,
  error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  finished_at timestamptz,
  PRIMARY KEY (org_id, id)
) WITH (fillfactor = 70);
CREATE INDEX ix_job_due ON platform.job (kind, org_id, run_at, id) WHERE state = 'PENDING';
CREATE INDEX ix_job_in_flight ON platform.job (kind, org_id) WHERE state IN ('QUEUED', 'RUNNING');
CREATE INDEX ix_job_created ON platform.job (org_id, created_at, id);
CREATE INDEX ix_job_finished ON platform.job (finished_at) WHERE finished_at IS NOT NULL;

-- The platform's own, not a tenant's.
CREATE TABLE platform.clock (
  name text PRIMARY KEY,
  due_at timestamptz NOT NULL,
  fence integer NOT NULL DEFAULT 0,
  last_run_at timestamptz
);

ALTER TABLE platform.job ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON platform.job
  USING (org_id = (SELECT api.org())) WITH CHECK (org_id = (SELECT api.org()));

GRANT SELECT, INSERT, UPDATE ON platform.job TO app;
-- The relay serves all tenants.
GRANT SELECT, INSERT, UPDATE, DELETE ON platform.job TO iot_ingest;
GRANT SELECT, INSERT, UPDATE ON platform.clock TO iot_ingest;
"""


def upgrade() -> None:
    run_sql(TABLES)
