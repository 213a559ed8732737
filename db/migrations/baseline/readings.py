"""Readings as plain PostgreSQL keeps them: partitions by day, made on demand.

The policies of schema `tsd` are not forced: its owner maintains all tenants, every other role meets them.
"""

from __future__ import annotations

from db.migrations.script import READ, READ_AND_ADD, grant, run_sql, tenant_policy


def create() -> None:
    value = """
          value_double double precision,
          value_bigint bigint,
          value_bool boolean,
          value_text text,
    """
    # No foreign key to the sensor: it doubles an insert's CPU. The pipeline's `resolve` is the
    # gate, and tested as such. No DEFAULT partition: one row in it would block making that day's.
    run_sql(f"""
        CREATE TABLE tsd.reading (
          org_id uuid NOT NULL,
          sensor_id uuid NOT NULL,
          ts timestamptz NOT NULL,
          {value}
          PRIMARY KEY (org_id, sensor_id, ts),
          CHECK (num_nonnulls(value_double, value_bigint, value_bool, value_text) = 1)
        ) PARTITION BY RANGE (ts);
        CREATE INDEX reading_ts ON tsd.reading USING brin (ts) WITH (pages_per_range = 32);

        -- What few readings have, keyed like the reading it belongs to.
        CREATE TABLE tsd.reading_metadata (
          org_id uuid NOT NULL,
          sensor_id uuid NOT NULL,
          ts timestamptz NOT NULL,
          metadata jsonb NOT NULL,
          PRIMARY KEY (org_id, sensor_id, ts)
        );

        -- The newest reading of each sensor by event time, kept in the transaction that stores the
        -- reading.
        CREATE TABLE tsd.latest (
          org_id uuid NOT NULL,
          sensor_id uuid NOT NULL,
          ts timestamptz NOT NULL,
          {value}
          PRIMARY KEY (org_id, sensor_id)
        ) WITH (fillfactor = 70);

        -- Readings older than this are gone and their rollups stand alone: nothing older is ever
        -- repaired.
        CREATE TABLE tsd.retention_mark (
          only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
          raw_from timestamptz NOT NULL DEFAULT '1970-01-05Z'
        );
        INSERT INTO tsd.retention_mark DEFAULT VALUES;

        -- When each closed day's key was last packed anew.
        CREATE TABLE tsd.packed_day (
          day date PRIMARY KEY,
          packed_at timestamptz NOT NULL DEFAULT now()
        );
    """)
    for table in ("tsd.reading", "tsd.reading_metadata", "tsd.latest"):
        tenant_policy(table, is_forced=False)
        grant(table, {"iot_api": READ, "iot_ingest": READ_AND_ADD})
    grant("tsd.latest", {"iot_ingest": "UPDATE"})
    grant("tsd.retention_mark", {"iot_api": READ})
