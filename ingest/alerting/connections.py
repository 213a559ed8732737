"""Devices that are disconnected: decided by the log of their sessions, whenever its news comes.

    signal   TRUE from the end of a device's newest session until the next one begins; FALSE before
             its first. A session that another of the device's takes over hasn't ended
    excuse   sessions that ended because their broker did say nothing of the device: it has `grace`
             to come back, from when there is a broker again. Until there is one, nothing is said

Brokers note in the transaction that writes the log from when on there is news of a watched device.
In order, it is folded into the pair's state; news of earlier times is decided anew from the last
transition before it, as late readings are. The lock is the device's row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import NamedTuple

import numpy as np

from db.connections.types import Connection, Pool
from db.queries import alert_connections, alert_late, alerting
from db.queries.alert_connections import ConnectedDevice, DeviceRef, LoggedSession
from db.queries.alerting import PairRow, StateRow
from db.readings.times import microseconds, moment_of
from ingest.alerting.decisions import Decisions, key_of
from ingest.alerting.each import for_all_or_each
from ingest.alerting.fold import begin, fold
from ingest.alerting.machine import Machine, decode_state
from ingest.alerting.repair import reconcile
from ingest.alerting.schedule import SECOND
from ingest.alerting.series import ValueSeries
from ingest.alerting.watching import carried_by, logic_of_pair

DEVICES_AT_ONCE = 500
CONNECTED, GONE = 1.0, 0.0
# While there is no broker, how often to look whether there is one.
LOOK_AGAIN = 5 * SECOND
WAIT_AFTER_FAILURE = timedelta(minutes=1)

TAKEN_OVER = "TAKEN_OVER"
OF_BROKERS = frozenset({"BROKER_STOPPED", "BROKER_DIED"})
"""Why sessions ended that would have gone on."""


class DeviceSpan(NamedTuple):
    """A session; `end` None: it lasts. Times in microseconds since 1970."""

    begin: int
    end: int | None
    reason: str | None


class ConnectionHistory(NamedTuple):
    """`changes` has CONNECTED and GONE. `look_again_at`: when more can be said, where no news need
    come before."""

    changes: ValueSeries
    look_again_at: int | None


def spans_of(sessions: Sequence[LoggedSession], device: ConnectedDevice) -> list[DeviceSpan]:
    """The device's row knows how it stands, too, where the log leaves something out."""
    spans = [_span(session) for session in sessions]
    changed = None if device.changed_at is None else microseconds(device.changed_at)
    if not spans:
        end = None if device.is_connected else changed
        return [] if changed is None else [DeviceSpan(changed, end, None)]
    last = spans[-1]
    if last.end is None:
        return spans
    is_left_out = changed is not None and changed > last.end
    if device.is_connected and is_left_out and changed is not None:
        return [*spans, DeviceSpan(changed, None, None)]
    if device.is_connected:
        return [*spans[:-1], last._replace(end=None)]
    return [*spans[:-1], last._replace(end=changed)] if is_left_out else spans


def _span(session: LoggedSession) -> DeviceSpan:
    end = session.disconnected_at
    return DeviceSpan(
        microseconds(session.connected_at),
        None if end is None else microseconds(end),
        session.reason,
    )


def history_of(
    spans: Sequence[DeviceSpan], brokers: Sequence[int], grace: int, now: int
) -> ConnectionHistory:
    """`brokers`: since when each that lives is there."""
    changes: dict[int, float] = {}
    look_again_at = None
    for span, following in zip_longest(spans, spans[1:]):
        changes[span.begin] = CONNECTED
        if span.end is None or (following is not None and span.reason == TAKEN_OVER):
            continue
        gone = _gone_at(span.end, span.reason, brokers, grace)
        if following is not None and (gone is None or following.begin <= gone):
            continue
        if gone is None or gone > now:
            look_again_at = now + LOOK_AGAIN if gone is None else gone
        else:
            changes[gone] = GONE
    at = np.array(sorted(changes), np.int64)
    values = np.array([changes[moment] for moment in at.tolist()], np.float64)
    return ConnectionHistory(ValueSeries(at, values), look_again_at)


def past_changes(spans: Sequence[DeviceSpan], grace: int, end: int) -> ValueSeries:
    """Before `end`. When there was a broker again isn't kept: as if there always was one."""
    return history_of(spans, [0], grace, end - 1).changes.up_to(end - 1)


def _gone_at(end: int, reason: str | None, brokers: Sequence[int], grace: int) -> int | None:
    """From when on the device is to blame; None while that can't be said."""
    if reason not in OF_BROKERS:
        return end
    return min((max(start, end) + grace for start in brokers), default=None)


async def look(pool: Pool, now: datetime, *, at_most: int = DEVICES_AT_ONCE) -> int:
    """Decide what is noted, and what time has done; of how many devices: call again until there
    are none."""
    noted = await alert_connections.noted_devices(pool, at_most=at_most)
    due = await alert_connections.due_devices(pool, now, at_most=at_most)

    async def decide(some: Sequence[DeviceRef]) -> None:
        async with pool.acquire() as connection, connection.transaction():
            await _decide(connection, some, microseconds(now))

    async def wait(device: DeviceRef) -> None:
        await alert_connections.postpone(pool, device, now + WAIT_AFTER_FAILURE)

    return await for_all_or_each(sorted({*noted, *due}), decide, wait)


@dataclass(frozen=True, slots=True)
class DevicePair:
    """`since` is the time that its state, or what is decided anew, begins with; `base` the state
    there, None at the rule's start."""

    pair: PairRow
    since: int
    base: str | None
    is_anew: bool


async def _decide(connection: Connection, devices: Sequence[DeviceRef], now: int) -> None:
    known = await alert_connections.lock_devices(connection, devices)
    notes = await alert_connections.take_notes(connection, devices)
    there = [ref for ref, device in known.items() if not device.is_deleted]
    pairs = [
        await _place(connection, pair, notes.get(ref))
        for ref, watching in (await alerting.pairs_of(connection, there)).items()
        for pair in watching
    ]
    sessions = await alert_connections.sessions_from(
        connection, [(each.pair.sensor, moment_of(each.since)) for each in pairs]
    )
    brokers = [microseconds(at) for at in await alert_connections.broker_starts(connection)]
    decisions = Decisions()
    for each, found in zip(pairs, sessions, strict=True):
        spans = spans_of(found, known[each.pair.sensor])
        history = history_of(spans, brokers, logic_of_pair(each.pair).grace, now)
        await _settle(connection, each, history, now, decisions)
    await decisions.write(connection)


async def _place(connection: Connection, pair: PairRow, news: datetime | None) -> DevicePair:
    """Where to begin: at the pair's state, unless there is news of before."""
    start = microseconds(pair.start_at)
    if pair.state is None:
        return DevicePair(pair, start, None, is_anew=False)
    standing = decode_state(pair.state).at
    if news is None or microseconds(news) > standing:
        return DevicePair(pair, standing, pair.state, is_anew=False)
    base = await alert_late.transition_before(connection, key_of(pair), news)
    if base is None:
        return DevicePair(pair, start, None, is_anew=True)
    return DevicePair(pair, microseconds(base.at), base.state, is_anew=True)


async def _settle(
    connection: Connection,
    place: DevicePair,
    history: ConnectionHistory,
    now: int,
    decisions: Decisions,
) -> None:
    pair, changes = place.pair, history.changes
    if place.base is None and not len(changes) and pair.carried is None:
        decisions.states.append(StateRow(*key_of(pair), None, None))  # it was never connected
        return
    machine = _machine(place, changes)
    began = machine.state.episode
    fold(machine, changes.after(place.since))
    machine.advance(max(now, machine.state.at), inclusive=True)
    if place.is_anew:
        first = place.since + (place.base is not None)
        await reconcile(connection, machine, pair, first, None, decisions, is_head=True)
    else:
        decisions.log(pair, machine)
        if place.base is None:
            decisions.first_episodes(pair, machine.episodes, carried_by(pair))
        else:
            decisions.episodes(pair, machine, began)
    moments = [at for at in (machine.due_at(), history.look_again_at) if at is not None]
    decisions.stand(pair, machine, min(moments, default=None))


def _machine(place: DevicePair, changes: ValueSeries) -> Machine:
    logic, start = logic_of_pair(place.pair), microseconds(place.pair.start_at)
    if place.base is not None:
        return Machine(logic, start, decode_state(place.base))
    return begin(logic, start, changes.up_to(start), carried_by(place.pair))
