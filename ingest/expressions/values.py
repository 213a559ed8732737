"""What an expression comes to, for columns of numbers: the same for one moment as for a year.

NaN is "no value". What has none in it has none: a division by 0, a root of less than 0, a number
beyond any double; but of if() the branch that isn't taken doesn't count. Only what IEEE 754 has
exact is done: a value depends on its own row alone, not on how many are calculated together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

import numpy as np

from db.readings.columns import Floats
from ingest.expressions.tree import (
    BinaryNode,
    CallNode,
    ExpressionNode,
    FunctionName,
    InputLeaf,
    NumberLeaf,
    Operation,
    UnaryNode,
)

_Calculation = Callable[..., Floats]


def evaluate(node: ExpressionNode, inputs: Mapping[str, Floats], rows: int) -> Floats:
    """`inputs` has a column of so many rows by each name in it; NaN where there is no value."""
    with np.errstate(all="ignore"):
        return _value(node, inputs, rows)


def _value(node: ExpressionNode, inputs: Mapping[str, Floats], rows: int) -> Floats:
    match node:
        case NumberLeaf(value):
            return np.full(rows, value)
        case InputLeaf(name):
            return _finite(inputs[name])
        case UnaryNode("-", operand):
            return np.negative(_value(operand, inputs, rows))
        case UnaryNode(_, operand):
            negated = _value(operand, inputs, rows)
            return _where_all([negated], negated == 0)
        case BinaryNode(operation, left, right):
            one, other = _value(left, inputs, rows), _value(right, inputs, rows)
            return _OPERATIONS[operation](one, other)
        case CallNode(function, arguments):
            values = [_value(argument, inputs, rows) for argument in arguments]
            return _FUNCTIONS[function](values)


def _finite(found: Floats) -> Floats:
    return np.where(np.isfinite(found), found, np.nan)


def _where_all(values: Sequence[Floats], found: np.ndarray) -> Floats:
    """1 or 0, where all have a value."""
    known = reduce(np.logical_and, [~np.isnan(value) for value in values])
    return np.where(known, found.astype(np.float64), np.nan)


def _arithmetic(function: np.ufunc) -> _Calculation:
    return lambda one, other: _finite(function(one, other))


def _comparison(function: np.ufunc) -> _Calculation:
    return lambda one, other: _where_all([one, other], function(one, other))


def _logic(function: np.ufunc) -> _Calculation:
    return lambda one, other: _where_all([one, other], function(one != 0, other != 0))


def _if(values: Sequence[Floats]) -> Floats:
    condition, one, other = values
    return np.where(np.isnan(condition), np.nan, np.where(condition != 0, one, other))


_OPERATIONS: dict[Operation, _Calculation] = {
    "+": _arithmetic(np.add),
    "-": _arithmetic(np.subtract),
    "*": _arithmetic(np.multiply),
    "/": _arithmetic(np.divide),
    "<": _comparison(np.less),
    "<=": _comparison(np.less_equal),
    ">": _comparison(np.greater),
    ">=": _comparison(np.greater_equal),
    "==": _comparison(np.equal),
    "!=": _comparison(np.not_equal),
    "and": _logic(np.logical_and),
    "or": _logic(np.logical_or),
}
_FUNCTIONS: dict[FunctionName, Callable[[Sequence[Floats]], Floats]] = {
    "abs": lambda values: np.abs(values[0]),
    "sqrt": lambda values: np.sqrt(values[0]),
    "min": lambda values: reduce(np.minimum, values),
    "max": lambda values: reduce(np.maximum, values),
    "if": _if,
}
