"""Annotations: what people, rules and jobs note of a moment or a range, and the classes of them."""

from db.migrations.script import ALL, ALL_BUT_DELETE, READ, grant, run_sql, tenant_table

revision = "0031"
down_revision = "0028"

_SCOPES = "'SITE', 'DEVICE', 'COMPONENT', 'SENSOR'"


def upgrade() -> None:
    _classes()
    _annotations()
    _indexes()
    _quotas()


def _classes() -> None:
    tenant_table(
        "annotation_class",
        f"""
          id uuid NOT NULL,
          name text NOT NULL,
          description text NOT NULL DEFAULT '',
          color text NOT NULL CHECK (color ~ '^#[0-9a-f]{{6}}$'),
          scopes text[] NOT NULL CHECK (scopes <@ ARRAY[{_SCOPES}] AND scopes <> '{{}}'),
          fields jsonb NOT NULL DEFAULT '{{}}',
          pack_name text,
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now(),
          deleted_at timestamptz
        """,
        is_top=True,
        grants={"app": ALL_BUT_DELETE},
    )
    grant("platform.annotation_class", {"iot_ingest": READ})
    # Of which class an alert of the rule leaves an annotation.
    run_sql("""
        ALTER TABLE platform.alert_rule ADD COLUMN annotation_class_id uuid,
          ADD FOREIGN KEY (org_id, annotation_class_id) REFERENCES platform.annotation_class;
    """)


def _annotations() -> None:
    # `length_class`: the annotation is no longer than 2 ** length_class seconds. Under the policies
    # only equality and ranges of plain columns are served by an index, never `&&`: what overlaps a
    # window is looked for once for each class, among those that begin so long before it.
    # `device_id` is the device's own, or of the component's or sensor's: they never change it. What
    # an annotation is about may be gone by now.
    tenant_table(
        "annotation",
        f"""
          id uuid NOT NULL,
          class_id uuid NOT NULL,
          scope_type text NOT NULL CHECK (scope_type IN ({_SCOPES})),
          scope_id uuid NOT NULL,
          device_id uuid,
          from_at timestamptz NOT NULL,
          to_at timestamptz CHECK (to_at > from_at),
          length_class smallint NOT NULL GENERATED ALWAYS AS (CASE WHEN to_at IS NULL THEN 0
            ELSE ceil(log(2, greatest(extract(epoch FROM to_at - from_at), 1))) END) STORED,
          field_values jsonb NOT NULL DEFAULT '{{}}',
          note text,
          source text NOT NULL DEFAULT 'MANUAL'
            CHECK (source IN ('MANUAL', 'RULE', 'REFERENCE_SENSOR', 'EXTERNAL', 'ML', 'JOB')),
          confidence double precision CHECK (confidence BETWEEN 0 AND 1),
          definition_id uuid,
          run_id uuid,
          alert_id uuid,
          withdrawn_at timestamptz,
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now(),
          FOREIGN KEY (org_id, class_id) REFERENCES platform.annotation_class
        """,
        is_top=True,
        grants={"app": ALL, "iot_ingest": "SELECT, INSERT, UPDATE"},
    )


def _indexes() -> None:
    run_sql("""
        CREATE UNIQUE INDEX uq_annotation_class_name ON platform.annotation_class (org_id, name)
          WHERE deleted_at IS NULL;
        CREATE INDEX ix_annotation_class_created
          ON platform.annotation_class (org_id, created_at, id) WHERE deleted_at IS NULL;
        CREATE INDEX ix_annotation_from
          ON platform.annotation (org_id, length_class, from_at, id);
        CREATE INDEX ix_annotation_scope
          ON platform.annotation (org_id, scope_id, length_class, from_at, id);
        CREATE INDEX ix_annotation_device
          ON platform.annotation (org_id, device_id, length_class, from_at, id)
          WHERE device_id IS NOT NULL;
        CREATE INDEX ix_annotation_class
          ON platform.annotation (org_id, class_id, length_class, from_at, id);
        CREATE INDEX ix_annotation_source
          ON platform.annotation (org_id, source, length_class, from_at, id);
        CREATE INDEX ix_annotation_definition
          ON platform.annotation (org_id, definition_id, scope_id, from_at)
          WHERE definition_id IS NOT NULL;
    """)


def _quotas() -> None:
    grant("platform.annotation_class", {"iot_auth": "SELECT (org_id, deleted_at), TRIGGER"})
    grant("platform.annotation", {"iot_auth": "SELECT (org_id), TRIGGER"})
    # The organizations that are here already have none yet. What alerts leave, as iot_ingest, is
    # counted with the rest and never refused: readings would wait for it.
    run_sql("""
        INSERT INTO platform.quota (kind) VALUES ('annotation classes'), ('annotations');
        ALTER TABLE platform.organization NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.usage NO FORCE ROW LEVEL SECURITY;
        INSERT INTO platform.usage (org_id, kind, writer)
          SELECT o.id, k, 'service' FROM platform.organization o,
            unnest(ARRAY['annotation classes', 'annotations']) k;
        ALTER TABLE platform.organization FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.usage FORCE ROW LEVEL SECURITY;
    """)
