"""Rollups as tables, one for each tier. db/rollups/refresh.py says how threshold and watermark keep
them exact."""

from __future__ import annotations

from db.migrations.script import READ, READ_AND_ADD, grant, run_sql, tenant_policy


def create() -> None:
    watermarks()
    tiers()
    types()


def watermarks() -> None:
    # Minutes have no row of their own there: they are written with the quarter of an hour that they
    # lie in, where it is dense.
    run_sql("""
        CREATE TABLE tsd.rollup_watermark (
          tier text PRIMARY KEY,
          width interval NOT NULL UNIQUE,
          invalidation_threshold timestamptz NOT NULL DEFAULT '1970-01-05Z',  -- a Monday: nothing yet
          watermark timestamptz NOT NULL DEFAULT '1970-01-05Z',
          CHECK (watermark <= invalidation_threshold)
        );
        INSERT INTO tsd.rollup_watermark (tier, width)
        VALUES ('15M', '15 minutes'), ('1H', '1 hour'), ('1D', '1 day');

        -- Buckets of 15 minutes of one sensor, [first_at, end_at), whose readings have changed since
        -- they were materialised.
        CREATE TABLE tsd.invalidation (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          org_id uuid NOT NULL,
          sensor_id uuid NOT NULL,
          first_at timestamptz NOT NULL,
          end_at timestamptz NOT NULL,
          logged_at timestamptz NOT NULL DEFAULT now(),
          CHECK (first_at < end_at)
        ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
        CREATE INDEX invalidation_sensor ON tsd.invalidation (org_id, sensor_id);
    """)
    grant("tsd.rollup_watermark", {"iot_api": READ, "iot_ingest": READ})
    tenant_policy("tsd.invalidation", is_forced=False)
    grant("tsd.invalidation", {"iot_api": READ, "iot_ingest": READ_AND_ADD})


def tiers() -> None:
    # tsd.partial_columns says what they hold. Buckets are written in time's order: a range of it lies
    # together.
    for tier in ("rollup_1m", "rollup_15m", "rollup_1h", "rollup_1d"):
        run_sql(f"""
            CREATE TABLE tsd.{tier} (
              org_id uuid NOT NULL,
              sensor_id uuid NOT NULL,
              bucket timestamptz NOT NULL,
              count_all bigint NOT NULL,
              count bigint NOT NULL,
              sum double precision,
              sum_of_differences double precision NOT NULL,
              m2 double precision NOT NULL,
              min double precision,
              max double precision,
              first_at timestamptz NOT NULL,
              first double precision,
              last_at timestamptz NOT NULL,
              last double precision,
              integral double precision,
              PRIMARY KEY (org_id, sensor_id, bucket)
            );
            CREATE INDEX {tier}_bucket ON tsd.{tier} USING brin (bucket)
              WITH (pages_per_range = 32, autosummarize = on);
        """)
        tenant_policy(f"tsd.{tier}", is_forced=False)
        grant(f"tsd.{tier}", {"iot_api": READ})


def types() -> None:
    # A partial aggregate is a tier's row whose bucket is the number of an interval; `tiers` says
    # where it is from. A run is what tsd.extend_run gathers.
    run_sql("""
        CREATE TYPE tsd.partial AS (
          org_id uuid, sensor_id uuid, bucket integer, count_all bigint, count bigint,
          sum double precision, sum_of_differences double precision, m2 double precision,
          min double precision, max double precision, first_at timestamptz, first double precision,
          last_at timestamptz, last double precision, integral double precision, tiers integer);
        CREATE TYPE tsd.run AS (
          last_at timestamptz, last double precision, integral double precision,
          first double precision, moments double precision[]);
    """)
