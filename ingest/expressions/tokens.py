"""A text, cut into names, numbers and signs."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

TokenKind = Literal["number", "name", "sign", "end"]

INPUT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KINDS: tuple[TokenKind, ...] = ("number", "name", "sign")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    rf"|(?P<name>{INPUT_NAME.pattern})"
    r"|(?P<sign><=|>=|==|!=|[-+*/<>(),]))"
)


class ExpressionFault(Exception):
    """What is wrong with an expression, and where: the number of characters before it."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message} at character {position + 1}")
        self.message = message
        self.position = position


class Token(NamedTuple):
    kind: TokenKind
    text: str
    position: int


def tokens_of(text: str) -> list[Token]:
    """The last one is the end. Raises ExpressionFault."""
    found: list[Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            place = position + len(text[position:]) - len(text[position:].lstrip())
            raise ExpressionFault(f"{text[place]!r} is no part of an expression", place)
        [kind] = [each for each in _KINDS if match[each] is not None]
        found.append(Token(kind, match[kind], match.start(kind)))
        position = match.end()
    return [*found, Token("end", "", end)]
