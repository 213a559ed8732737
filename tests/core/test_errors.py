"""The tree of errors is drawn in their module's docstring."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.core import errors
from app.core.errors import Problem


def drawn(text: str) -> Iterator[tuple[int, str, int]]:
    """(depth, name, status) of each line of a tree."""
    for line in text.splitlines():
        if found := re.fullmatch(r"((?:[│ ]  )*)[├└]── (\w+) (\d{3})\b.*", line):
            yield len(found[1]) // 3 + 1, found[2], int(found[3])


def defined(kind: type[Problem], depth: int = 1) -> Iterator[tuple[int, str, int]]:
    """The subclasses that the product has, by status."""
    children = [child for child in kind.__subclasses__() if child.__module__ == errors.__name__]
    for child in sorted(children, key=lambda child: child.status):
        yield depth, child.__name__, child.status
        yield from defined(child, depth + 1)


def test_the_tree_of_errors_is_drawn_as_it_is() -> None:
    assert list(drawn(errors.__doc__ or "")) == list(defined(Problem))


def test_every_error_of_the_product_is_in_the_tree() -> None:
    def everywhere(kind: type[Problem]) -> Iterator[type[Problem]]:
        for child in kind.__subclasses__():
            yield child
            yield from everywhere(child)

    import app.main  # noqa: F401 - what it loads is all of the API

    elsewhere = {
        kind.__qualname__
        for kind in everywhere(Problem)
        if kind.__module__.startswith(("app.", "workers.")) and kind.__module__ != errors.__name__
    }
    assert elsewhere == set()


def test_the_look_at_the_drawing_can_fail() -> None:
    text = "Problem\n├── Malformed 400  can't be read\n│  └── Deeper 422\n└── Unavailable 503"
    assert list(drawn(text)) == [(1, "Malformed", 400), (2, "Deeper", 422), (1, "Unavailable", 503)]
