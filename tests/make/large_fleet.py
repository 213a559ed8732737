"""A fleet of any size for one tenant among others, by set-based SQL: nobody waits for a hundred thousand requests."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg

from db.connections.sessions import Database, open_database
from tests.make.database import DatabaseUrls, migrated_database

DEVICES = int(os.environ.get("FLEET_DEVICES", "10000"))
NEIGHBOURS = 5
NEIGHBOURS_DEVICES = 200
SENSORS_PER_DEVICE = 10
SITES = 200
SITE = "site-007"  # also a tag, of 1 device in 200
FIRMWARE = "2.4.7"  # of 1 device in 500
FIRST_BATCH = "first-batch"  # a tag of the oldest three fifths
WORD = "bremen"  # of 1 device in 1,000; every name has "gateway"

_SITES = """
INSERT INTO platform.site (org_id, id, name)
SELECT $1, uuidv7(), 'site-' || lpad(n::text, 3, '0') FROM generate_series(0, $2::integer - 1) n
"""

# Names in no order, and conditions that have nothing to do with one another.
# Half of the devices have one profile, 1 in 1,000 another; two more are the versions that nobody has.
_PROFILES = """
INSERT INTO platform.device_profile
  (org_id, id, name, major, minor, description, changes, fields, commands, created_by)
SELECT $1, uuidv7(), name, 1, minor, '', '', '[]', '[]', 'key_1'
FROM unnest(ARRAY['common', 'rare']) name, generate_series(0, 1) minor
"""

_BINDINGS = """
UPDATE platform.device d SET device_profile_id = p.id FROM platform.device_profile p
WHERE d.org_id = $1 AND p.org_id = $1 AND p.minor = 0
  AND p.name = CASE WHEN d.name LIKE '%bremen' THEN 'rare' WHEN d.firmware_version < '2.4.3' THEN 'common' END
"""

_DEVICES = """
INSERT INTO platform.device
  (org_id, id, name, status, site_id, tags, location, metadata, firmware_version, is_connected, last_seen_at,
   created_at, updated_at)
SELECT $1, uuidv7(-n * interval '1 minute'),
  'gateway-' || left(md5(n::text), 12) || CASE n % 1000 WHEN 0 THEN ' bremen' ELSE '' END,
  CASE WHEN n % 5000 = 0 THEN 'MAINTENANCE' WHEN n / 200 % 5 = 0 THEN 'OFFLINE' ELSE 'ACTIVE' END, s.id,
  ARRAY[s.name, 'cold-chain'] || CASE WHEN n > 0.4 * $2::bigint THEN ARRAY['first-batch'] ELSE '{}' END,
  '{"latitude": 52.3702, "longitude": 4.8952}', '{"rack": "B7", "installedBy": "night"}',
  CASE n % 500 WHEN 0 THEN '2.4.7' ELSE '2.4.' || n % 5 END, n / 200 % 5 > 0,
  CASE WHEN n % 10 > 0 THEN now() - (n * 7919 % 100000) * interval '1 second' END,
  now() - n * interval '1 minute', now() - (n * 104729 % 1000003) * interval '1 second'
FROM generate_series(1, $2::bigint) n
JOIN (SELECT id, name, row_number() OVER (ORDER BY name) - 1 AS place FROM platform.site WHERE org_id = $1) s
  ON s.place = n % $3::integer
"""

_SENSORS = """
INSERT INTO platform.sensor (org_id, id, device_id, key, name, value_type, created_at)
SELECT d.org_id, uuidv7(), d.id, k.key, initcap(k.key) || CASE WHEN d.name LIKE '%bremen' THEN ' bremen' ELSE '' END,
  CASE k.n WHEN 1 THEN 'BOOLEAN' ELSE 'DOUBLE' END, d.created_at
FROM platform.device d, (
  SELECT n, (ARRAY['temperature', 'door', 'humidity', 'pressure', 'co2', 'battery', 'light', 'noise', 'power',
    'flow'])[n + 1] AS key FROM generate_series(0, $2::integer - 1) n) k
WHERE d.org_id = $1
"""

_LATEST = """
INSERT INTO tsd.latest (org_id, sensor_id, ts, value_double)
SELECT org_id, id, now(), 21.5 FROM platform.sensor WHERE org_id = $1
"""

_COMPONENTS = """
INSERT INTO platform.component (org_id, id, device_id, key, name, created_at)
SELECT org_id, uuidv7(), id, 'probe-1', 'Probe of ' || name, created_at FROM platform.device WHERE org_id = $1
"""

_TOKENS = """
INSERT INTO platform.registration_token (org_id, id, device_id, token_hash, expires_at, created_by)
SELECT org_id, uuidv7(), id, decode(md5(id::text), 'hex'), now() + interval '1 day', 'key_1'
FROM platform.device WHERE org_id = $1
"""

_HEALTH = """
INSERT INTO platform.device_health (org_id, device_id, recorded_at, uptime_seconds)
SELECT org_id, id, date_trunc('day', now()) + m * interval '1 second', m
FROM platform.device, generate_series(0, 9) m WHERE org_id = $1
"""


@dataclass(frozen=True)
class LargeFleet:
    org_id: UUID
    site_id: UUID
    device_id: UUID
    group_id: UUID


async def fill(
    admin: asyncpg.Connection[asyncpg.Record],
    org_id: UUID,
    *,
    devices: int,
    sensors: int | None = None,
) -> LargeFleet:
    """Give an organization that is there so many devices, with sensors, components, tokens and health."""
    await admin.execute(_SITES, org_id, SITES)
    await admin.execute(_DEVICES, org_id, devices, SITES)
    await admin.execute(_PROFILES, org_id)
    await admin.execute(_BINDINGS, org_id)
    await admin.execute(_SENSORS, org_id, (sensors or devices * SENSORS_PER_DEVICE) // devices)
    await admin.execute(_LATEST, org_id)
    await admin.execute(_COMPONENTS, org_id)
    await admin.execute(_TOKENS, org_id)
    await admin.execute("SELECT tsd.ensure_health_partitions(ARRAY[current_date])")
    await admin.execute(_HEALTH, org_id)
    group_id = uuid4()
    await admin.execute(
        "INSERT INTO platform.device_group (org_id, id, name, tags, match) VALUES ($1, $2, 'cold', $3, 'ALL')",
        org_id,
        group_id,
        [SITE, "cold-chain"],
    )
    site_id, device_id = await admin.fetchrow(  # type: ignore[misc]
        "SELECT s.id, d.id FROM platform.site s JOIN platform.device d ON d.site_id = s.id "
        "WHERE s.org_id = $1 AND s.name = $2 LIMIT 1",
        org_id,
        SITE,
    )
    return LargeFleet(org_id, site_id, device_id, group_id)


@dataclass(frozen=True)
class FleetStand:
    """A large tenant among small ones, `neighbour` one of them, in a database of their own."""

    urls: DatabaseUrls
    database: Database
    fleet: LargeFleet
    neighbour: LargeFleet


@asynccontextmanager
async def large_fleet() -> AsyncIterator[FleetStand]:
    with migrated_database() as urls:
        admin = await asyncpg.connect(urls.admin, command_timeout=800)
        try:
            # Its snapshots would keep `settle` from marking pages as visible to all.
            await admin.execute("ALTER SYSTEM SET autovacuum = off")
            await admin.execute("SELECT pg_reload_conf()")
            neighbours = [
                await fill(admin, await new_organization(admin), devices=NEIGHBOURS_DEVICES)
                for _ in range(NEIGHBOURS)
            ]
            fleet = await fill(admin, await new_organization(admin), devices=DEVICES)
            await settle(admin)
        finally:
            await admin.close()
        async with open_database(urls.app, pool_size=2, statement_timeout_seconds=60) as database:
            yield FleetStand(urls, database, fleet, neighbours[0])


async def new_organization(admin: asyncpg.Connection[asyncpg.Record]) -> UUID:
    org_id = uuid4()
    await admin.execute("INSERT INTO platform.organization (id, name) VALUES ($1, 'x')", org_id)
    return org_id


async def settle(admin: asyncpg.Connection[asyncpg.Record]) -> None:
    """What autovacuum does by itself after a while: statistics, and pages known to be visible to all."""
    await admin.execute("VACUUM (ANALYZE)")
