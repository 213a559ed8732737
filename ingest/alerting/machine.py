"""The state of one rule on one sensor, moved along event time.

    raw signal  of each level: TRUE where its test began to hold, until it holds no more; FALSE
                before the first value, constant in between
    signal      raw, while the schedule is active
    on          from a + for, if the signal is TRUE on [a, a + for]; until b + clear, if it is FALSE
                on [b, b + clear]. A value at the very instant counts first
    episode     while any level is on; not before `cooldown` has passed since the last one's end.
                Its severity is the highest that is on

A machine is told of changes of the raw signal in the order of event time (fold.py finds them);
between them time alone works, by `advance`. Each change is written down in `log` with the state
after it: that is where late readings begin anew. tests/make/alert_history.py says the same
declaratively, and both must agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from ingest.alerting.logic import RuleLogic, SignalKind


class LevelState(msgspec.Struct, omit_defaults=True):
    """`turned_at` is when the signal last changed, `since` when it became TRUE for what is on now,
    `value` what it became TRUE by."""

    raw: bool = False
    signal: bool = False
    turned_at: int = 0
    on: bool = False
    since: int = 0
    value: float | None = None


class OpenEpisode(msgspec.Struct, omit_defaults=True):
    """`steps` are (from when, severity)."""

    started_at: int
    fired_at: int
    steps: list[tuple[int, int]]
    value: float | None = None


class MachineState(msgspec.Struct, omit_defaults=True):
    """`at` is up to when time has worked, `ended_at` the end of the last episode, `held` of CHANGED
    the newest value, `closed_to` of windows the end of the last that was looked at."""

    levels: list[LevelState]
    at: int
    episode: OpenEpisode | None = None
    ended_at: int | None = None
    held: float | None = None
    closed_to: int | None = None


@dataclass(frozen=True, slots=True)
class EpisodeOutcome:
    """One that has ended, or, without `ended_at`, is open."""

    started_at: int
    fired_at: int
    ended_at: int | None
    steps: tuple[tuple[int, int], ...]
    value: float | None = None
    reason: str | None = None


def open_outcome(episode: OpenEpisode) -> EpisodeOutcome:
    steps = tuple((at, severity) for at, severity in episode.steps)
    return EpisodeOutcome(episode.started_at, episode.fired_at, None, steps, episode.value)


def encode_state(state: MachineState) -> bytes:
    return msgspec.json.encode(state)


def decode_state(kept: bytes | str) -> MachineState:
    return msgspec.json.decode(kept, type=MachineState)


class Machine:
    """`newest` is the time of the newest reading, which NO_DATA goes by; whoever folds sets it."""

    def __init__(self, logic: RuleLogic, start: int, state: MachineState | None = None) -> None:
        self.logic = logic
        self.start = start
        self.state = state or MachineState(
            levels=[LevelState(turned_at=start) for _ in logic.levels], at=start
        )
        self.newest: int | None = None
        self.ended: list[EpisodeOutcome] = []
        self.log: dict[int, bytes] = {}

    @property
    def is_raw(self) -> list[bool]:
        return [level.raw for level in self.state.levels]

    @property
    def episodes(self) -> list[EpisodeOutcome]:
        """All that it has found; the last one may be open."""
        episode = self.state.episode
        return self.ended if episode is None else [*self.ended, open_outcome(episode)]

    def due_at(self) -> int | None:
        """When time next changes anything, or a window ends, if no value comes before."""
        due, window = self._next_change(), self.logic.window
        if window is None:
            return due
        assert self.state.closed_to is not None  # noqa: S101 - set where it begins
        end = self.state.closed_to + window.step
        return end if due is None else min(due, end)

    def _next_change(self) -> int | None:
        moments = self._level_changes()
        state, logic = self.state, self.logic
        if state.episode is None and state.ended_at is not None and self._is_any_on():
            moments.append(state.ended_at + logic.cooldown)
        if logic.clock is not None and any(level.raw for level in state.levels):
            edge = logic.clock.next_edge(state.at)
            if edge is not None:
                moments.append(edge)
        if (silent := self._silent_from()) is not None:
            moments.append(silent)
        return min(moments, default=None)

    def _level_changes(self) -> list[int]:
        moments = []
        for level, logic in zip(self.state.levels, self.logic.levels, strict=True):
            if level.signal and not level.on:
                moments.append(level.turned_at + logic.for_us)
            if level.on and not level.signal:
                moments.append(level.turned_at + logic.clear_for_us)
        return moments

    def _silent_from(self) -> int | None:
        is_waiting = self.logic.kind is SignalKind.NO_DATA and not self.state.levels[0].raw
        if not is_waiting or self.newest is None:
            return None
        return max(self.newest + self.logic.silence, self.start)

    def _is_any_on(self) -> bool:
        return any(level.on for level in self.state.levels)

    def essence(self, at: int) -> tuple[object, ...]:
        """What of the state matters from `at` on: where two are equal, so is all that follows."""
        state, logic = self.state, self.logic
        cools = state.ended_at is not None and at < state.ended_at + logic.cooldown
        is_clocked = logic.clock is not None and any(level.raw for level in state.levels)
        levels = tuple(
            (
                level.raw,
                level.signal,
                level.on,
                level.turned_at if level.signal != level.on else None,
                level.since if level.on else None,
                level.value if level.raw else None,
            )
            for level in state.levels
        )
        return (
            levels,
            state.held,
            state.ended_at if cools else None,
            state.at if is_clocked else None,
        )

    def advance(self, to: int, *, inclusive: bool) -> None:
        """Let time work, before `to` or up to it."""
        end = to if inclusive else to - 1
        while (due := self._next_change()) is not None and due <= end:
            silent = self._silent_from()
            if silent is not None and silent <= due:
                for level in self.state.levels:
                    level.raw = True
            self._step(due)

    def signal(self, at: int, raw: Sequence[bool], value: float | None = None) -> None:
        """The raw signal of every level is this from `at` on."""
        for level, is_raw in zip(self.state.levels, raw, strict=True):
            if is_raw and not level.raw:
                level.value = value
            level.raw = is_raw
        self._step(at)

    def pulse(self, at: int, value: float) -> None:
        """The signal is TRUE for this instant alone."""
        if not self.logic.is_active(at):
            return
        [level] = self.state.levels
        level.signal, level.turned_at, level.value = True, at, value
        if not level.on:
            level.on, level.since = True, at
        self._settle(at)
        level.signal = False
        self._step(at)

    def carry(self, episode: OpenEpisode, raw: Sequence[bool], value: float | None) -> None:
        """Take over, at the start, what an earlier version of the rule had open: it goes on with
        the levels whose signal is TRUE, or ends for the rule has changed."""
        state, is_active = self.state, self.logic.is_active(self.start)
        for level, is_raw in zip(state.levels, raw, strict=True):
            level.raw, level.value = is_raw, value
            if is_raw and is_active:
                level.signal = level.on = True
                level.since = episode.started_at
        state.episode = episode
        self._settle(self.start, reason="RULE_CHANGED")
        self._write_down(self.start)

    def write_start(self) -> None:
        """Nothing is known at the start: that, too, is where late readings may begin anew."""
        self._write_down(self.start)

    def _step(self, at: int) -> None:
        is_active = self.logic.is_active(at)
        is_pulsed = self.logic.kind is SignalKind.CHANGED
        for level, logic in zip(self.state.levels, self.logic.levels, strict=True):
            if not is_pulsed and level.signal != (level.raw and is_active):
                level.signal, level.turned_at = not level.signal, at
            if level.signal and not level.on and at >= level.turned_at + logic.for_us:
                level.on, level.since = True, level.turned_at
            if level.on and not level.signal and at >= level.turned_at + logic.clear_for_us:
                level.on = False
        self._settle(at)
        self._write_down(at)

    def _write_down(self, at: int) -> None:
        self.state.at = at
        self.log[at] = encode_state(self.state)

    def _settle(self, at: int, reason: str | None = None) -> None:
        """Open, step or end the episode by the levels that are on."""
        state = self.state
        on = [number for number, level in enumerate(state.levels) if level.on]
        if state.episode is not None:
            if not on:
                self._end(at, reason or self._reason())
            elif (severity := self._severity(on)) != state.episode.steps[-1][1]:
                steps = [*state.episode.steps, (at, severity)]
                state.episode = msgspec.structs.replace(state.episode, steps=steps)
        elif on and (state.ended_at is None or at >= state.ended_at + self.logic.cooldown):
            highest = max(on, key=lambda number: self.logic.levels[number].severity)
            state.episode = OpenEpisode(
                min(state.levels[number].since for number in on),
                at,
                [(at, self._severity(on))],
                state.levels[highest].value,
            )

    def _severity(self, on: Sequence[int]) -> int:
        return max(self.logic.levels[number].severity for number in on)

    def _reason(self) -> str:
        """Of an end: a value that still holds ends with the schedule alone."""
        return "SCHEDULE" if any(level.raw for level in self.state.levels) else "CONDITION"

    def _end(self, at: int, reason: str) -> None:
        episode = self.state.episode
        assert episode is not None  # noqa: S101 - its caller has looked
        self.ended.append(
            EpisodeOutcome(
                episode.started_at,
                episode.fired_at,
                at,
                tuple((moment, severity) for moment, severity in episode.steps),
                episode.value,
                reason,
            )
        )
        self.state.episode, self.state.ended_at = None, at
