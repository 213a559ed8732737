"""What devices are configured to: artefacts, what they are bound to, and for each device what is
desired of it and what it has reported."""

from db.migrations.script import ALL, ALL_BUT_DELETE, READ, grant, run_sql, tenant_table

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    _artefacts()
    _bindings()
    _devices()
    run_sql("""
        INSERT INTO platform.quota (kind) VALUES ('config artefacts'), ('config bindings');
        ALTER TABLE platform.organization NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.usage NO FORCE ROW LEVEL SECURITY;
        INSERT INTO platform.usage (org_id, kind, writer)
          SELECT o.id, q.kind, 'service' FROM platform.organization o, platform.quota q
          WHERE q.kind LIKE 'config %';
        ALTER TABLE platform.organization FORCE ROW LEVEL SECURITY;
        ALTER TABLE platform.usage FORCE ROW LEVEL SECURITY;
    """)
    grant("platform.config_artefact", {"iot_auth": "SELECT (org_id, deleted_at), TRIGGER"})
    grant("platform.desired_state_binding", {"iot_auth": "SELECT (org_id), TRIGGER"})


def _artefacts() -> None:
    # `content` is the JSON as it was hashed, which jsonb would write otherwise. Of a version that
    # was deleted while it was the newest of its name, the row keeps its number from coming again.
    tenant_table(
        "config_artefact",
        """
          id uuid NOT NULL,
          name text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
          version integer NOT NULL CHECK (version > 0),
          sensor_profile_id uuid,
          device_profile_id uuid,
          status text NOT NULL CHECK (status IN ('UPLOADING', 'READY')),
          content text CHECK (octet_length(content) <= 65536),
          object_key text,
          download_url text,
          download_until timestamptz,
          content_type text NOT NULL CHECK (length(content_type) <= 100),
          size_bytes bigint NOT NULL CHECK (size_bytes > 0),
          sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          deleted_at timestamptz,
          CONSTRAINT uq_config_artefact_version UNIQUE (org_id, name, version),
          FOREIGN KEY (org_id, sensor_profile_id) REFERENCES platform.sensor_profile,
          FOREIGN KEY (org_id, device_profile_id) REFERENCES platform.device_profile,
          CHECK (num_nonnulls(sensor_profile_id, device_profile_id) <= 1),
          CHECK (deleted_at IS NOT NULL OR num_nonnulls(content, object_key) = 1)
        """,
        is_top=True,
        grants={"app": ALL, "iot_ingest": READ},
    )
    run_sql("""
        CREATE INDEX ix_config_artefact_created ON platform.config_artefact
          (org_id, created_at, id) WHERE deleted_at IS NULL;
        CREATE INDEX ix_config_artefact_sensor_profile ON platform.config_artefact
          (org_id, sensor_profile_id) WHERE sensor_profile_id IS NOT NULL;
        CREATE INDEX ix_config_artefact_device_profile ON platform.config_artefact
          (org_id, device_profile_id) WHERE device_profile_id IS NOT NULL;
        CREATE INDEX ix_config_artefact_link ON platform.config_artefact
          (org_id, download_until) WHERE download_until IS NOT NULL;
    """)


def _bindings() -> None:
    # A profile is meant by the id of a version, or by its name: every version.
    tenant_table(
        "desired_state_binding",
        """
          id uuid NOT NULL,
          target_type text NOT NULL CHECK (target_type IN
            ('DEVICE', 'COMPONENT', 'DEVICE_GROUP', 'DEVICE_PROFILE', 'SENSOR_PROFILE')),
          target_id uuid,
          target_name text,
          artefact_name text NOT NULL,
          artefact_id uuid NOT NULL,
          is_held boolean NOT NULL DEFAULT false,
          job_id uuid,
          desired_by text NOT NULL,
          desired_at timestamptz NOT NULL DEFAULT now(),
          created_at timestamptz NOT NULL DEFAULT now(),
          CONSTRAINT uq_desired_state_binding_target UNIQUE NULLS NOT DISTINCT
            (org_id, target_type, target_id, target_name, artefact_name),
          FOREIGN KEY (org_id, artefact_id) REFERENCES platform.config_artefact,
          CHECK (num_nonnulls(target_id, target_name) = 1)
        """,
        grants={"app": ALL, "iot_ingest": READ},
    )
    run_sql("""
        CREATE INDEX ix_desired_state_binding_created ON platform.desired_state_binding
          (org_id, created_at, id);
        CREATE INDEX ix_desired_state_binding_artefact ON platform.desired_state_binding
          (org_id, artefact_id);
    """)


def _devices() -> None:
    # The row of device_config is locked by whoever writes what is desired or reported of a device.
    tenant_table(
        "device_config",
        """
          device_id uuid NOT NULL,
          version bigint NOT NULL DEFAULT 0,
          hash text NOT NULL DEFAULT '',
          is_too_large boolean NOT NULL DEFAULT false,
          changed_at timestamptz NOT NULL DEFAULT now(),
          FOREIGN KEY (org_id, device_id) REFERENCES platform.device
        """,
        key="device_id",
        storage="WITH (fillfactor = 70)",
        grants={"app": ALL, "iot_ingest": ALL_BUT_DELETE},
    )
    # `target` is 'device' or the key of a component. What only is reported has no artefact_id, what
    # isn't yet no reported_id.
    tenant_table(
        "device_config_entry",
        """
          device_id uuid NOT NULL,
          target text NOT NULL,
          name text NOT NULL,
          binding_id uuid,
          artefact_id uuid,
          version integer,
          hash text,
          desired_at timestamptz,
          reported_id uuid,
          reported_version integer,
          reported_hash text,
          reported_status text CHECK (reported_status IN
            ('ACCEPTED', 'IN_PROGRESS', 'REJECTED', 'FAILED')),
          reported_message text,
          reported_at timestamptz,
          drifts_since timestamptz,
          FOREIGN KEY (org_id, device_id) REFERENCES platform.device
        """,
        key="device_id, target, name",
        storage="WITH (fillfactor = 70)",
        grants={"app": ALL, "iot_ingest": ALL_BUT_DELETE},
    )
    run_sql("""
        CREATE INDEX ix_device_config_entry_binding ON platform.device_config_entry
          (org_id, binding_id, device_id) WHERE binding_id IS NOT NULL;
        CREATE INDEX ix_device_config_entry_artefact ON platform.device_config_entry
          (org_id, artefact_id, device_id) WHERE artefact_id IS NOT NULL;
        CREATE INDEX ix_device_config_entry_drift ON platform.device_config_entry
          (org_id, drifts_since, device_id, target, name) WHERE drifts_since IS NOT NULL;
    """)
