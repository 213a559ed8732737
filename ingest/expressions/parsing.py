"""A text becomes a tree, or is refused at its place.

By precedence climbing: each level takes what binds more tightly, then its own signs. Comparisons
don't chain: `0 < a < 5` is refused, since most languages would mean something else by it.
"""

from __future__ import annotations

import math
from typing import get_args

from ingest.expressions.tokens import ExpressionFault, Token, tokens_of
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

EXPRESSION_MAX = 1_000
"""Characters."""
DEPTH_MAX = 50
"""Of what stands in one another."""
FUNCTIONS: tuple[FunctionName, ...] = get_args(FunctionName)
WORDS = frozenset({"and", "or", "not", *FUNCTIONS})
"""Names that no input has."""

_PRECEDENCE: dict[str, int] = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/"), 6),
}
_OF_NOT, _OF_COMPARISONS, _OF_MINUS = 3, 4, 7
_OPERATIONS: dict[str, Operation] = {each: each for each in get_args(Operation)}
_ARGUMENTS: dict[FunctionName, tuple[int, int]] = {
    "abs": (1, 1),
    "sqrt": (1, 1),
    "if": (3, 3),
    "min": (1, 20),
    "max": (1, 20),
}


def parse(text: str) -> ExpressionNode:
    """Raises ExpressionFault."""
    if len(text) > EXPRESSION_MAX:
        raise ExpressionFault(
            f"an expression has at most {EXPRESSION_MAX} characters", EXPRESSION_MAX
        )
    parser = _Parser(tokens_of(text))
    found = parser.expression(0)
    parser.expect_end()
    return found


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._next
        self._place += 1
        return token

    def expect_end(self) -> None:
        if self._next.kind != "end":
            raise ExpressionFault(f"{self._next.text!r} is not expected", self._next.position)

    def expression(self, binding: int) -> ExpressionNode:
        """What binds more tightly than that."""
        self._depth += 1
        if self._depth > DEPTH_MAX:
            message = f"an expression is at most {DEPTH_MAX} levels deep"
            raise ExpressionFault(message, self._next.position)
        found = self._operand()
        while (precedence := _PRECEDENCE.get(self._next.text, 0)) > binding:
            sign = self._take()
            found = BinaryNode(_OPERATIONS[sign.text], found, self.expression(precedence))
            if precedence == _OF_COMPARISONS == _PRECEDENCE.get(self._next.text):
                message = "comparisons are put together with and"
                raise ExpressionFault(message, self._next.position)
        self._depth -= 1
        return found

    def _operand(self) -> ExpressionNode:
        token = self._take()
        if token.kind == "number":
            return NumberLeaf(_number(token))
        if token.text == "-":
            return UnaryNode("-", self.expression(_OF_MINUS))
        if token.text == "not":
            return UnaryNode("not", self.expression(_OF_NOT))
        if token.text == "(":
            inside = self.expression(0)
            self._expect(")")
            return inside
        if token.kind == "name" and self._next.text == "(":
            return self._call(token)
        if token.kind == "name" and token.text not in WORDS:
            return InputLeaf(token.text)
        if token.kind == "end":
            raise ExpressionFault("something is missing", token.position)
        raise ExpressionFault(f"{token.text!r} is not expected", token.position)

    def _call(self, name: Token) -> CallNode:
        function = next((each for each in FUNCTIONS if each == name.text), None)
        if function is None:
            known = ", ".join(FUNCTIONS)
            raise ExpressionFault(f"there is no {name.text}(), but {known}", name.position)
        self._expect("(")
        arguments = [self.expression(0)]
        while self._next.text == ",":
            self._take()
            arguments.append(self.expression(0))
        self._expect(")")
        least, most = _ARGUMENTS[function]
        if not least <= len(arguments) <= most:
            count = str(least) if least == most else f"{least} to {most}"
            raise ExpressionFault(f"{function}() takes {count} arguments", name.position)
        return CallNode(function, tuple(arguments))

    def _expect(self, sign: str) -> None:
        if self._next.text != sign:
            raise ExpressionFault(f"{sign!r} is missing", self._next.position)
        self._take()


def _number(token: Token) -> float:
    number = float(token.text)
    if not math.isfinite(number):
        raise ExpressionFault("the number is beyond any double", token.position)
    return number
