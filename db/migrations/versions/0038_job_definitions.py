"""Job definitions: what is computed on a clock, its runs, and what they have read."""

from db.migrations.script import ALL, ALL_BUT_DELETE, READ, grant, run_sql, tenant_table

revision = "0038"
down_revision = "0037"

_FUNCTIONS = "'PEARSON_CORRELATION', 'DRIFT', 'THRESHOLD_EXCEEDANCE', 'ZSCORE_ANOMALY', 'DATA_GAP'"


def upgrade() -> None:
    _definitions()
    _runs()
    _quotas()


def _definitions() -> None:
    tenant_table(
        "job_definition",
        f"""
          id uuid NOT NULL,
          name text NOT NULL,
          description text NOT NULL DEFAULT '',
          function text NOT NULL CHECK (function IN ({_FUNCTIONS})),
          pack_name text,
          parameters jsonb NOT NULL DEFAULT '{{}}',
          target jsonb NOT NULL,
          field text NOT NULL,
          other jsonb,
          every_seconds integer NOT NULL CHECK (every_seconds >= 60),
          annotation_class_id uuid NOT NULL,
          enabled boolean NOT NULL DEFAULT true,
          due_at timestamptz NOT NULL DEFAULT now(),
          settled_to timestamptz,
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now(),
          deleted_at timestamptz,
          FOREIGN KEY (org_id, annotation_class_id) REFERENCES platform.annotation_class
        """,
        is_top=True,
        grants={"app": ALL_BUT_DELETE},
    )
    grant("platform.job_definition", {"iot_ingest": READ})
    run_sql("""
        CREATE UNIQUE INDEX uq_job_definition_name ON platform.job_definition (org_id, name)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_job_definition_created
          ON platform.job_definition (org_id, created_at, id) WHERE deleted_at IS NULL;
        CREATE INDEX ix_job_definition_due ON platform.job_definition (due_at)
          WHERE enabled AND deleted_at IS NULL;
    """)


def _runs() -> None:
    tenant_table(
        "job_run",
        """
          id uuid NOT NULL,
          definition_id uuid NOT NULL,
          status text NOT NULL DEFAULT 'RUNNING'
            CHECK (status IN ('RUNNING', 'SUCCEEDED', 'FAILED')),
          is_asked boolean NOT NULL DEFAULT false,
          from_at timestamptz,
          to_at timestamptz,
          progress double precision NOT NULL DEFAULT 0,
          findings integer NOT NULL DEFAULT 0,
          changed integer NOT NULL DEFAULT 0,
          because text[] NOT NULL DEFAULT '{}',
          failure text,
          created_by text NOT NULL,
          started_at timestamptz NOT NULL DEFAULT now(),
          ended_at timestamptz,
          FOREIGN KEY (org_id, definition_id) REFERENCES platform.job_definition
        """,
        grants={"app": ALL},
    )
    tenant_table(
        "job_input",
        """
          definition_id uuid NOT NULL,
          sensor_id uuid NOT NULL,
          day date NOT NULL,
          run_id uuid NOT NULL,
          readings bigint NOT NULL,
          fingerprint double precision[] NOT NULL,
          FOREIGN KEY (org_id, definition_id) REFERENCES platform.job_definition
        """,
        key="definition_id, sensor_id, day",
        grants={"app": ALL},
    )
    run_sql("""
        CREATE INDEX ix_job_run_started
          ON platform.job_run (org_id, definition_id, started_at, id);
        CREATE INDEX ix_job_run_running ON platform.job_run (org_id, definition_id)
          WHERE status = 'RUNNING';
        CREATE INDEX ix_job_input_run ON platform.job_input (org_id, run_id, sensor_id, day);
    """)


def _quotas() -> None:
    grant("platform.job_definition", {"iot_auth": "SELECT (org_id, deleted_at), TRIGGER"})
    # The organizations that are here already have none yet.
    run_sql("""
        INSERT INTO platform.quota (kind) VALUES ('job definitions');
        ALTER TABLE platform.organization NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.usage NO FORCE ROW LEVEL SECURITY;
        INSERT INTO platform.usage (org_id, kind, writer)
          SELECT id, 'job definitions', 'service' FROM platform.organization;
        ALTER TABLE platform.organization FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.usage FORCE ROW LEVEL SECURITY;
    """)
