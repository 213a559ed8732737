"""Calculated series: sensors whose readings are calculated of others'."""

from db.migrations.script import ALL, READ, READ_AND_ADD, grant, run_sql, tenant_table

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    _calculations()
    _inputs()
    _late()


def _calculations() -> None:
    tenant_table(
        "calculation",
        """
          sensor_id uuid NOT NULL,
          definition jsonb NOT NULL,
          is_declared boolean NOT NULL DEFAULT false,
          version integer NOT NULL DEFAULT 1,
          values_per_day double precision NOT NULL,
          from_at timestamptz NOT NULL,
          calculated_to timestamptz NOT NULL,
          due_at timestamptz NOT NULL DEFAULT now(),
          inputs_due_at timestamptz NOT NULL DEFAULT now(),
          failed_until timestamptz,
          inputs_left_out integer NOT NULL DEFAULT 0,
          gap_at timestamptz,
          gap_reason text,
          created_by text NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now(),
          FOREIGN KEY (org_id, sensor_id) REFERENCES platform.sensor
        """,
        key="sensor_id",
        grants={"app": ALL, "iot_ingest": ALL, "iot_auth": "TRIGGER"},
    )
    run_sql("""
        CREATE INDEX ix_calculation_due ON platform.calculation (due_at);
        CREATE INDEX ix_calculation_inputs_due ON platform.calculation (inputs_due_at);
    """)
    # What was calculated may turn out otherwise: its old value goes (tsd.delete_calculated).
    grant("tsd.retention_mark", {"iot_ingest": READ})


def _inputs() -> None:
    # One that is left keeps its row: what was calculated of it then is calculated of it again.
    tenant_table(
        "calculation_input",
        """
          sensor_id uuid NOT NULL,
          name text NOT NULL,
          input_id uuid NOT NULL,
          from_at timestamptz NOT NULL DEFAULT '-infinity',
          to_at timestamptz NOT NULL DEFAULT 'infinity',
          is_seen boolean NOT NULL DEFAULT false,
          FOREIGN KEY (org_id, sensor_id) REFERENCES platform.calculation ON DELETE CASCADE,
          FOREIGN KEY (org_id, input_id) REFERENCES platform.sensor,
          CHECK (input_id <> sensor_id)
        """,
        key="sensor_id, name, input_id, from_at",
        grants={"app": f"{READ_AND_ADD}, DELETE", "iot_ingest": ALL},
    )
    run_sql("""
        CREATE INDEX ix_calculation_input_input
          ON platform.calculation_input (org_id, input_id, sensor_id);
    """)


def _late() -> None:
    # Behind what was calculated, readings of its inputs came or went.
    tenant_table(
        "calculation_late",
        """
          id bigint GENERATED ALWAYS AS IDENTITY,
          sensor_id uuid NOT NULL,
          from_at timestamptz NOT NULL,
          to_at timestamptz NOT NULL,
          FOREIGN KEY (org_id, sensor_id) REFERENCES platform.calculation ON DELETE CASCADE
        """,
        grants={"app": "SELECT, DELETE", "iot_ingest": f"{READ_AND_ADD}, DELETE"},
    )
    run_sql("""
        CREATE INDEX ix_calculation_late_sensor
          ON platform.calculation_late (org_id, sensor_id, id);
        CREATE INDEX ix_calculation_late_id ON platform.calculation_late (id);
    """)
