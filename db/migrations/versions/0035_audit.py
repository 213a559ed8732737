"""Who changed what: written with the change, never altered, and sealed in a chain."""

from db.migrations.script import READ, READ_AND_ADD, grant, run_sql, tenant_table

revision = "0035"
down_revision = "0034"

# Those whose changes are people's and their programs'. The triggers are iot_auth's.
AUDITED = (
    *("organization", "membership", "invitation", "user_session", "api_key"),
    *("sensor_profile", "device_profile", "pack"),
    *("site", "device_group", "device", "component", "sensor"),
    *("config_artefact", "desired_state_binding", "rollout", "registration_token", "certificate"),
    *("command", "command_run", "export", "quarantine_entry", "dashboard"),
    *("alert", "alert_comment", "alert_rule", "alert_mute", "notification_channel"),
    *("dashboard_share", "annotation_class", "annotation", "reference_pair"),
    *("camera", "dvr_clip_request", "media_capture", "media_capture_rule"),
)


def upgrade() -> None:
    # By months, as the journal, so that the past is dropped and not deleted row by row.
    tenant_table(
        "audit_entry",
        """
          id uuid NOT NULL,
          at timestamptz NOT NULL DEFAULT now(),
          actor text NOT NULL,
          action text NOT NULL,
          resource_type text NOT NULL,
          resource_id text NOT NULL,
          address text NOT NULL,
          request_id text NOT NULL,
          before jsonb,
          after jsonb,
          written_in bigint NOT NULL
        """,
        key="id, at",
        storage="PARTITION BY RANGE (at)",
        grants={"app": READ, "iot_auth": "INSERT", "iot_ingest": READ},
    )
    # What was written in transactions up to `written_in`, after those of the seal before it.
    tenant_table(
        "audit_seal",
        """
          number bigint NOT NULL CHECK (number > 0),
          written_in bigint NOT NULL,
          entries integer NOT NULL CHECK (entries > 0),
          first_at timestamptz NOT NULL,
          sealed_at timestamptz NOT NULL DEFAULT now(),
          hash bytea NOT NULL CHECK (length(hash) = 32)
        """,
        key="number",
        grants={"app": READ, "iot_ingest": READ_AND_ADD},
    )
    run_sql("""
        CREATE INDEX ix_audit_entry_at ON platform.audit_entry (org_id, at, id);
        CREATE INDEX ix_audit_entry_resource
          ON platform.audit_entry (org_id, resource_id, at, id);
        CREATE INDEX ix_audit_entry_written ON platform.audit_entry (written_in);
        CREATE INDEX ix_audit_seal_written ON platform.audit_seal (written_in);
    """)
    for table in AUDITED:
        grant(f"platform.{table}", {"iot_auth": "TRIGGER"})
