"""InfluxQL, as far as Grafana's query builder and people go: from text to statements.

Read only. What is no part of it is refused with the place, as InfluxDB does.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput
from lark.exceptions import VisitError

from app.telemetry.influxql.statements import (
    Arithmetic,
    Call,
    Combined,
    Duration,
    Flag,
    InfluxError,
    Number,
    Pattern,
    Ref,
    RowBounds,
    Select,
    SelectField,
    Show,
    Statement,
    TagComparison,
    Text,
    Wildcard,
)

CHARACTERS_MAX = 16_384
DEPTH_MAX = 50
STATEMENTS_MAX = 20

_GRAMMAR = r"""
start: ";"* statement (";"+ statement)* ";"*
?statement: select | show

select: "SELECT"i fields "FROM"i sources where? group? order? bounds tz?
fields: field ("," field)*
field: expression ("AS"i name)?
sources: source ("," source)*
source: name ("." name)* ("." REGEX)? | REGEX
where: "WHERE"i any_of
group: "GROUP"i "BY"i dimension ("," dimension)* fill?
dimension: call | ref | REGEX | STAR
fill: "FILL"i "(" (NAME | signed) ")"
order: "ORDER"i "BY"i name (ASC | DESC)?
bounds: (limit | offset | slimit | soffset)*
limit: "LIMIT"i NUMBER
offset: "OFFSET"i NUMBER
slimit: "SLIMIT"i NUMBER
soffset: "SOFFSET"i NUMBER
tz: "TZ"i "(" STRING ")"

show: "SHOW"i "DATABASES"i                                             -> databases
    | "SHOW"i "RETENTION"i "POLICIES"i on?                             -> policies
    | "SHOW"i "MEASUREMENTS"i on? with_measurement? where? bounds       -> measurements
    | "SHOW"i "TAG"i "KEYS"i on? from_? where? bounds                    -> tag_keys
    | "SHOW"i "TAG"i "VALUES"i on? from_? with_key where? bounds         -> tag_values
    | "SHOW"i "FIELD"i "KEYS"i on? from_? bounds                         -> field_keys
on: "ON"i name
from_: "FROM"i sources
with_measurement: "WITH"i "MEASUREMENT"i ("=" name | "=~" REGEX)
with_key: "WITH"i "KEY"i ("=" name | "IN"i "(" name ("," name)* ")" | OPERATOR REGEX)

?any_of: all_of ("OR"i all_of)*
?all_of: _term ("AND"i _term)*
_term: comparison | "(" any_of ")"
comparison: operand (OPERATOR | "=") operand
?operand: plain (SIGN plain)*
?plain: call | ref | STRING | REGEX | DURATION | signed

?expression: product (SIGN product)*
?product: atom ((STAR | SLASH) atom)*
?atom: call | ref | STAR | DURATION | STRING | signed | "(" expression ")"
call: NAME "(" (expression ("," expression)*)? ")"
signed: SIGN? NUMBER
ref: name ("::" NAME)?
name: NAME | QUOTED

OPERATOR.3: "=~" | "!~" | "!=" | "<>" | "<=" | ">=" | "<" | ">" | "=="
SIGN: "+" | "-"
STAR: "*"
SLASH: "/"
ASC: "ASC"i
DESC: "DESC"i
DURATION.2: /(\d+(ns|ms|u|µ|s|m|h|d|w))+/
NUMBER: /\d+(\.\d*)?([eE][+-]?\d+)?/
NAME: /[A-Za-z_][A-Za-z0-9_]*/
QUOTED: /"(\\.|[^"\\\n])*"/
STRING: /'(\\.|[^'\\\n])*'/
REGEX: /\/(\\.|[^\/\\\n])*\//
%ignore /\s+/
"""
_UNITS = {
    "u": timedelta(microseconds=1),
    "µ": timedelta(microseconds=1),
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_PART = re.compile(r"(\d+)(ns|ms|u|µ|s|m|h|d|w)")


def statements_of(text: str) -> list[Statement]:
    """Raises InfluxError for what is no InfluxQL that is known here."""
    if len(text) > CHARACTERS_MAX:
        raise InfluxError(f"the query has more than {CHARACTERS_MAX} characters")
    if text.count("(") > DEPTH_MAX and _depth(text) > DEPTH_MAX:
        raise InfluxError(f"the query is nested more than {DEPTH_MAX} deep")
    try:
        found: list[Statement] = _parser().parse(text)  # type: ignore[assignment]
    except UnexpectedInput as error:
        line, column = max(getattr(error, "line", 1), 1), max(getattr(error, "column", 1), 1)
        raise InfluxError(
            f"error parsing query: at line {line}, char {column} stands what isn't understood; "
            "statements that read, as Grafana's query builder writes them, are"
        ) from None
    except VisitError as error:
        if isinstance(error.orig_exc, InfluxError):
            raise error.orig_exc from None
        raise InfluxError("error parsing query: a number or a duration is too large") from None
    if len(found) > STATEMENTS_MAX:
        raise InfluxError(f"at most {STATEMENTS_MAX} statements may be asked at once")
    return found


def _depth(text: str) -> int:
    """How deep parentheses stand in each other, those in texts too."""
    depth = deepest = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    return deepest


def span_of(text: str) -> timedelta:
    """`1h30m`. Raises OverflowError beyond what there is."""
    parts = _PART.findall(text)
    nanoseconds = sum(int(number) for number, unit in parts if unit == "ns")
    rest = (int(number) * _UNITS[unit] for number, unit in parts if unit != "ns")
    return sum(rest, timedelta(microseconds=nanoseconds // 1000))


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", transformer=_Statements(), propagate_positions=False)


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


class _Where(tuple[Any]):
    """So that a condition is told from the other parts of a statement."""


class _Group(tuple[Any, Any]):
    pass


class _Keys(tuple[Any]):
    pass


class _Zone(str):
    pass


class _Statements(Transformer[Token, Any]):
    """Each rule as what it comes to."""

    def start(self, found: list[Any]) -> list[Statement]:
        return found

    # names and values

    def name(self, found: list[Token]) -> str:
        [token] = found
        return _unquoted(token) if token.type == "QUOTED" else str(token)

    def ref(self, found: list[Any]) -> Ref:
        return Ref(found[0])

    def signed(self, found: list[Token]) -> Number:
        return Number(float("".join(found)))

    def call(self, found: list[Any]) -> Call:
        return Call(str(found[0]).lower(), [_value(each) for each in found[1:]])

    def expression(self, found: list[Any]) -> Arithmetic:
        return _arithmetic(found)

    product = operand = expression

    def comparison(self, found: list[Any]) -> TagComparison:
        left, *operator, right = found
        return TagComparison(_value(left), str(operator[0]) if operator else "=", _value(right))

    def any_of(self, found: list[Any]) -> Combined:
        return Combined("OR", found)

    def all_of(self, found: list[Any]) -> Combined:
        return Combined("AND", found)

    # parts of statements

    def field(self, found: list[Any]) -> SelectField:
        return SelectField(_value(found[0]), found[1] if len(found) > 1 else None)

    def fields(self, found: list[SelectField]) -> tuple[SelectField, ...]:
        return tuple(found)

    def source(self, found: list[Any]) -> Text | Pattern:
        last = found[-1]  # before it, a database and a retention policy
        return _value(last) if isinstance(last, Token) else Text(last)

    def sources(self, found: list[Any]) -> list[Any]:
        return found

    def where(self, found: list[Any]) -> _Where:
        return _Where((found[0],))

    def dimension(self, found: list[Any]) -> Any:
        return _value(found[0])

    def fill(self, found: list[Any]) -> tuple[str, Any]:
        [how] = found
        if isinstance(how, Number):
            return "fill", how.value
        if (name := str(how).lower()) in ("null", "none", "previous", "linear"):
            return "fill", name
        raise InfluxError(f"error parsing query: fill({how}) is unknown")

    def group(self, found: list[Any]) -> _Group:
        fills = [each[1] for each in found if isinstance(each, tuple)]
        return _Group(
            (
                [each for each in found if not isinstance(each, tuple)],
                fills[0] if fills else "null",
            )
        )

    def order(self, found: list[Any]) -> Token:
        if found[0].lower() != "time":
            raise InfluxError("error parsing query: only ORDER BY time is supported")
        return found[1] if len(found) > 1 else Token("ASC", "ASC")

    def limit(self, found: list[Token]) -> tuple[str, int]:
        return "limit", _whole(found[0])

    def offset(self, found: list[Token]) -> tuple[str, int]:
        return "offset", _whole(found[0])

    def slimit(self, found: list[Token]) -> tuple[str, int]:
        return "slimit", _whole(found[0])

    def soffset(self, found: list[Token]) -> tuple[str, int]:
        return "soffset", _whole(found[0])

    def bounds(self, found: list[tuple[str, int]]) -> RowBounds:
        return RowBounds(**dict(found))

    def tz(self, found: list[Token]) -> _Zone:
        return _Zone(_unquoted(found[0]))

    # statements

    def select(self, found: list[Any]) -> Select:
        fields, sources, *rest = found
        dimensions, fill = _part(rest, _Group, ([], "null"))
        return Select(
            fields=fields,
            sources=sources,
            where=_part(rest, _Where, (None,))[0],
            dimensions=dimensions,
            fill=fill,
            is_descending=any(isinstance(each, Token) and each.type == "DESC" for each in rest),
            bounds=_part(rest, RowBounds, RowBounds()),
            zone=str(_part(rest, _Zone, "UTC")),
        )

    def on(self, _found: list[Any]) -> None:
        """Whatever it is called, it is the caller's organization."""

    def from_(self, found: list[Any]) -> list[Any]:
        return list(found[0])

    def with_measurement(self, found: list[Any]) -> list[Any]:
        return [_value(found[0]) if isinstance(found[0], Token) else Text(found[0])]

    def with_key(self, found: list[Any]) -> _Keys:
        if isinstance(found[-1], Token):
            return _Keys((TagComparison(Ref(""), str(found[0]), _value(found[-1])),))
        return _Keys(([Text(name) for name in found],))

    def databases(self, _found: list[Any]) -> Show:
        return Show("DATABASES")

    def policies(self, _found: list[Any]) -> Show:
        return Show("RETENTION POLICIES")

    def measurements(self, found: list[Any]) -> Show:
        return _show("MEASUREMENTS", found)

    def tag_keys(self, found: list[Any]) -> Show:
        return _show("TAG KEYS", found)

    def tag_values(self, found: list[Any]) -> Show:
        return _show("TAG VALUES", found)

    def field_keys(self, found: list[Any]) -> Show:
        return _show("FIELD KEYS", found)


def _part(found: list[Any], kind: type[Any], default: Any) -> Any:
    return next((each for each in found if isinstance(each, kind)), default)


def _show(what: Any, found: list[Any]) -> Show:
    return Show(
        what,
        sources=_part(found, list, []),
        where=_part(found, _Where, (None,))[0],
        keys=_part(found, _Keys, (None,))[0],
        bounds=_part(found, RowBounds, RowBounds()),
    )


def _arithmetic(found: list[Any]) -> Arithmetic:
    first, *rest = found
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return Arithmetic(_value(first), [(str(sign), _value(each)) for sign, each in pairs])


def _value(found: Any) -> Any:
    """A token as what it stands for; true and false are names that nobody quotes."""
    if isinstance(found, Ref) and found.name.lower() in ("true", "false"):
        return Flag(found.name.lower() == "true")
    if not isinstance(found, Token):
        return found
    match found.type:
        case "STRING":
            return Text(_unquoted(found))
        case "REGEX":
            return Pattern(found[1:-1].replace("\\/", "/"))
        case "DURATION":
            return Duration(span_of(found))
        case _:
            return Wildcard()


def _whole(token: Token) -> int:
    if not token.isdecimal() or len(token) > 9:
        raise InfluxError(f"error parsing query: {token} is no number of rows")
    return int(token)
