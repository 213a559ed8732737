"""The measures of the code are right on code that one can count by hand."""

from __future__ import annotations

import pytest

from tests.architecture.measures import Folder, Function, quantiles, row_of, source_of, words_of

TEXT = '''"""A module,
in two lines."""

# a comment of its own
LIMIT = 3  # and one beside code
"""What a field means."""


class Reader:
    def read(self, rows: list[int], *, limit: int) -> int:
        """One line."""
        for row in rows:
            if row > limit:
                return row
            elif row:
                continue
        return 0
'''


def test_lines_are_prose_or_code_or_empty() -> None:
    source = source_of(TEXT)
    assert (source.lines, source.prose_lines, source.code_lines) == (17, 6, 9)


def test_tokens_are_those_of_code_alone() -> None:
    assert source_of('"""Three words here."""\nx = 1  # and here\n').tokens == 3
    assert source_of("x = f(1, 'text')\n").tokens == 8


def test_functions_have_a_length_parameters_and_a_depth() -> None:
    assert source_of(TEXT).functions == [Function(lines=8, parameters=2, depth=2)]


def test_a_function_in_a_function_is_measured_by_itself() -> None:
    text = "def outer():\n    def inner():\n        while True:\n            pass\n"
    assert sorted(each.depth for each in source_of(text).functions) == [0, 1]


def test_long_lines_are_counted_in_characters() -> None:
    assert source_of(f"x = '{'é' * 95}'\n").long_lines == 1
    assert source_of(f"x = '{'é' * 94}'\n").long_lines == 0


@pytest.mark.parametrize(
    ("name", "words"),
    [("Part", 1), ("_Part", 1), ("PartialAggregate", 2), ("HTTPServer", 2), ("Sha256", 1)],
)
def test_words_of_a_name_are_told_apart(name: str, words: int) -> None:
    assert len(words_of(name)) == words


def test_quantiles_of_nothing_are_nothing() -> None:
    assert quantiles([], 0.5, 1) == "0/0"
    assert quantiles([5, 1, 9], 0.5, 0.9, 1) == "5/9/9"


def test_a_row_has_what_was_measured() -> None:
    row = row_of(Folder("app", [source_of(TEXT)]))
    assert row[1:6] == ("1", "0.0k", "17/17/17", "8/8/8/8 (0)", "2/2/2")
    assert row[8:] == ("0 (0.0 %)", "35.3", "100 %")
