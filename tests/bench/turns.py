"""A topic's pairs in turn, again and again: what disturbs the machine meets all of them."""

from __future__ import annotations

import traceback
from collections.abc import Set

from msgspec.structs import replace
from rich.progress import Progress

from tests.bench.results import Pair, Row, Topic, Turn, missing, summarise


async def measured(topic: Topic, names: Set[str], progress: Progress) -> list[Row]:
    """The rows of these names. One that fails says why; it costs no other, nor its own figures."""
    rows: list[Row] = []
    try:
        async with topic.open() as offered:
            rows = await _in_turn([pair for pair in offered if pair.name in names], topic, progress)
    except Exception as error:  # in what the pairs share
        why = _told(error, topic.names[0], progress)
        rows = rows or [missing(name) for name in topic.names if name in names]
        return [replace(row, failure=row.failure or why) for row in rows]
    return rows


async def _in_turn(pairs: list[Pair], topic: Topic, progress: Progress) -> list[Row]:
    turns: dict[str, list[Turn]] = {pair.name: [] for pair in pairs}
    failed: dict[str, str] = {}
    task = progress.add_task("", total=topic.repetitions * len(pairs))
    for _ in range(topic.repetitions):
        for pair in pairs:
            progress.update(task, description=pair.title)
            if pair.measure and pair.name not in failed:
                try:
                    limit = await pair.limit() if pair.limit else None
                    turns[pair.name].append((limit, await pair.measure()))
                except Exception as error:
                    failed[pair.name] = _told(error, pair.name, progress)
            progress.advance(task)
    progress.remove_task(task)
    return [summarise(pair, turns[pair.name], failed.get(pair.name)) for pair in pairs]


def _told(error: Exception, name: str, progress: Progress) -> str:
    """One line of it for the table; all of it at once, for who watches."""
    progress.console.print(name, "".join(traceback.format_exception(error)), markup=False)
    return f"{type(error).__name__}: {error}"
