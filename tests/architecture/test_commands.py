"""What README.md, the pages under docs/ and `make help` promise exists."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from click import Context
from typer.main import get_command

from app.cli import cli
from holdfast_client.cli.main import cli as client

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
SHELL_BLOCK = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(
    r"(?:^|[|&;(]|\s)(?:\$ )?(?:\S*/)?(make|holdfast)\s+((?:-\S+\s+)*)([a-z][a-z-]*)", re.MULTILINE
)


def commands_in(markdown: str) -> set[tuple[str, str]]:
    """(program, command) of every `make …` and `holdfast …` in the shell blocks of a page, comments left out."""
    blocks = (re.sub(r"(^|\s)#.*", "", block) for block in SHELL_BLOCK.findall(markdown))
    return {
        (program, command) for block in blocks for program, _, command in COMMAND.findall(block)
    }


def missing(markdown: str) -> set[tuple[str, str]]:
    known = {("make", target) for target in TARGETS}
    known |= {("holdfast", name) for name in get_command(cli).commands}  # type: ignore[attr-defined]
    known |= {("holdfast", name) for name in client.list_commands(Context(client))}
    return commands_in(markdown) - known


@pytest.mark.parametrize(
    "page",
    [ROOT / "README.md", ROOT / "client" / "README.md", *sorted((ROOT / "docs").glob("*.md"))],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_every_command_in_a_page_exists(page: Path) -> None:
    assert missing(page.read_text()) == set()


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("```sh\nmake fly\n```\n", {("make", "fly")}),
        ("```sh\nholdfast levitate --now\n```\n", {("holdfast", "levitate")}),
        ("```sh\n.venv/bin/holdfast levitate\n```\n", {("holdfast", "levitate")}),
        ("```sh\ncd x && make fly\n```\n", {("make", "fly")}),
        ("```sh\nmake demo  # then make fly\nholdfast up --demo\n```\n", set()),
        ("make fly", set()),
    ],
)
def test_a_command_that_does_not_exist_is_found(page: str, found: set[tuple[str, str]]) -> None:
    assert missing(page) == found


def test_every_described_target_is_in_make_help() -> None:
    described = re.findall(r"^([a-zA-Z0-9_.-]+):.*?## ", MAKEFILE, re.MULTILINE)
    shown = subprocess.run(
        ["make", "-C", ROOT, "help"], capture_output=True, text=True, check=True
    ).stdout
    assert described
    for target in described:
        assert re.search(rf"\bmake {re.escape(target)}\s", shown), target


def test_every_target_is_described_and_phony() -> None:
    phony = set(re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[0].split())
    described = set(re.findall(r"^([a-z][a-z-]*):.*## ", MAKEFILE, re.MULTILINE))
    assert described == TARGETS == phony
