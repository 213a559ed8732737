"""A page out of a large fleet over HTTP, against the same SQL alone: each sort, and filters that few or all meet."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from app.core.paging import PageRequest
from app.fleet.devices import service
from app.fleet.devices.schemas import DeviceStatus
from app.fleet.devices.search import DeviceFilter
from db.connections.sessions import Database, open_database
from db.connections.statements import Sql
from tests.bench import http_client
from tests.bench.results import Measure, Pair, Run, Topic, quantile
from tests.bench.stand import Stand
from tests.make.fleet_questions import Noted
from tests.make.platform import Organization

LIMIT = 50
TAG = "site-007"

# Names in no order, a site for 1 of 200 devices and a status of 4 of 5, neither having to do with the other.
_FLEET = """
INSERT INTO platform.device
  (org_id, id, name, status, tags, location, metadata, firmware_version, is_connected,
   last_seen_at, created_at, updated_at)
SELECT $1, uuidv7(-n * interval '1 minute'), 'gateway-' || left(md5(n::text), 12),
  CASE n / 200 % 5 WHEN 0 THEN 'OFFLINE' ELSE 'ACTIVE' END,
  ARRAY['site-' || lpad((n % 200)::text, 3, '0'), 'cold-chain'],
  '{"latitude": 52.3702, "longitude": 4.8952}', '{"rack": "B7", "installedBy": "night shift"}',
  '2.4.1', n / 200 % 5 > 0, now() - n * interval '1 second',
  now() - n * interval '1 minute', now() - n * interval '1 minute'
FROM generate_series(1, $2::integer) n
"""


@dataclass(frozen=True)
class Question:
    """The same as a path and as what the service is asked for."""

    name: str
    title: str
    path: str
    wanted: DeviceFilter = field(default_factory=DeviceFilter)
    sort: str | None = None


@dataclass(frozen=True)
class Statement:
    """What the service sends to the database for a question, one after the other, and how that is planned."""

    sent: Sequence[Sql]
    sequential_scans: int


QUESTIONS = (
    Question("list-devices", "newest first", f"/devices?limit={LIMIT}"),
    Question(
        "list-devices-filtered",
        "of one tag and status",
        f"/devices?limit={LIMIT}&tag={TAG}&status=ACTIVE",
        DeviceFilter(statuses=[DeviceStatus.ACTIVE], tags=[TAG]),
    ),
    Question("list-devices-by-name", "by name", f"/devices?limit={LIMIT}&sort=name", sort="name"),
    Question(
        "list-devices-by-seen",
        "last seen first",
        f"/devices?limit={LIMIT}&sort=-lastSeenAt",
        sort="-lastSeenAt",
    ),
    Question(
        "list-devices-of-a-common-tag",
        "of a tag that all have, by name",
        f"/devices?limit={LIMIT}&sort=name&tag=cold-chain",
        DeviceFilter(tags=["cold-chain"]),
        "name",
    ),
    Question(
        "list-devices-by-words",
        "of names with a word that all have and one that few have",
        f"/devices?limit={LIMIT}&q=gateway+a7",
        DeviceFilter(text="gateway a7"),
    ),
)
NAMES = tuple(question.name for question in QUESTIONS)


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        organization = await _fill(stand)
        url = stand.platform.secret_urls()["database_url"]
        async with open_database(url, pool_size=1, statement_timeout_seconds=30) as database:
            yield [await _pair(stand, organization, database, question) for question in QUESTIONS]

    return Topic(NAMES, stand.sizes.short_repetitions, pairs)


async def _fill(stand: Stand) -> Organization:
    organization = stand.platform.new_organization()
    await stand.admin.execute(_FLEET, UUID(organization.id), stand.sizes.devices)
    await stand.admin.execute(
        "VACUUM (ANALYZE) platform.device, platform.device_tag, platform.device_word"
    )
    return organization


async def _pair(
    stand: Stand, organization: Organization, database: Database, question: Question
) -> Pair:
    statement = await _statement(database, UUID(organization.id), question)
    return Pair(
        question.name,
        f"{LIMIT} of {stand.sizes.devices:,} devices, {question.title}",
        "ms p95",
        _over_http(stand, organization, question, statement),
        "the SQL alone",
        _in_sql(stand, organization, database, statement),
        is_lower_better=True,
    )


async def _statement(database: Database, org_id: UUID, question: Question) -> Statement:
    """As the service itself makes it: no second version of it that could grow old here."""
    async with Noted(database, org_id) as snapshot:
        page_request = PageRequest(
            limit=LIMIT, cursor=None, sort=question.sort, include_total=False
        )
        await service.page(snapshot, question.wanted, page_request)
    sent = snapshot.sent
    async with database.reading_transaction(org_id) as tx:
        plans = [
            await tx.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *arguments) for sql, arguments in sent
        ]
    return Statement(sent, sum(plan.count('"Seq Scan"') for plan in plans))


def _over_http(
    stand: Stand, organization: Organization, question: Question, statement: Statement
) -> Measure:
    async def measure() -> Run:
        request = http_client.request("GET", question.path, organization.key)
        connection = await http_client.Connection.open(stand.platform.base_url)
        answer = await connection.exchange(request)
        found = len(msgspec.json.decode(answer.body)["items"])
        assert found == min(LIMIT, stand.sizes.devices), f"{question.name}: {found} devices"
        waits = []
        for _ in range(stand.sizes.pages):
            began = time.perf_counter()
            await connection.exchange(request)
            waits.append(time.perf_counter() - began)
        connection.close()
        return _run(waits, {"sequential_scans": statement.sequential_scans})

    return measure


def _in_sql(
    stand: Stand, organization: Organization, database: Database, statement: Statement
) -> Measure:
    async def measure() -> Run:
        waits = []
        for _ in range(stand.sizes.pages + 1):
            began = time.perf_counter()
            async with database.reading_transaction(UUID(organization.id)) as tx:
                for sql, arguments in statement.sent:
                    await tx.fetch(sql, *arguments)
            waits.append(time.perf_counter() - began)
        return _run(waits[1:], {})  # the first one fills the caches

    return measure


def _run(waits: Sequence[float], details: dict[str, float]) -> Run:
    return Run(quantile(waits, 0.95) * 1000, details | {"p50_ms": quantile(waits, 0.5) * 1000})
