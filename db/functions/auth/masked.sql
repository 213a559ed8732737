-- A row as the audit log shows it. Of a secret, even as a hash or encrypted, it shows whether it
-- changed, and no more; what is larger than 64 KiB is told by its hash. Which columns are masked is
-- tested against the catalogue: all that hold bytes.
CREATE OR REPLACE FUNCTION auth.masked(p_row jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_row jsonb := p_row;
  v_name text;
BEGIN
  FOREACH v_name IN ARRAY ARRAY[
    'key_hash', 'token_hash', 'public_key_hash', 'fingerprint', 'payload', 'payload_hash',
    'sealed_url', 'sealed_routing_key', 'sealed_secret', 'sealed_stream',
    'webhook_url', 'boundaries', 'reach']
  LOOP
    IF v_row->>v_name IS NOT NULL THEN
      v_row := jsonb_set(v_row, ARRAY[v_name], to_jsonb(
        '… ' || left(encode(sha256(convert_to(v_row->>v_name, 'UTF8')), 'hex'), 8)));
    END IF;
  END LOOP;
  IF pg_column_size(v_row) > 65536 THEN
    RETURN jsonb_build_object('bytes', length(v_row::text),
      'sha256', encode(sha256(convert_to(v_row::text, 'UTF8')), 'hex'));
  END IF;
  RETURN v_row;
END $$;
