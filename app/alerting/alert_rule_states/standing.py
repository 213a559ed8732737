"""A machine's state in the words of the wire: where the rule stands, since when and until when."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ingest.alerting.definition import RuleDefinition
from ingest.alerting.machine import MachineState
from ingest.alerting.schedule import SECOND

Standing = Literal["QUIET", "PENDING", "FIRING", "RECOVERING"]


class RuleStanding(NamedTuple):
    """`level` is the place of the level that is meant, `due` when it changes if nothing else does;
    times in microseconds."""

    state: Standing
    level: int | None
    since: int
    due: int | None


def state_of(state: MachineState) -> Standing:
    """What holds in a rule's cooldown is PENDING until that is over."""
    if not any(level.on for level in state.levels):
        return "PENDING" if any(level.signal for level in state.levels) else "QUIET"
    if state.episode is None:
        return "PENDING"
    is_held = any(level.on and level.signal for level in state.levels)
    return "FIRING" if is_held else "RECOVERING"


def standing_of(state: MachineState, definition: RuleDefinition) -> RuleStanding:
    """Of what is on the gravest level speaks; of what only holds, the one that fires first."""
    on = [place for place, level in enumerate(state.levels) if level.on]
    match state_of(state):
        case "QUIET":
            changed = [level.turned_at for level in state.levels]
            return RuleStanding("QUIET", None, max([*changed, state.ended_at or 0]), None)
        case "PENDING":
            return _cooling(state, definition, on) if on else _pending(state, definition)
        case "FIRING":
            return _firing(state, on)
        case "RECOVERING":
            return _recovering(state, definition, on)


def _cooling(state: MachineState, definition: RuleDefinition, on: list[int]) -> RuleStanding:
    ended = state.ended_at or 0
    since = max(ended, min(state.levels[place].turned_at for place in on))
    return RuleStanding("PENDING", max(on), since, ended + definition.cooldown_seconds * SECOND)


def _pending(state: MachineState, definition: RuleDefinition) -> RuleStanding:
    dues = {
        place: level.turned_at + definition.levels[place].for_seconds * SECOND
        for place, level in enumerate(state.levels)
        if level.signal
    }
    first = min(dues, key=lambda place: (dues[place], -place))
    return RuleStanding("PENDING", first, state.levels[first].turned_at, dues[first])


def _firing(state: MachineState, on: list[int]) -> RuleStanding:
    """Since it fired; or since it holds again, where it had begun to recover."""
    held = [place for place in on if state.levels[place].signal]
    turned = min(state.levels[place].turned_at for place in held)
    fired = 0 if state.episode is None else state.episode.fired_at
    return RuleStanding("FIRING", max(held), max(fired, turned), None)


def _recovering(state: MachineState, definition: RuleDefinition, on: list[int]) -> RuleStanding:
    dues = [
        state.levels[place].turned_at + definition.levels[place].clear_for_seconds * SECOND
        for place in on
    ]
    since = max(state.levels[place].turned_at for place in on)
    return RuleStanding("RECOVERING", max(on), since, max(dues))
