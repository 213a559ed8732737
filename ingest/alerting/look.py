"""Readings that leave their sensor's quiet band, or come late: looked at in the transaction that
stores them, under its lock on the sensor's row in tsd.latest.

What the sensors of a batch wait for, the storing statement tells (tsd.store_readings): nothing
where nobody watches. Whoever stays in its band costs a comparison; in order and outside, the
sensor's pairs are folded at once; what lies behind goes to the log of late readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import structlog

from db.connections.faults import is_fault_of_data
from db.connections.transactions import savepoint
from db.connections.types import Connection
from db.queries import alerting
from db.queries.alerting import LateRow, PairRow
from db.readings.columns import Flags, Floats, Positions, StorableRows, ValueType
from db.readings.store import StoreResult
from db.readings.times import POSTGRES_EPOCH, moment_of
from ingest.alerting.decisions import Decisions
from ingest.alerting.fold import QuietBand, band_of, fold
from ingest.alerting.logic import SignalKind
from ingest.alerting.series import ValueSeries, number_of_text
from ingest.alerting.watching import band_row, machine_of

log = structlog.get_logger()

_WATCHED = np.dtype(
    [
        ("sensor", "V16"),
        ("decided", ">i8"),
        ("newest", ">i8"),
        ("low", ">f8"),
        ("high", ">f8"),
        ("gap", ">f8"),
    ]
)


@dataclass(frozen=True, slots=True)
class AwakeSensor:
    """Rows [start, end) of the batch are its. Up to `decided` everything is; `newest` was the time
    of its newest reading before."""

    number: int
    start: int
    end: int
    decided: int
    newest: int


async def look(connection: Connection, rows: StorableRows, stored: StoreResult) -> int:
    """Decide what these readings change; how many sensors had to be looked at."""
    numbers = numbers_of(rows)
    awake = wake(rows, numbers, stored.watched)
    if not awake:
        return 0
    try:
        async with savepoint(connection):
            await _look_at(connection, rows, numbers, stored.is_new, awake)
    except Exception as error:
        if not is_fault_of_data(error):
            raise
        # A rule that can't be decided keeps no reading from being stored.
        log.error("readings wait for alerting", exc_info=error)
        await alerting.add_late(connection, [_whole(rows, each) for each in awake])
    return len(awake)


async def _look_at(
    connection: Connection,
    rows: StorableRows,
    numbers: Floats,
    is_new: Flags,
    awake: Sequence[AwakeSensor],
) -> None:
    refs = [(rows.sensors[each.number].org_id, rows.sensors[each.number].id) for each in awake]
    pairs = await alerting.pairs_of(connection, refs)
    decisions = Decisions()
    for each, ref in zip(awake, refs, strict=True):
        in_order = _note_late(rows, is_new, each, decisions)
        if in_order < each.end:
            values = _series(rows, numbers, in_order, each.end)
            bands = [
                _decide(pair, values, each.newest, decisions)
                for pair in pairs.get(ref, ())
                if pair.state is not None
            ]
            decisions.bands.append(band_row(ref, bands, None))
    await decisions.write(connection)


def _whole(rows: StorableRows, sensor: AwakeSensor) -> LateRow:
    """All its readings, as if they had come late."""
    known, times = rows.sensors[sensor.number], rows.ts
    first, last = int(times[sensor.start]), int(times[sensor.end - 1])
    return LateRow(known.org_id, known.id, moment_of(first), moment_of(last))


def numbers_of(rows: StorableRows) -> Floats:
    """The values as conditions see them."""
    numbers = np.where(rows.type == ValueType.DOUBLE, rows.number, rows.integer.astype(float))
    for row in np.flatnonzero(rows.type == ValueType.TEXT).tolist():
        numbers[row] = number_of_text(rows.objects[row])
    return numbers


def wake(rows: StorableRows, numbers: Floats, watched: bytes) -> list[AwakeSensor]:
    """The sensors that somebody has to look at."""
    told = np.frombuffer(watched, _WATCHED)
    starts = np.flatnonzero(np.concatenate([[True], rows.sensor[1:] != rows.sensor[:-1]]))
    place = _places(rows, starts, told)
    decided = told["decided"].astype(np.int64) + POSTGRES_EPOCH
    newest = told["newest"].astype(np.int64) + POSTGRES_EPOCH
    gap = told["gap"] * 1e6
    first = rows.ts[starts][place]
    woken = (first <= decided) | (first - newest > gap)
    woken |= np.minimum.reduceat(numbers, starts)[place] < told["low"]
    woken |= np.maximum.reduceat(numbers, starts)[place] > told["high"]
    woken |= _pauses(rows, starts)[place] > gap
    ends = np.append(starts[1:], len(rows))
    return [
        AwakeSensor(
            int(rows.sensor[starts[place[each]]]),
            int(starts[place[each]]),
            int(ends[place[each]]),
            int(decided[each]),
            int(newest[each]),
        )
        for each in np.flatnonzero(woken).tolist()
    ]


def _places(rows: StorableRows, starts: Positions, told: np.ndarray) -> Positions:
    """For each sensor that is told of, which of the batch's it is."""
    ids = b"".join([rows.sensors[number].id.bytes for number in rows.sensor[starts].tolist()])
    mine = np.frombuffer(ids, "V16")
    if len(mine) == len(told) and (mine == told["sensor"]).all():
        return np.arange(len(mine))
    known = {id_: place for place, id_ in enumerate(mine.tolist())}
    return np.array([known[id_] for id_ in told["sensor"].tolist()], np.intp)


def _pauses(rows: StorableRows, starts: Positions) -> np.ndarray:
    """The longest between two readings of each sensor in the batch."""
    pauses = np.zeros(len(rows), np.int64)
    pauses[1:] = rows.ts[1:] - rows.ts[:-1]
    pauses[starts] = 0
    return np.maximum.reduceat(pauses, starts)


def _note_late(rows: StorableRows, is_new: Flags, sensor: AwakeSensor, decisions: Decisions) -> int:
    """The first row that is in order. What isn't is late if it is new: the same again is not."""
    times = rows.ts[sensor.start : sensor.end]
    in_order = sensor.start + int(np.searchsorted(times, sensor.decided, side="right"))
    late = np.flatnonzero(is_new[sensor.start : in_order])
    if len(late):
        known = rows.sensors[sensor.number]
        first, last = (int(times[row]) for row in (late[0], late[-1]))
        decisions.late.append(LateRow(known.org_id, known.id, moment_of(first), moment_of(last)))
    return in_order


def _series(rows: StorableRows, numbers: Floats, start: int, end: int) -> ValueSeries:
    texts: Sequence[str] | None = None
    if rows.type[start] == ValueType.TEXT:
        texts = [rows.objects[row] for row in range(start, end)]
    return ValueSeries(rows.ts[start:end], numbers[start:end], texts)


def _decide(pair: PairRow, values: ValueSeries, newest: int, decisions: Decisions) -> QuietBand:
    assert pair.state is not None  # noqa: S101 - its caller has looked
    machine = machine_of(pair, pair.state)
    machine.newest = newest
    if machine.logic.kind is not SignalKind.WINDOW:  # windows are the clock's
        began, held = machine.state.episode, machine.state.held
        fold(machine, values)
        if machine.log or machine.state.held != held:
            decisions.stand(pair, machine, machine.due_at())
        decisions.log(pair, machine)
        decisions.episodes(pair, machine, began)
    return band_of(machine, float(values.number[-1]))
