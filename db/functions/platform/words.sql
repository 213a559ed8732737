-- The words of texts, in lower case; how names are searched.
CREATE OR REPLACE FUNCTION platform.words(VARIADIC p_texts text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT word), '{}')
  FROM unnest(p_texts) t, regexp_split_to_table(lower(t), '[^[:alnum:]]+') word WHERE word <> ''
$$;

GRANT EXECUTE ON FUNCTION platform.words TO app, iot_ingest;
