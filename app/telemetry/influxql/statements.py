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
class Span:
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


Expression = Ref | Text | Pattern | Number | Span | Flag | Wildcard | Call | Arithmetic


@dataclass(frozen=True)
class Comparison:
    left: Expression
    operator: str
    right: Expression


@dataclass(frozen=True)
class Combined:
    """All of the terms, or any of them."""

    kind: Literal["AND", "OR"]
    terms: Sequence[Condition]


Condition = Comparison | Combined


@dataclass(frozen=True)
class Field:
    expression: Expression
    alias: str | None = None


@dataclass(frozen=True)
class Bounds:
    """How much is answered: rows of a series, and series."""

    limit: int | None = None
    offset: int = 0
    slimit: int | None = None
    soffset: int = 0


@dataclass(frozen=True)
class Select:
    fields: Sequence[Field]
    sources: Sequence[Text | Pattern]
    where: Condition | None = None
    dimensions: Sequence[Expression] = ()
    fill: Literal["null", "none", "previous", "linear"] | float = "null"
    is_descending: bool = False
    bounds: Bounds = field(default_factory=Bounds)
    zone: str = "UTC"


@dataclass(frozen=True)
class Show:
    """`keys` are those of TAG VALUES."""

    what: Literal[
        "DATABASES", "RETENTION POLICIES", "MEASUREMENTS", "TAG KEYS", "TAG VALUES", "FIELD KEYS"
    ]
    sources: Sequence[Text | Pattern] = ()
    where: Condition | None = None
    keys: Sequence[Text] | Comparison | None = None
    bounds: Bounds = field(default_factory=Bounds)


Statement = Select | Show
