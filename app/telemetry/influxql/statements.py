"""What an InfluxQL text comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal


class InfluxError(Exception):
    """What a statement asks can't be answered; the message is shown to whoever asked."""


@dataclass(frozen=True)
class Ref:
    """A tag or a field, or `time`, by name."""

    name: str


@dataclass(frozen=True)
class Text:
    value: str


@dataclass(frozen=True)
class Pattern:
    """A regular expression."""

    value: str


@dataclass(frozen=True)
class Number:
    value: float


@dataclass(frozen=True)
class Duration:
    """A duration."""

    value: timedelta


@dataclass(frozen=True)
class Flag:
    value: bool


@dataclass(frozen=True)
class Wildcard:
    """`*`."""


@dataclass(frozen=True)
class Call:
    name: str
    arguments: Sequence[Expression]


@dataclass(frozen=True)
class Arithmetic:
    """`first`, and then each operator with what stands behind it."""

    first: Expression
    rest: Sequence[tuple[str, Expression]]


Expression = Ref | Text | Pattern | Number | Duration | Flag | Wildcard | Call | Arithmetic


@dataclass(frozen=True)
class TagComparison:
    left: Expression
    operator: str
    right: Expression


@dataclass(frozen=True)
class Combined:
    """All of the terms, or any of them."""

    kind: Literal["AND", "OR"]
    terms: Sequence[Condition]


Condition = TagComparison | Combined


@dataclass(frozen=True)
class SelectField:
    expression: Expression
    alias: str | None = None


@dataclass(frozen=True)
class RowBounds:
    """How much is answered: rows of a series, and series."""

    limit: int | None = None
    offset: int = 0
    slimit: int | None = None
    soffset: int = 0


@dataclass(frozen=True)
class Select:
    fields: Sequence[SelectField]
    sources: Sequence[Text | Pattern]
    where: Condition | None = None
    dimensions: Sequence[Expression] = ()
    fill: Literal["null", "none", "previous", "linear"] | float = "null"
    is_descending: bool = False
    bounds: RowBounds = field(default_factory=RowBounds)
    zone: str = "UTC"


@dataclass(frozen=True)
class Show:
    """`keys` are those of TAG VALUES."""

    what: Literal[
        "DATABASES", "RETENTION POLICIES", "MEASUREMENTS", "TAG KEYS", "TAG VALUES", "FIELD KEYS"
    ]
    sources: Sequence[Text | Pattern] = ()
    where: Condition | None = None
    keys: Sequence[Text] | TagComparison | None = None
    bounds: RowBounds = field(default_factory=RowBounds)


Statement = Select | Show
