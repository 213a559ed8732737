"""What an expression is made of. Everything is a number: what compares is 1 or 0, and what is not
0 is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Operation = Literal["+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!=", "and", "or"]
FunctionName = Literal["abs", "min", "max", "sqrt", "if"]


@dataclass(frozen=True, slots=True)
class NumberLeaf:
    value: float


@dataclass(frozen=True, slots=True)
class InputLeaf:
    name: str


@dataclass(frozen=True, slots=True)
class UnaryNode:
    operation: Literal["-", "not"]
    operand: ExpressionNode


@dataclass(frozen=True, slots=True)
class BinaryNode:
    operation: Operation
    left: ExpressionNode
    right: ExpressionNode


@dataclass(frozen=True, slots=True)
class CallNode:
    function: FunctionName
    arguments: tuple[ExpressionNode, ...]


ExpressionNode = NumberLeaf | InputLeaf | UnaryNode | BinaryNode | CallNode


def inputs_of(node: ExpressionNode) -> set[str]:
    """The names in it."""
    match node:
        case InputLeaf(name):
            return {name}
        case UnaryNode(_, operand):
            return inputs_of(operand)
        case BinaryNode(_, left, right):
            return inputs_of(left) | inputs_of(right)
        case CallNode(_, arguments):
            return {name for argument in arguments for name in inputs_of(argument)}
    return set()
