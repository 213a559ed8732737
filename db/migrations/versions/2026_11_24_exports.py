"""Exports."""

from db.migrations.script import run_sql

revision = "2026_11_24_exports"
down_revision = "2026_11_24_jobs"

TABLE = """
CREATE TABLE platform.export (
  org_id uuid NOT NULL DEFAULT api.org() REFERENCES platform.organization,
  id uuid NOT NULL,
  scope_type text NOT NULL
    CHECK (scope_type IN ('ORGANIZATION', 'SITE', 'DEVICE_GROUP', 'DEVICE', 'COMPONENT', 'SENSOR')),
  scope_id uuid NOT NULL,
  range_from timestamptz NOT NULL,
  range_to timestamptz NOT NULL CHECK (range_from < range_to),
  includes text[] NOT NULL,
  status text NOT NULL DEFAULT 'PENDING' CHECK (status IN ('PENDING', 'RUNNING', 'READY', 'FAILED')),
  requested_by text NOT NULL,
  job_id uuid,
  progress double precision NOT NULL DEFAULT 0,
  reading_count bigint NOT NULL DEFAULT 0,
  annotation_count bigint NOT NULL DEFAULT 0,
  seconds_left double precision,
  object_key text,
  size_bytes bigint,
  sha256 text,
  failure text,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  completed_at timestamptz,
  expires_at timestamptz,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX ix_export_created ON platform.export (org_id, created_at, id);
ALTER TABLE platform.export ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON platform.export
  USING (org_id = (SELECT api.org())) WITH CHECK (org_id = (SELECT api.org()));
GRANT SELECT, INSERT, UPDATE, DELETE ON platform.export TO app;
"""


def upgrade() -> None:
    run_sql(TABLE)
