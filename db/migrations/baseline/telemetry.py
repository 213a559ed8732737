"""What was refused, and what is made of readings to be taken away."""

from __future__ import annotations

from db.migrations.script import ALL, ALL_BUT_DELETE, run_sql, tenant_table


def create() -> None:
    # An entry that was replayed and refused again says why it was refused last.
    tenant_table(
        "quarantine_entry",
        """
          id uuid NOT NULL,
          device_id uuid,
          reason text NOT NULL,
          message text NOT NULL,
          payload bytea NOT NULL,
          payload_hash bytea NOT NULL,
          payload_index integer NOT NULL,
          occurrences integer NOT NULL DEFAULT 1,
          received_at timestamptz NOT NULL DEFAULT now(),
          last_received_at timestamptz NOT NULL DEFAULT now(),
          CONSTRAINT uq_quarantine_entry_payload
            UNIQUE NULLS NOT DISTINCT (org_id, device_id, payload_hash, payload_index),
          FOREIGN KEY (org_id, device_id) REFERENCES platform.device
        """,
        is_top=True,
        grants={
            "app": "SELECT, DELETE, UPDATE (reason, message)",
            "iot_ingest": ALL_BUT_DELETE,
        },
    )
    # The webhook's address is encrypted: it may carry the receiver's own secret.
    tenant_table(
        "export",
        """
          id uuid NOT NULL,
          scope_type text NOT NULL CHECK (scope_type IN
            ('ORGANIZATION', 'SITE', 'DEVICE_GROUP', 'DEVICE', 'COMPONENT', 'SENSOR')),
          scope_id uuid NOT NULL,
          range_from timestamptz NOT NULL,
          range_to timestamptz NOT NULL CHECK (range_from < range_to),
          includes text[] NOT NULL,
          status text NOT NULL DEFAULT 'PENDING'
            CHECK (status IN ('PENDING', 'RUNNING', 'READY', 'FAILED')),
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
          webhook_url bytea,
          webhook_status text CHECK (webhook_status IN ('PENDING', 'DELIVERED', 'FAILED')),
          CHECK ((webhook_url IS NULL) = (webhook_status IS NULL))
        """,
        is_top=True,
        grants={"app": ALL},
    )
    run_sql("""
        CREATE INDEX ix_quarantine_entry_received
          ON platform.quarantine_entry (org_id, received_at, id);
        CREATE INDEX ix_export_created ON platform.export (org_id, created_at, id);
    """)
