"""What a transaction has decided, gathered and written with one statement a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from db.connections.types import Connection
from db.ids import new_id
from db.queries import alert_news, alerting, rule_sources
from db.queries.alert_news import AlertNews
from db.queries.alert_outbox import AlertCause
from db.queries.alerting import (
    AlertRow,
    BandRow,
    LateRow,
    PairKey,
    PairRow,
    SensorRef,
    StateRow,
    TransitionRow,
)
from db.readings.times import moment_of
from ingest.alerting.definition import SEVERITIES
from ingest.alerting.machine import EpisodeOutcome, Machine, OpenEpisode, encode_state


class Decisions:
    """`began` is the open episode that a machine was loaded with."""

    def __init__(self) -> None:
        self.states: list[StateRow] = []
        self.bands: list[BandRow] = []
        self.transitions: list[TransitionRow] = []
        self.late: list[LateRow] = []
        self.settled: dict[SensorRef, int] = {}
        self.added: list[AlertRow] = []
        self.changed: list[AlertRow] = []
        self.refuted: list[AlertRow] = []
        self.news: list[AlertNews] = []
        self._continued: list[tuple[PairRow, EpisodeOutcome]] = []

    def stand(self, pair: PairRow, machine: Machine, due: int | None) -> None:
        """The pair's state is the machine's; time acts from `due` on."""
        state = encode_state(machine.state).decode()
        due_at = None if due is None else moment_of(due)
        self.states.append(StateRow(*key_of(pair), state, due_at))

    def log(self, pair: PairRow, machine: Machine) -> None:
        self.transitions += [
            TransitionRow(*key_of(pair), moment_of(at), state.decode())
            for at, state in machine.log.items()
        ]

    def settle(self, source: SensorRef, to: int) -> None:
        """What is calculated of it is decided up to then."""
        self.settled[source] = max(to, self.settled.get(source, to))

    def episodes(self, pair: PairRow, machine: Machine, began: OpenEpisode | None) -> None:
        """What became of the pair's alerts since it was loaded, in order."""
        for outcome in machine.episodes:
            if began is None or outcome.fired_at != began.fired_at:
                self.fire(pair, outcome)
            elif outcome.ended_at is not None or len(outcome.steps) != len(began.steps):
                self.go_on(pair, outcome)

    def first_episodes(
        self, pair: PairRow, outcomes: Sequence[EpisodeOutcome], carried: OpenEpisode | None
    ) -> None:
        """Of a pair that begins: what an earlier version had open is this one's now."""
        for outcome in outcomes:
            if carried is not None and outcome.fired_at == carried.fired_at:
                self.go_on(pair, outcome)
            else:
                self.fire(pair, outcome)

    def go_on(self, pair: PairRow, outcome: EpisodeOutcome) -> None:
        """The alert that the pair has open is this now."""
        self._continued.append((pair, outcome))

    def fire(self, pair: PairRow, outcome: EpisodeOutcome) -> None:
        """A new alert."""
        alert = alert_row(pair, outcome, new_id())
        self.added.append(alert)
        self._tell(alert, "FIRED", outcome.fired_at)

    def change(self, pair: PairRow, outcome: EpisodeOutcome, known: AlertRow) -> None:
        """An alert as it is known, made what was found; nothing where it is that already."""
        alert = alert_row(pair, outcome, known.id)
        if _same(alert, known):
            return
        self.changed.append(alert)
        if outcome.ended_at is not None and known.ended_at is None:
            self._tell(alert, "RESOLVED", outcome.ended_at)
        elif outcome.ended_at is None and known.ended_at is not None:
            self._tell(alert, "FIRED", outcome.fired_at)
        elif outcome.ended_at is None and alert.severity != known.severity:
            self._tell(alert, "SEVERITY", outcome.steps[-1][0])

    def end(self, known: AlertRow, at: datetime, reason: str) -> None:
        """Its rule doesn't watch any more."""
        self.changed.append(known._replace(ended_at=at, end_reason=reason))
        self.news.append(AlertNews(known.org_id, known.id, "RESOLVED", known.severity, at))

    def refute(self, known: AlertRow) -> None:
        self.refuted.append(known)
        self.news.append(
            AlertNews(known.org_id, known.id, "REFUTED", known.severity, known.fired_at)
        )

    def _tell(self, alert: AlertRow, cause: AlertCause, at: int) -> None:
        self.news.append(AlertNews(alert.org_id, alert.id, cause, alert.severity, moment_of(at)))

    async def write(self, connection: Connection) -> None:
        """In the transaction that holds the sensors' rows of `latest`."""
        if self.states:
            await alerting.set_states(connection, self.states)
        if self.bands:
            await alerting.set_bands(connection, self.bands)
        if self.settled:
            rows = [
                rule_sources.SettledRow(*source, moment_of(to))
                for source, to in self.settled.items()
            ]
            await rule_sources.settle(connection, rows)
        if self.transitions:
            await alerting.add_transitions(connection, self.transitions)
        if self.late:
            await alerting.add_late(connection, self.late)
        await self._find_continued(connection)
        if self.changed:
            await alerting.set_alerts(connection, self.changed, SEVERITIES)
        if self.refuted:
            ids = [(alert.org_id, alert.id) for alert in self.refuted]
            await alerting.refute_alerts(connection, ids)
        if self.added:
            await alerting.add_alerts(connection, self.added)
        await alert_news.tell(connection, self.news)

    async def _find_continued(self, connection: Connection) -> None:
        """The alerts of episodes that were open: of each pair there is one."""
        if not self._continued:
            return
        keys = [key_of(pair) for pair, _ in self._continued]
        known = await alerting.open_alerts(connection, keys)
        for pair, outcome in self._continued:
            self.change(pair, outcome, known[key_of(pair)])


def key_of(pair: PairRow) -> PairKey:
    return pair.org_id, pair.sensor_id, pair.rule_id


def alert_row(pair: PairRow, outcome: EpisodeOutcome, id_: UUID) -> AlertRow:
    steps = [{"at": moment_of(at), "severity": SEVERITIES[place]} for at, place in outcome.steps]
    return AlertRow(
        pair.org_id,
        id_,
        pair.sensor_id,
        pair.rule_id,
        pair.version,
        SEVERITIES[outcome.steps[-1][1]],
        outcome.value,
        msgspec.json.encode(steps).decode(),
        moment_of(outcome.started_at),
        moment_of(outcome.fired_at),
        None if outcome.ended_at is None else moment_of(outcome.ended_at),
        outcome.reason,
    )


def _same(alert: AlertRow, known: AlertRow) -> bool:
    steps = msgspec.json.decode(alert.steps) == msgspec.json.decode(known.steps)
    return steps and alert._replace(steps="") == known._replace(steps="")
