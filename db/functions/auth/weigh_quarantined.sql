-- As auth.count_added, of bytes. Nothing is refused here: the pipeline has asked for room.
CREATE OR REPLACE FUNCTION auth.weigh_quarantined() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE platform.usage u SET used = u.used + a.bytes
  FROM (SELECT org_id, sum(octet_length(payload)) AS bytes FROM added GROUP BY org_id) a
  WHERE u.org_id = a.org_id AND u.kind = 'quarantine bytes' AND u.writer = 'ingest';
  RETURN NULL;
END $$;

GRANT EXECUTE ON FUNCTION auth.weigh_quarantined TO iot_owner;
