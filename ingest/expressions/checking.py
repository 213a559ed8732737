"""An expression beside the names that are there for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from ingest.expressions.parsing import WORDS, parse
from ingest.expressions.tokens import INPUT_NAME, ExpressionFault
from ingest.expressions.tree import inputs_of


class NameFault(NamedTuple):
    """`name` is an input's; None: it is the expression that is wrong, at `position` where it is
    known."""

    name: str | None
    code: str
    message: str
    position: int | None = None


def faults_of_names(expression: str, names: Collection[str]) -> Iterator[NameFault]:
    """What is wrong with it, and with the names of its inputs."""
    for name in names:
        if not INPUT_NAME.fullmatch(name) or name in WORDS:
            yield NameFault(name, "WRONG_NAME", "an input's name is letters, digits and _")
    try:
        used = inputs_of(parse(expression))
    except ExpressionFault as fault:
        yield NameFault(None, "NO_EXPRESSION", str(fault), fault.position)
        return
    for name in sorted(used - set(names)):
        yield NameFault(None, "UNKNOWN_INPUT", f"there is no input {name}")
    for name in sorted(set(names) - used):
        yield NameFault(name, "UNUSED", "the expression doesn't use it")
