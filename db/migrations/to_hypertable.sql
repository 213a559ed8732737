-- Readings on TimescaleDB: a hypertable in the place of the day partitions, behind the same `api`
-- schema. The views of them go, and are made again with the functions.

LOCK TABLE tsd.reading IN ACCESS EXCLUSIVE MODE;
SET LOCAL ROLE iot_api;
DROP VIEW IF EXISTS api.reading;
SET LOCAL ROLE NONE;
DROP VIEW IF EXISTS tsd.partition;
ALTER TABLE tsd.reading RENAME TO partitioned_reading;
ALTER INDEX tsd.reading_pkey RENAME TO partitioned_reading_pkey;

-- No row-level security: TimescaleDB refuses it beside columnstore and continuous aggregates. The
-- wall is that nobody but iot_api and iot_ingest may name the table, and that nobody at all may
-- name its chunks: grants reach those, policies wouldn't.
CREATE TABLE tsd.reading (LIKE tsd.partitioned_reading INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
ALTER TABLE tsd.reading ADD PRIMARY KEY (org_id, sensor_id, ts);
GRANT SELECT ON tsd.reading TO iot_api;
GRANT SELECT, INSERT ON tsd.reading TO iot_ingest;
DO $$
BEGIN
  PERFORM create_hypertable(
    'tsd.reading', 'ts', chunk_time_interval => interval '1 day',
    create_default_indexes => false, associated_schema_name => 'tsd_chunks');
END $$;

-- Day by day, so that no sort is larger than a chunk.
DO $$
DECLARE v_day regclass;
BEGIN
  FOR v_day IN
    SELECT relid FROM pg_partition_tree('tsd.partitioned_reading') WHERE isleaf ORDER BY relid::text
  LOOP
    EXECUTE format('INSERT INTO tsd.reading SELECT * FROM %s ORDER BY org_id, sensor_id, ts', v_day);
  END LOOP;
END $$;
DROP TABLE tsd.partitioned_reading;
