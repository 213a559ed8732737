"""The audit log's seals: a chain of hashes for each organization, made after what it seals.

hash of an entry = SHA-256 of its canonical text (CANONICAL)
hash of a seal   = SHA-256 of the seal's before it (32 zeros for the first) and of the hashes of its
                   entries, in the order of the transactions that wrote them

Entries are sealed once every transaction that could write one before them has ended, so that no
writer waits for another, and none slips in. A seal tells of a change only who knows a later one
from elsewhere, since whoever may change all may compute all anew: hence heads are logged as they
are made.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from db.connections.types import Connection, Pool, Record
from db.queries.events import MONTHS_AHEAD

BEFORE_THE_FIRST = bytes(32)
CANONICAL = (
    "jsonb_build_array(org_id, id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), "
    "actor, action, resource_type, resource_id, address, request_id, before, after)::text"
)


@dataclass(frozen=True, slots=True)
class SealedHead:
    """The newest seal of an organization."""

    org_id: UUID
    number: int
    entries: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class VerifiedSeal:
    """A seal as it is and as it should be; None where its entries have served their time."""

    number: int
    is_right: bool | None


def entry_hash(canonical: str) -> bytes:
    return sha256(canonical.encode()).digest()


def seal_hash(before: bytes, canonical: Iterable[str]) -> bytes:
    chained = sha256(before)
    for text in canonical:
        chained.update(entry_hash(text))
    return chained.digest()


async def seal(connection: Connection, *, at_most: int) -> list[SealedHead]:
    """As iot_ingest, in one transaction: what was written since the last seal of any organization,
    up to some transaction in which `at_most` are reached."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext('audit seals'))")
    rows = await connection.fetch(
        "WITH since AS ("  # noqa: S608
        "  SELECT coalesce(max(written_in), 0) AS number FROM platform.audit_seal), "
        "upto AS (SELECT max(written_in) AS number FROM ("
        "  SELECT written_in FROM platform.audit_entry, since WHERE written_in > since.number "
        "  AND written_in < platform.settled_number() ORDER BY written_in LIMIT $1) e) "
        f"SELECT org_id, at, written_in, {CANONICAL} AS canonical "
        "FROM platform.audit_entry, since, upto "
        "WHERE written_in > since.number AND written_in <= upto.number "
        "ORDER BY org_id, written_in, id",
        at_most,
    )
    upto = max((row["written_in"] for row in rows), default=0)
    return [
        await _seal(connection, org_id, list(group), upto)
        for org_id, group in groupby(rows, key=itemgetter("org_id"))
    ]


async def _seal(connection: Connection, org_id: UUID, rows: list[Record], upto: int) -> SealedHead:
    last = await connection.fetchrow(
        "SELECT number, hash FROM platform.audit_seal WHERE org_id = $1 "
        "ORDER BY number DESC LIMIT 1",
        org_id,
    )
    number, before = (last["number"], last["hash"]) if last else (0, BEFORE_THE_FIRST)
    hash_ = seal_hash(before, map(itemgetter("canonical"), rows))
    await connection.execute(
        "INSERT INTO platform.audit_seal (org_id, number, written_in, entries, first_at, hash) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        org_id,
        number + 1,
        upto,
        len(rows),
        min(map(itemgetter("at"), rows)),
        hash_,
    )
    return SealedHead(org_id, number + 1, len(rows), hash_)


async def verified_seals(
    connection: Connection, *, kept_since: datetime
) -> AsyncIterator[VerifiedSeal]:
    """Of the transaction's organization, each in turn. Those that begin before `kept_since` stand
    for what is no longer there, and only link those after them."""
    before, upto = BEFORE_THE_FIRST, 0
    expected = 1
    async for row in connection.cursor(
        "SELECT number, written_in, entries, first_at, hash FROM platform.audit_seal "
        "ORDER BY number"
    ):
        is_right: bool | None = None
        if row["first_at"] >= kept_since:
            entries = await connection.fetch(
                f"SELECT {CANONICAL} AS canonical FROM platform.audit_entry "  # noqa: S608
                "WHERE written_in > $1 AND written_in <= $2 ORDER BY written_in, id",
                upto,
                row["written_in"],
            )
            hash_ = seal_hash(before, map(itemgetter("canonical"), entries))
            is_right = hash_ == row["hash"] and row["number"] == expected
        yield VerifiedSeal(row["number"], is_right)
        before, upto, expected = row["hash"], row["written_in"], row["number"] + 1


async def kept_since(connection: Connection) -> datetime:
    """The beginning of the oldest month that is there."""
    found: datetime = await connection.fetchval(
        "SELECT to_timestamp(min(right(c.relname, 6)) || '01 00', 'YYYYMMDD TZH') "
        "FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
        "WHERE i.inhparent = 'platform.audit_entry'::regclass"
    )
    return found


async def ensure_audit_months(pool: Pool) -> None:
    """This month's partition and those of the MONTHS_AHEAD after it."""
    await pool.execute("SELECT tsd.ensure_audit_partitions($1)", MONTHS_AHEAD)


async def drop_audit_months(pool: Pool, *, before: datetime) -> None:
    """Those that ended by then."""
    await pool.execute("SELECT tsd.drop_audit_partitions($1)", before)
