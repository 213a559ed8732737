"""A JSON or YAML document with the line and column of everything in it.

YAML is read as JSON's superset that people mean: JSON's types (YAML 1.2's core schema), no anchors, aliases, tags or
merge keys, so that nothing is larger than it looks and `no` is a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import yaml

from app.core.errors import Fault

DEPTH_MAX = 40

Path = tuple[str | int, ...]
Place = tuple[int, int]  # line and column, from 1

_NULL = {"", "null", "Null", "NULL", "~"}
_TRUE, _FALSE = {"true", "True", "TRUE"}, {"false", "False", "FALSE"}
_INTEGER = re.compile(r"[-+]?[0-9]{1,30}")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,4})?")
# Whose value is text, however it looks: 1.10 is not 1.1.
_TEXT_KEYS = {"version"}


class Unreadable(Exception):
    """The document can't be read; `fault` says where and why."""

    def __init__(self, code: str, message: str, place: Place) -> None:
        super().__init__(message)
        self.fault = Fault("$", code, message, line=place[0], column=place[1])


@dataclass
class Document:
    """A value, and where each part of it stands."""

    value: Any = None
    places: dict[Path, Place] = field(default_factory=dict)

    def place(self, path: Path) -> Place:
        """Of the part, or of the nearest one around it that is there."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def fault(self, path: Path, code: str, message: str) -> Fault:
        line, column = self.place(path)
        return Fault(path_text(path), code, message, line=line, column=column)


def path_text(path: Path) -> str:
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def read(body: bytes, *, is_json: bool) -> Document:
    """Raises Unreadable for what is neither, for a key that is there twice, and for what hides its size."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(
            "NOT_UTF8", "the document is not UTF-8", _place_of(body, error.start)
        ) from None
    return _build(_json_events(text) if is_json else _yaml_events(text))


@dataclass(slots=True)
class _Open:
    """A container that is being filled."""

    path: Path
    value: dict[str, Any] | list[Any]
    key: str | None = None


# ("open", {} or []), ("close", None) or ("scalar", value), each with its place; a key is a scalar too.
_Event = tuple[str, Any, Place]


def _build(events: Iterator[_Event]) -> Document:
    """Iterative, so that depth costs no stack; a mapping's keys and values come in turn."""
    document = Document()
    stack: list[_Open] = []
    for kind, value, place in events:
        if kind == "close":
            stack.pop()
            continue
        top = stack[-1] if stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            _take_key(top, kind, value, place)
            continue
        path = _place(document, top, value, place)
        if kind == "open":
            if len(stack) == DEPTH_MAX:
                raise Unreadable("TOO_DEEP", f"nested more than {DEPTH_MAX} deep", place)
            stack.append(_Open(path, value))
    return document


def _take_key(top: _Open, kind: str, value: Any, place: Place) -> None:
    if kind != "scalar" or not isinstance(value, _Scalar):
        raise Unreadable("BAD_KEY", "a key is a word", place)
    if value.text in top.value:
        raise Unreadable("DUPLICATE_KEY", f"{value.text[:64]!r} is there twice", place)
    top.key = value.text


def _place(document: Document, top: _Open | None, value: Any, place: Place) -> Path:
    """Put a value where it belongs; its path."""
    key = None if top is None else top.key
    plain = value.resolved(key) if isinstance(value, _Scalar) else value
    if top is None:
        path: Path = ()
        document.value = plain
    elif isinstance(top.value, dict):
        assert top.key is not None  # noqa: S101 - `_take_key` came before
        path = (*top.path, top.key)
        top.value[top.key] = plain
        top.key = None
    else:
        path = (*top.path, len(top.value))
        top.value.append(plain)
    document.places[path] = place
    return path


@dataclass(frozen=True, slots=True)
class _Scalar:
    """As it is written; `is_plain` without quotes."""

    text: str
    is_plain: bool

    def resolved(self, key: str | None) -> Any:
        text = self.text
        if not self.is_plain or key in _TEXT_KEYS:
            return text
        if text in _NULL:
            return None
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        if _INTEGER.fullmatch(text):
            return int(text)
        return float(text) if _NUMBER.fullmatch(text) else text


def _yaml_events(text: str) -> Iterator[_Event]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    documents = 0
    try:
        for event in yaml.parse(text, Loader=loader):
            place = _place_of_mark(event.start_mark)
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
                raise Unreadable("ALIAS", "anchors and aliases are not taken: write it out", place)
            if (tag := getattr(event, "tag", None)) is not None:
                raise Unreadable("TAG", f"the tag {tag[:64]} is not taken", place)
            match event:
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        raise Unreadable("MANY_DOCUMENTS", "one document is expected", place)
                case yaml.ScalarEvent():
                    yield "scalar", _Scalar(event.value, bool(event.implicit[0])), place
                case yaml.MappingStartEvent():
                    yield "open", {}, place
                case yaml.SequenceStartEvent():
                    yield "open", [], place
                case yaml.CollectionEndEvent():
                    yield "close", None, place
    except yaml.MarkedYAMLError as error:
        place = _place_of_mark(error.problem_mark or error.context_mark)
        raise Unreadable("NOT_YAML", str(error.problem or error.context), place) from None
    except yaml.YAMLError as error:
        raise Unreadable("NOT_YAML", str(error).splitlines()[0][:200], (1, 1)) from None


def _place_of_mark(mark: Any) -> Place:
    return (1, 1) if mark is None else (mark.line + 1, mark.column + 1)


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|[^\s{}\[\]:,"]+', re.DOTALL)
_BYTE = re.compile(r"\(byte (\d+)\)")


def _json_events(text: str) -> Iterator[_Event]:
    """Of a text that msgspec found to be JSON."""
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except RecursionError:
        raise Unreadable("TOO_DEEP", "nested too deeply", (1, 1)) from None
    except msgspec.DecodeError as error:
        byte = _BYTE.search(str(error))
        place = _place_of(text.encode(), int(byte[1])) if byte else (1, 1)
        raise Unreadable("NOT_JSON", _BYTE.sub("", str(error)).strip(), place) from None
    line, line_start, read_to = 1, 0, 0
    for token in _TOKEN.finditer(text):
        start = token.start()
        breaks = text.count("\n", read_to, start)
        if breaks:
            line, line_start = line + breaks, text.rindex("\n", read_to, start) + 1
        read_to = start
        place = (line, start - line_start + 1)
        match token[0]:
            case "{":
                yield "open", {}, place
            case "[":
                yield "open", [], place
            case "}" | "]":
                yield "close", None, place
            case word if word[0] == '"':
                yield "scalar", _Scalar(msgspec.json.decode(word, type=str), is_plain=False), place
            case word:
                yield "scalar", _Scalar(word, is_plain=True), place


def _place_of(body: bytes, byte: int) -> Place:
    before = body[:byte]
    return before.count(b"\n") + 1, len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
