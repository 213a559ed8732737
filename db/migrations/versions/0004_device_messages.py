"""The outbox of messages to devices, and who may send them."""

from db.migrations.script import ALL, ALL_BUT_DELETE, READ, READ_AND_ADD, run_sql, tenant_table

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    # A retained message stays, acknowledged, until another one on its topic takes its place: it is
    # sent again whenever the device subscribes. All others have ended_at once they are done.
    tenant_table(
        "device_message",
        """
          id uuid NOT NULL,
          device_id uuid NOT NULL,
          topic text NOT NULL CHECK (length(topic) BETWEEN 1 AND 200),
          body bytea NOT NULL CHECK (octet_length(body) <= 262144),
          is_retained boolean NOT NULL DEFAULT false,
          expires_at timestamptz,
          state text NOT NULL DEFAULT 'PENDING' CHECK (state IN
            ('PENDING', 'SENT', 'ACKNOWLEDGED', 'EXPIRED', 'SUPERSEDED')),
          fence bigint NOT NULL DEFAULT 0,
          created_at timestamptz NOT NULL DEFAULT now(),
          sent_at timestamptz,
          acknowledged_at timestamptz,
          ended_at timestamptz,
          FOREIGN KEY (org_id, device_id) REFERENCES platform.device,
          CHECK ((ended_at IS NULL) = (state IN ('PENDING', 'SENT')
            OR (state = 'ACKNOWLEDGED' AND is_retained)))
        """,
        storage="WITH (fillfactor = 70)",
        grants={"app": f"{READ_AND_ADD}, UPDATE (state, ended_at)", "iot_ingest": ALL},
    )
    # Which broker's process a device's messages are sent by, until when. The row stays: its fence
    # only grows, so that what was sent under an old one is told from what is sent under the new.
    tenant_table(
        "device_lease",
        """
          device_id uuid NOT NULL,
          broker_id uuid NOT NULL,
          fence bigint NOT NULL DEFAULT 1,
          lease_until timestamptz NOT NULL,
          FOREIGN KEY (org_id, device_id) REFERENCES platform.device
        """,
        key="device_id",
        storage="WITH (fillfactor = 70)",
        grants={"app": READ, "iot_ingest": ALL_BUT_DELETE},
    )
    run_sql("""
        CREATE INDEX ix_device_message_waiting
          ON platform.device_message (org_id, device_id, id) WHERE ended_at IS NULL;
        CREATE INDEX ix_device_message_expires ON platform.device_message (expires_at)
          WHERE ended_at IS NULL AND expires_at IS NOT NULL;
        CREATE INDEX ix_device_message_ended ON platform.device_message (ended_at)
          WHERE ended_at IS NOT NULL;
        CREATE INDEX ix_device_lease_broker ON platform.device_lease (broker_id);
    """)
