"""Chunks of the readings' hypertable, turned into columns without waiting for a week or a night."""

from __future__ import annotations

import contextlib

import asyncpg
import psycopg

from db.connections.types import Connection, Pool
from db.readings.backend import Backend


async def columnstore_everything(owner: Connection | Pool) -> int:
    """Turn every chunk of the readings into columns; how many there are."""
    chunks = await owner.fetch("SELECT c::text AS chunk FROM public.show_chunks('tsd.reading') c")
    for row in chunks:
        with contextlib.suppress(
            asyncpg.DuplicateObjectError
        ):  # the extension's own job was quicker
            await owner.execute(
                f"CALL public.convert_to_columnstore('{row['chunk']}', if_not_columnstore => true)"
            )
    return len(chunks)


def run_columnstore_job(owner_url: str) -> None:
    """TimescaleDB's own job for the readings, now instead of when it comes round; nothing on plain
    PostgreSQL."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        if owner.execute("SELECT tsd.backend()").fetchone() != (Backend.TIMESCALE,):
            return
        [job] = owner.execute(
            "SELECT job_id FROM timescaledb_information.jobs "
            "WHERE (hypertable_schema, hypertable_name) = ('tsd', 'reading')"
        ).fetchall()
        owner.execute("CALL public.run_job(%s)", job)


async def relations_with_readings(admin: asyncpg.Pool) -> dict[str, int]:
    """Every relation outside of schema `api` that holds or shows readings: hypertables, chunks, their columns' tables;
    oids by name."""
    rows = await admin.fetch(
        "SELECT DISTINCT format('%I.%I', nspname, relname) AS name, c.oid FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = relnamespace JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE a.attname = 'sensor_id' AND relkind IN ('r', 'p', 'v', 'm') AND nspname NOT IN ('api', 'platform')"
    )
    return {row["name"]: row["oid"] for row in rows}
