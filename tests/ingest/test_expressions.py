"""What people calculate: a grammar of few words, refused at its place, the same for one row as for
many."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
import pytest

from ingest.expressions.parsing import parse
from ingest.expressions.tokens import ExpressionFault
from ingest.expressions.tree import inputs_of
from ingest.expressions.values import evaluate

NAN = math.nan
Row = dict[str, float]


def value_of(text: str, **inputs: float) -> float:
    columns = {name: np.array([value], float) for name, value in inputs.items()}
    return float(evaluate(parse(text), columns, 1)[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("12 / 4 / 3", 1),
        ("-2 * 3", -6),
        ("2 - -3", 5),
        (".5 + 1.e1", 10.5),
        ("1 + 1 == 2", 1),
        ("3 < 2", 0),
        ("1 < 2 and 2 < 3 or 0", 1),
        ("1 or 1 and 0", 1),
        ("not 1 > 2", 1),
        ("not 1 or 1", 1),
        ("7 and -1", 1),
        ("min(3, 1, 2) + max(3, 1, 2)", 4),
        ("abs(-3)", 3),
        ("sqrt(9)", 3),
        ("if(2 > 1, 10, 20)", 10),
        ("if(0, 1 / 0, 20)", 20),
    ],
)
def test_what_binds_more_tightly_comes_first(text: str, expected: float) -> None:
    assert value_of(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a > 1",
        "not a",
        "a or 1",
        "1 / 0 > 1",
        "0 / 0 == 0 / 0",
        "sqrt(-1)",
        "1e308 * 10",
        "min(1, a)",
        "if(a, 1, 1)",
        "abs(a)",
    ],
)
def test_what_has_no_value_in_it_has_none(text: str) -> None:
    assert math.isnan(value_of(text, a=NAN))


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("   ", 0),
        ("a and", 5),
        ("(a", 2),
        ("a)", 1),
        ("a b", 2),
        ("2a", 1),
        ("a $ b", 2),
        ("a = b", 2),
        ("1 < a < 2", 6),
        ("and", 0),
        ("min", 0),
        ("foo(a)", 0),
        ("abs(a, b)", 0),
        ("if(a, b)", 0),
        ("max()", 4),
        ("a.real", 1),
        ("a[0]", 1),
        ("__import__('os')", 11),
        ("1e999", 0),
        ("é", 0),
        ("(" * 60 + "a" + ")" * 60, 50),
        ("-" * 900 + "a", 50),
        ("a+" * 500 + "a", 1000),
    ],
)
def test_what_is_none_is_refused_at_its_place(text: str, position: int) -> None:
    with pytest.raises(ExpressionFault) as refused:
        parse(text)
    assert refused.value.position == position


def test_a_long_sum_is_as_good_as_a_short_one() -> None:
    assert value_of("+".join(["a"] * 500), a=2) == 1000
    assert inputs_of(parse("+".join(["a"] * 499) + "*b")) == {"a", "b"}


Meaning = Callable[[Row], float]


def _any(rng: random.Random, depth: int) -> tuple[str, Meaning]:
    """A text with all its brackets, and what it means, in scalars; NaN where it has no value."""
    kind = rng.choice(["number", "input"] if depth == 0 else ["input", "sign", "sign", "call"])
    if kind == "number":
        number = rng.choice([0.0, 1.0, 2.5, 8.0])
        return repr(number), lambda row: number
    if kind == "input":
        name = rng.choice("abc")
        return name, lambda row: row[name]
    one, one_means = _any(rng, depth - 1)
    other, other_means = _any(rng, depth - 1)
    if kind == "call":
        function = rng.choice(["min", "max"])
        least = min if function == "min" else max
        return f"{function}({one}, {other})", _known(one_means, other_means, least)
    sign = rng.choice(list(SIGNS))
    return f"({one} {sign} {other})", _known(one_means, other_means, SIGNS[sign])


def _known(one: Meaning, other: Meaning, function: Callable[[float, float], float]) -> Meaning:
    def meaning(row: Row) -> float:
        left, right = one(row), other(row)
        if math.isnan(left) or math.isnan(right):
            return NAN
        try:
            return float(function(left, right))
        except ZeroDivisionError:
            return NAN

    return meaning


SIGNS: dict[str, Callable[[float, float], float]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": lambda one, other: one / other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "and": lambda one, other: bool(one) and bool(other),
    "or": lambda one, other: bool(one) or bool(other),
}


def test_columns_come_to_what_each_row_comes_to_by_itself() -> None:
    for seed in range(500):
        rng = random.Random(seed)
        text, meaning = _any(rng, rng.randint(1, 4))
        rows = [{name: rng.choice([0.0, 1.0, 3.0, -2.5, NAN]) for name in "abc"} for _ in range(7)]
        columns = {name: np.array([row[name] for row in rows]) for name in "abc"}
        found = evaluate(parse(text), columns, len(rows))
        expected = np.array([meaning(row) for row in rows])
        np.testing.assert_array_equal(found, expected, err_msg=f"seed {seed}: {text}")
