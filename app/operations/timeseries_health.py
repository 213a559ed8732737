"""How the time-series core is doing: as figures for Prometheus, and as what is wrong for people.
Pure functions of what the database tells (db/rollups/retention.py)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

# What a healthy platform stays far below, even while it catches up with a burst.
BEHIND_SECONDS = 300
UNPACKED_DAYS = 3
TWO_NIGHTS = timedelta(hours=50)
BLOATED_DEAD_ROWS = 100_000
BLOATED_SHARE = 0.3
_MONDAY = datetime.fromisoformat("2000-01-03T00:00:00Z")


class HealthFinding(msgspec.Struct, rename="camel"):
    """Something that is wrong, and how to mend it."""

    what: str
    mend: str


@dataclass(frozen=True)
class Lag:
    """How far a tier is behind what has settled: 0 when every whole bucket that is older than
    `settle` is there."""

    tier: str
    materialised_to: datetime
    behind_seconds: float
    ahead_seconds: float


def lags(health: dict[str, Any], *, settle: timedelta) -> list[Lag]:
    now = datetime.fromisoformat(health["now"])
    found = []
    for mark in health["marks"]:
        width = timedelta(seconds=float(mark["widthSeconds"]))
        settled = _MONDAY + (now - settle - _MONDAY) // width * width
        to = datetime.fromisoformat(mark["materialisedTo"])
        behind = (settled - to).total_seconds()
        found.append(Lag(mark["tier"], to, max(0.0, behind), max(0.0, (to - now).total_seconds())))
    return found


def findings(
    health: dict[str, Any], *, settle: timedelta, retention: timedelta, tenants_over_retention: int
) -> Iterator[HealthFinding]:
    """What is wrong, worst first. Nothing, for a platform that is well."""
    partitions, pending = health["partitions"], health["invalidations"]
    if partitions["missingAhead"]:
        yield HealthFinding(
            f"{partitions['missingAhead']} of the partitions of today and the next two days are missing",
            "They are made on demand, at the cost of a wait. Is the worker running, and does it reach Redis?",
        )
    for lag in lags(health, settle=settle):
        if lag.behind_seconds > BEHIND_SECONDS:
            yield HealthFinding(
                f"rollups of tier {lag.tier} are {timedelta(seconds=round(lag.behind_seconds))} behind",
                "Answers are exact but slow. Is the worker running? Its log says why rollups wait.",
            )
        if lag.ahead_seconds > 0:
            yield HealthFinding(
                f"rollups of tier {lag.tier} are ahead of the database's clock",
                "The clock went back. The worker follows it; until then late readings cost more.",
            )
    if pending["oldestSeconds"] > BEHIND_SECONDS:
        yield HealthFinding(
            f"{pending['pending']} entries of late readings wait for repair, the oldest for "
            f"{timedelta(seconds=round(pending['oldestSeconds']))}",
            "Answers are exact but slow. Is the worker running? Its log says why rollups wait.",
        )
    yield from _of_the_night(health, retention, tenants_over_retention)
    if "timescale" in health:
        yield from _of_timescale(health)
    for table in [*health["tables"], {"name": "reading", **health["readings"]}]:
        if table["deadRows"] > max(BLOATED_DEAD_ROWS, BLOATED_SHARE * table["rows"]):
            yield HealthFinding(
                f"tsd.{table['name']} holds {table['deadRows']:,} dead rows beside {table['rows']:,}",
                "Is autovacuum on? Look for old open transactions in pg_stat_activity, then VACUUM the table.",
            )


def _of_the_night(
    health: dict[str, Any], retention: timedelta, tenants_over_retention: int
) -> Iterator[HealthFinding]:
    """What the nightly job should have done."""
    mend = "It is done at night by the worker: is it running, and does it reach Redis? Its log says why not."
    partitions = health["partitions"]
    today = datetime.fromisoformat(health["now"]).date()
    oldest = date.fromisoformat(partitions["oldest"]) if partitions["oldest"] else today
    if today - oldest > retention + timedelta(days=3):
        yield HealthFinding(
            f"readings of {oldest} are still kept, {(today - oldest - retention).days} days too long",
            mend,
        )
    if partitions["leaving"]:
        yield HealthFinding(f"{partitions['leaving']} partitions are half detached", mend)
    if tenants_over_retention:
        yield HealthFinding(
            f"{tenants_over_retention} organizations have readings older than they want to keep",
            mend,
        )
    packed_at, now = health["packedAt"], datetime.fromisoformat(health["now"])
    # Days that were just filled from an archive are packed in the night that follows: what counts
    # is that nights pass.
    if (
        health["unpackedDays"] > UNPACKED_DAYS
        and packed_at
        and now - datetime.fromisoformat(packed_at) > TWO_NIGHTS
    ):
        yield HealthFinding(
            f"the keys of {health['unpackedDays']} days that are over are not packed", mend
        )


def _of_timescale(health: dict[str, Any]) -> Iterator[HealthFinding]:
    timescale = health["timescale"]
    if health["backend"] == "timescale" and timescale["licence"] != "timescale":
        yield HealthFinding(
            "TimescaleDB runs without the community licence that the rollups were made under",
            "Answers are exact but slow. Set timescaledb.license to 'timescale' and restart PostgreSQL.",
        )
    if timescale["openInternals"]:
        yield HealthFinding(
            "TimescaleDB's internal functions are open to every role",
            "Run `holdfast migrate` with the superuser's address: it closes them.",
        )
    # Its job is due every so often, and may be busy when it is.
    since, every_seconds = timescale["waitingSince"], timescale["columnstoreSeconds"]
    waited = _between(since, health["now"]) if since else timedelta(0)
    if every_seconds and waited > 2 * timedelta(seconds=float(every_seconds)):
        yield HealthFinding(
            f"{timescale['waiting']} days that should be columns are not, the first since {since}",
            "TimescaleDB's own job does that: timescaledb_information.job_errors says why it doesn't.",
        )


def _between(earlier: str, later: str) -> timedelta:
    return datetime.fromisoformat(later) - datetime.fromisoformat(earlier)


def exposition(health: dict[str, Any], *, settle: timedelta) -> bytes:
    """The figures in Prometheus' text format."""
    return generate_latest(_Figures(list(_figures(health, settle))))


@dataclass(frozen=True)
class _Figures(Collector):
    """Families that live as long as one answer: a Gauge would keep its values in a file that
    outlives the process, and tell each a second time."""

    families: list[GaugeMetricFamily]

    def collect(self) -> list[GaugeMetricFamily]:
        return self.families


def _figures(health: dict[str, Any], settle: timedelta) -> Iterator[GaugeMetricFamily]:
    found = lags(health, settle=settle)
    yield _by(
        "tier",
        "rollup_behind_seconds",
        "How far a tier is behind what has settled.",
        {lag.tier: lag.behind_seconds for lag in found},
    )
    yield _by(
        "tier",
        "rollup_materialised_to_seconds",
        "Up to when a tier is materialised, as a Unix time.",
        {lag.tier: lag.materialised_to.timestamp() for lag in found},
    )
    pending, partitions = health["invalidations"], health["partitions"]
    for name, text, value in (
        (
            "rollup_invalidations",
            "Entries of late readings that wait for repair.",
            pending["pending"],
        ),
        (
            "rollup_invalidation_oldest_seconds",
            "Age of the oldest of them.",
            pending["oldestSeconds"],
        ),
        ("reading_partitions", "Days that have a partition.", partitions["count"]),
        (
            "reading_partitions_missing",
            "Of today and the next two days.",
            partitions["missingAhead"],
        ),
        (
            "reading_days_unpacked",
            "Days that are over and whose key was not packed.",
            health["unpackedDays"],
        ),
    ):
        yield GaugeMetricFamily(f"holdfast_{name}", text, value=value)
    tables = [*health["tables"], {"name": "reading", **health["readings"]}]
    yield _by(
        "table",
        "timeseries_bytes",
        "Size on disk with indexes, as last counted.",
        {table["name"]: table["bytes"] for table in tables},
    )
    yield _by(
        "table",
        "timeseries_dead_rows",
        "Rows that vacuum has yet to take away, estimated.",
        {table["name"]: table["deadRows"] for table in tables},
    )


def _by(label: str, name: str, text: str, values: dict[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"holdfast_{name}", text, labels=[label])
    for of, value in values.items():
        family.add_metric([of], value)
    return family
