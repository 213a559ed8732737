-- Chunks of more than a week become columns, sorted as they are asked for: the community licence's.

ALTER TABLE tsd.reading SET (
  timescaledb.enable_columnstore, timescaledb.segmentby = 'org_id, sensor_id',
  timescaledb.orderby = 'ts');
CALL add_columnstore_policy('tsd.reading', after => interval '7 days');
