"""What a database is made of, read from PostgreSQL's catalogue, so that two can be compared."""

from __future__ import annotations

from typing import Any

import psycopg

from db.migrations.timescale import extension_schema

SCHEMAS = ["api", "auth", "platform", "tsd", "tsd_chunks"]

_ACL = """
(SELECT array_agg(format('%%s: %%s', r.rolname, privilege_type) ORDER BY rolname, privilege_type)
 FROM aclexplode(coalesce({column}, acldefault({kind}, {owner}))) a
 LEFT JOIN pg_roles r ON r.oid = a.grantee)
"""
_KIND = """CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END"""
# Relations of ours: no partitions and chunks, which are data.
_OURS = """
(SELECT c.*, nspname || '.' || relname AS name FROM pg_class c
 JOIN pg_namespace n ON n.oid = relnamespace
 WHERE nspname = ANY (%(schemas)s) AND nspname <> 'tsd_chunks' AND NOT relispartition)
"""
# Each row begins with the names of what it describes.
_QUERIES = {
    "schema": f"""
        SELECT nspname, nspowner::regrole::text,
          {_ACL.format(column="nspacl", kind="'n'", owner="nspowner")}
        FROM pg_namespace WHERE nspname = ANY (%(schemas)s)""",
    "relation": f"""
        SELECT name, relkind, relowner::regrole::text, relrowsecurity, relforcerowsecurity,
          reloptions, relpersistence, pg_get_partkeydef(oid),
          {_ACL.format(column="relacl", kind=_KIND, owner="relowner")}
        FROM {_OURS} c WHERE relkind <> 'i'""",
    "column": f"""
        SELECT name, row_number() OVER (PARTITION BY attrelid ORDER BY attnum), attname,
          format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid), attgenerated,
          attidentity, attcollation::regcollation::text, attacl::text
        FROM pg_attribute a JOIN {_OURS} c ON c.oid = attrelid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attnum > 0 AND NOT attisdropped""",
    # Since PostgreSQL 18 it makes up names of NOT NULL constraints; attnotnull says what counts.
    "constraint": f"""
        SELECT name, conname, pg_get_constraintdef(o.oid), convalidated
        FROM pg_constraint o JOIN {_OURS} c ON c.oid = conrelid WHERE contype <> 'n'""",
    "index": f"""
        SELECT name, pg_get_indexdef(indexrelid), indisvalid
        FROM pg_index JOIN {_OURS} c ON c.oid = indrelid""",
    "policy": f"""
        SELECT name, polname, polcmd, polpermissive, polroles::regrole[]::text,
          pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
        FROM pg_policy JOIN {_OURS} c ON c.oid = polrelid""",
    "trigger": f"""
        SELECT name, tgname, pg_get_triggerdef(t.oid), tgenabled
        FROM pg_trigger t JOIN {_OURS} c ON c.oid = tgrelid WHERE NOT tgisinternal""",
    "view": f"SELECT name, pg_get_viewdef(oid) FROM {_OURS} c WHERE relkind = 'v'",
    "routine": f"""
        SELECT p.oid::regprocedure::text, prokind, proowner::regrole::text,
          CASE WHEN prokind <> 'a' THEN pg_get_functiondef(p.oid) END,
          (SELECT row(aggtransfn, aggfinalfn, aggcombinefn, aggtranstype::regtype,
                      agginitval)::text
           FROM pg_aggregate WHERE aggfnoid = p.oid),
          proparallel, {_ACL.format(column="proacl", kind="'f'", owner="proowner")}
        FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
        WHERE nspname = ANY (%(schemas)s)""",
    "type": """
        SELECT t.oid::regtype::text, typowner::regrole::text,
          array_agg(format('%%s %%s', attname, format_type(atttypid, atttypmod)) ORDER BY attnum)
        FROM pg_type t JOIN pg_class c ON c.oid = typrelid AND relkind = 'c'
        JOIN pg_namespace n ON n.oid = typnamespace
        JOIN pg_attribute a ON attrelid = typrelid AND attnum > 0 AND NOT attisdropped
        WHERE nspname = ANY (%(schemas)s) GROUP BY t.oid""",
    "default privilege": """
        SELECT defaclrole::regrole::text, defaclobjtype, defaclnamespace::regnamespace::text,
          defaclacl::text FROM pg_default_acl""",
    "file": "SELECT name, sha256 FROM platform.function_file",
    "revision": "SELECT version_num FROM platform.alembic_version",
}
_QUERIES_OF_TIMESCALE = {
    "hypertable": """
        SELECT hypertable_schema, hypertable_name, column_name, time_interval::text
        FROM timescaledb_information.dimensions WHERE hypertable_schema = 'tsd'""",
    "continuous aggregate": """
        SELECT view_schema, view_name, view_owner::text, materialized_only,
          compression_enabled, view_definition
        FROM timescaledb_information.continuous_aggregates WHERE view_schema = 'tsd'""",
    "columnstore": """
        SELECT hypertable::text, segmentby, orderby
        FROM timescaledb_information.hypertable_columnstore_settings
        WHERE hypertable::text ~ '^tsd[.]'""",
    "timescale job": """
        SELECT proc_name::text, hypertable_name::text, schedule_interval::text,
          config - 'hypertable_id'
        FROM timescaledb_information.jobs WHERE hypertable_schema = 'tsd'""",
}


def catalogue(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """By kind, what there is in our schemas, sorted. Its data don't count, partitions included."""
    with psycopg.connect(url) as connection:
        queries = dict(_QUERIES)
        if extension_schema(connection) is not None:
            queries |= _QUERIES_OF_TIMESCALE
        connection.execute("SET search_path = pg_catalog")
        return {
            kind: sorted(
                connection.execute(query.encode(), {"schemas": SCHEMAS}).fetchall(), key=repr
            )
            for kind, query in queries.items()
        }
