"""How a cell of CSV stays no formula, and becomes again what it was.

A cell that a spreadsheet would take for a formula gets an apostrophe in front; one that begins with
apostrophes and then looks so gets one more, so that nothing is lost either way.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r\n]")


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet runs. `unguarded` gives it back."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    return cell[1:] if _ESCAPED.match(cell) else cell
