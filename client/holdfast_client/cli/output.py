"""An answer as people and scripts want it.

In a terminal a list is a table as wide as the terminal, and a thing is a line for each field.
Elsewhere a list is tab-separated lines with all columns, so that `cut` and `awk` can be used.
"""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import msgspec

_FIRST = ("name", "id", "key", "status", "state", "type", "severity", "title")
_SAMPLE = 200  # rows that the columns are chosen by
_LONGEST_CELL = 60

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """What was asked for; none of it is a table."""

    json: str | None = None  # fields, comma-separated; all where it is empty
    jq: str | None = None
    csv: bool = False
    ids: bool = False


def show(answer: Any, form: Form) -> None:
    """One thing, whatever it is."""
    found = msgspec.to_builtins(answer)
    if isinstance(found, dict) and isinstance(found.get("items"), list):
        show_rows(found["items"], form)
        if found.get("nextCursor") and sys.stderr.isatty():
            print("there are more: --all", file=sys.stderr)
    elif isinstance(found, list) and all(isinstance(each, dict) for each in found):
        show_rows(found, form)
    elif form.json is not None or form.jq is not None or not isinstance(found, dict):
        write_json(_only(found, form.json), form.jq)
    elif form.ids:
        print(found.get("id", ""))
    else:
        _write_fields(found)


def show_event(name: str, data: Any) -> None:
    """One of a stream, as it comes: a line of JSON."""
    print(json.dumps({"event": name, "data": data}, ensure_ascii=False), flush=True)


def show_rows(items: Iterable[Any], form: Form) -> None:
    """Many of a kind, as they come."""
    rows = (msgspec.to_builtins(each) for each in items)
    if form.json is not None or form.jq is not None:
        write_json([_only(row, form.json) for row in rows], form.jq)
        return
    if form.ids:
        for row in rows:
            print(row["id"])
        return
    sample = list(islice(rows, _SAMPLE))
    columns = columns_of(sample)
    every = chain(sample, rows)
    if form.csv:
        _write_csv(every, columns)
    elif sys.stdout.isatty():
        _write_table(every, columns, sample)
    else:
        for row in every:
            print("\t".join(cell(row.get(name)).replace("\t", " ") for name in columns))


def columns_of(rows: Sequence[Row]) -> list[str]:
    """The fields of these rows: what names a thing at the head, what is empty everywhere not at all."""
    names = dict.fromkeys(
        name for row in rows for name, value in row.items() if value not in (None, [], {})
    )
    first = [name for name in _FIRST if name in names]
    return first + [name for name in names if name not in first]


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.replace("\n", " ")


def _write_fields(found: Row) -> None:
    width = max((len(name) for name in found), default=0)
    for name, value in found.items():
        print(f"{name:<{width}}  {cell(value)}")


def _write_table(rows: Iterable[Row], columns: Sequence[str], sample: Sequence[Row]) -> None:
    widths = {
        name: min(_LONGEST_CELL, max([len(name), *(len(cell(row.get(name))) for row in sample)]))
        for name in columns
    }
    fitting = list(_fitting(columns, widths, shutil.get_terminal_size().columns))
    print("  ".join(f"{name:<{widths[name]}}" for name in fitting).rstrip())
    for row in rows:
        cells = (f"{_cut(cell(row.get(name)), widths[name]):<{widths[name]}}" for name in fitting)
        print("  ".join(cells).rstrip())


def _fitting(columns: Sequence[str], widths: dict[str, int], width: int) -> Iterator[str]:
    used = 0
    for name in columns:
        used += widths[name] + 2
        if used - 2 <= width or name == columns[0]:
            yield name


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _write_csv(rows: Iterable[Row], columns: Sequence[str]) -> None:
    written = csv.writer(sys.stdout, lineterminator="\n")
    written.writerow(columns)
    written.writerows([cell(row.get(name)) for name in columns] for row in rows)


def _only(found: Any, fields: str | None) -> Any:
    if not fields or not isinstance(found, dict):
        return found
    return {name: found.get(name) for name in fields.split(",")}


def write_json(found: Any, program: str | None) -> None:
    """Or what a program of jq makes of it."""
    if program is None:
        print(json.dumps(found, indent=2 if sys.stdout.isatty() else None, ensure_ascii=False))
        return
    import jq  # type: ignore[import-not-found]  # an extra

    for each in jq.compile(program).input_value(found):
        print(each if isinstance(each, str) else json.dumps(each, ensure_ascii=False))
