"""How the code reads, in figures, a row for each folder: `python -m tests.architecture.measures [ROOT]`.

Of the product's Python without migrations; of the tests what says something there.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PRODUCT = ("app", "ingest", "db", "workers")
COLUMNS = 100
FUNCTION_LINES = 50
DEPTH = 4

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]+|[a-z0-9]+")
_LAYOUT = {
    tokenize.ENCODING,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
_BLOCKS = (
    ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.TryStar,
    ast.Match,
)  # fmt: skip
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Source:
    """What one file comes to."""

    lines: int
    long_lines: int
    """Of more than COLUMNS characters."""
    prose_lines: int
    """Lines of docstrings and of comments; a comment beside code counts as one."""
    code_lines: int
    tokens: int
    """On the code lines, without comments and docstrings."""
    classes: list[str]
    functions: list[Function]


@dataclass(frozen=True)
class Function:
    lines: int
    parameters: int
    depth: int
    """Of loops, conditions, with and try in each other; `elif` is no deeper."""


def source_of(text: str) -> Source:
    tree = ast.parse(text)
    docstrings = {line for node in _docstrings(tree) for line in range(node.lineno, _end(node) + 1)}
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    comments = sum(token.type == tokenize.COMMENT for token in tokens)
    code = [
        token
        for token in tokens
        if token.type not in _LAYOUT
        and token.type != tokenize.COMMENT
        and not (token.type == tokenize.STRING and token.start[0] in docstrings)
    ]
    nodes = list(ast.walk(tree))
    lines = text.splitlines()
    return Source(
        lines=len(lines),
        long_lines=sum(len(line) > COLUMNS for line in lines),
        prose_lines=len(docstrings) + comments,
        code_lines=len(
            {line for token in code for line in range(token.start[0], token.end[0] + 1)}
        ),
        tokens=len(code),
        classes=[node.name for node in nodes if isinstance(node, ast.ClassDef)],
        functions=[_function(node) for node in nodes if isinstance(node, _FUNCTIONS)],
    )


def words_of(name: str) -> list[str]:
    """`_HTTPServer` is two words."""
    return _WORD.findall(name)


def _docstrings(tree: ast.AST) -> Iterator[ast.Expr]:
    """Strings that stand alone: of modules, classes, functions, and below their fields."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str())):
                yield node


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
    given = node.args
    parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    return Function(
        lines=_end(node) - node.lineno + 1,
        parameters=sum(each is not None and each.arg not in ("self", "cls") for each in parameters),
        depth=max(map(_depth, node.body)),
    )


def _depth(node: ast.AST) -> int:
    """Functions inside are functions of their own."""
    if isinstance(node, _FUNCTIONS):
        return 0
    below = max(map(_depth, ast.iter_child_nodes(node)), default=0)
    if not isinstance(node, _BLOCKS):
        return below
    if isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        return max(1 + max(map(_depth, node.body)), _depth(node.orelse[0]))
    return 1 + below


@dataclass
class Folder:
    """All files of a folder."""

    name: str
    sources: list[Source] = field(default_factory=list)

    @classmethod
    def read(cls, root: Path, name: str) -> Folder:
        paths = sorted((root / name).rglob("*.py"))
        kept = [path for path in paths if "versions" not in path.parts]
        return cls(name, [source_of(path.read_text()) for path in kept])

    def total(self, what: str) -> int:
        return sum(getattr(source, what) for source in self.sources)

    @property
    def functions(self) -> list[Function]:
        return [function for source in self.sources for function in source.functions]

    @property
    def one_word_classes(self) -> float:
        """Their share of all classes, in per cent."""
        names = [name for source in self.sources for name in source.classes]
        return 100 * sum(len(words_of(name)) == 1 for name in names) / max(1, len(names))

    @property
    def prose(self) -> float:
        """Lines of it in a hundred."""
        return 100 * self.total("prose_lines") / max(1, self.total("lines"))

    @property
    def tokens_per_line(self) -> float:
        return self.total("tokens") / max(1, self.total("code_lines"))


def quantiles(values: Iterable[int], *shares: float) -> str:
    """`med/p90/max` and the like; a share of 1 is the largest."""
    ordered = sorted(values) or [0]
    return "/".join(
        str(ordered[min(len(ordered) - 1, int(share * len(ordered)))]) for share in shares
    )


HEAD = (
    "folder", "files", "lines", "file med/p90/max", f"function med/p90/p99/max (>{FUNCTION_LINES})",
    "params med/p90/max", f"depth p90/max (≥{DEPTH})", "tokens per code line",
    f"lines >{COLUMNS} col.", "prose per 100 lines", "one-word class names",
)  # fmt: skip


def row_of(folder: Folder) -> Sequence[str]:
    functions, lines = folder.functions, folder.total("lines")
    long = sum(function.lines > FUNCTION_LINES for function in functions)
    deep = sum(function.depth >= DEPTH for function in functions)
    is_product = folder.name in PRODUCT
    return (
        folder.name,
        f"{len(folder.sources)}",
        f"{lines / 1000:.1f}k",
        quantiles((source.lines for source in folder.sources), 0.5, 0.9, 1),
        quantiles((each.lines for each in functions), 0.5, 0.9, 0.99, 1) + f" ({long})",
        quantiles((each.parameters for each in functions), 0.5, 0.9, 1),
        quantiles((each.depth for each in functions), 0.9, 1) + f" ({deep})",
        f"{folder.tokens_per_line:.1f}" if is_product else "–",
        f"{folder.total('long_lines')} ({100 * folder.total('long_lines') / max(1, lines):.1f} %)",
        f"{folder.prose:.1f}" if is_product else "–",
        f"{folder.one_word_classes:.0f} %" if is_product else "–",
    )


def table(root: Path) -> str:
    rows = [HEAD, ["---"] * len(HEAD)]
    rows += [row_of(Folder.read(root, name)) for name in (*PRODUCT, "tests")]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    print(table(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
