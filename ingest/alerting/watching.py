"""Between the database's rows and machines: a pair's machine with its state, values as series,
bands as they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import msgspec
import numpy as np

from db.connections.types import Connection
from db.queries import alerting
from db.queries.alerting import BandRow, LatestRow, PairRow, ReadingSpan, SensorRef
from db.readings.times import POSTGRES_EPOCH, microseconds, moment_of
from ingest.alerting.definition import decode_definition
from ingest.alerting.fold import QuietBand, joint_band
from ingest.alerting.logic import RuleLogic, logic_of
from ingest.alerting.machine import Machine, OpenEpisode, decode_state
from ingest.alerting.series import ValueSeries, empty_series, number_of_text

ALL_READINGS = 2**31 - 1
_READING = np.dtype([("at", ">i8"), ("number", ">f8")])


@lru_cache(maxsize=4096)
def _logic(definition: str, zone: str) -> RuleLogic:
    return logic_of(decode_definition(definition), zone)


def logic_of_pair(pair: PairRow) -> RuleLogic:
    """Versions are immutable, so what they come to is kept by their text."""
    return _logic(pair.definition, pair.zone)


def machine_of(pair: PairRow, state: str) -> Machine:
    return Machine(logic_of_pair(pair), microseconds(pair.start_at), decode_state(state))


def carried_by(pair: PairRow) -> OpenEpisode | None:
    """What an earlier version had open at the pair's start."""
    if pair.carried is None:
        return None
    return msgspec.json.decode(pair.carried, type=OpenEpisode)


def number_of(latest: LatestRow) -> float:
    if latest.number is not None:
        return latest.number
    return number_of_text(latest.text or "")


def band_row(sensor: SensorRef, bands: Sequence[QuietBand], settled_to: int | None) -> BandRow:
    """`settled_to` in microseconds since 1970."""
    settled = None if settled_to is None else moment_of(settled_to)
    if not bands:
        return BandRow(*sensor, None, None, None, settled)
    band = joint_band(bands)
    gap = None if band.gap is None else band.gap / 1e6
    return BandRow(*sensor, band.low, band.high, gap, settled)


async def read_numbers(
    connection: Connection, spans: Sequence[tuple[SensorRef, int, int]], *, at_most: int
) -> list[ValueSeries]:
    """The first readings of each sensor in [from, to), in microseconds since 1970."""
    wanted = [ReadingSpan(*sensor, moment_of(first), moment_of(to)) for sensor, first, to in spans]
    return [
        series_of(found)
        for found in await alerting.read_values(connection, wanted, at_most=at_most)
    ]


def series_of(found: bytes) -> ValueSeries:
    if not found:
        return empty_series()
    rows = np.frombuffer(found, _READING)
    return ValueSeries(
        rows["at"].astype(np.int64) + POSTGRES_EPOCH, rows["number"].astype(np.float64)
    )


async def read_series(
    connection: Connection, sensor: SensorRef, first: int, to: int, *, at_most: int, is_text: bool
) -> ValueSeries:
    """As `read_numbers`, of one sensor, whose values may be texts."""
    if not is_text:
        [series] = await read_numbers(connection, [(sensor, first, to)], at_most=at_most)
        return series
    span = ReadingSpan(*sensor, moment_of(first), moment_of(to))
    rows = await alerting.read_texts(connection, span, at_most=at_most)
    at = np.array([microseconds(row[0]) for row in rows], np.int64)
    texts = [row[1] for row in rows]
    return ValueSeries(at, np.array([number_of_text(text) for text in texts], float), texts)


async def held_at(
    connection: Connection, sensor: SensorRef, at: int, *, is_text: bool, or_at: bool
) -> ValueSeries:
    """The newest reading before that time, or at it; empty where there is none."""
    newest = await alerting.newest_before(connection, sensor, moment_of(at), or_at=or_at)
    if newest is None:
        return empty_series()
    found = microseconds(newest)
    return await read_series(connection, sensor, found, found + 1, at_most=1, is_text=is_text)
