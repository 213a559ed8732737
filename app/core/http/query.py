"""What the query of a request may say: what its handler reads, each as it is meant, and no more.

The framework passes over what it doesn't know, so that a misspelt `dryRun` would write; and it reads
text too kindly: `?deviceId=null`, which a script sends where it has no id, and `?status=` would find
everybody's devices, and `?from=0.5` is no moment in 1970.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from itertools import chain, islice
from typing import Any, get_args

from litestar.connection import ASGIConnection
from litestar.enums import ParamType
from litestar.handlers import BaseRouteHandler

from app.core.errors import Fault, Malformed
from app.core.http.operation import ApiOperation
from app.core.http.signatures import Value, values_of

API_PATH = "/api/v1/"
_DATE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")
# An offset from Greenwich whose plus was not encoded: a query has a blank for it.
_LOST_PLUS = re.compile(r"\d{4}-\d\d-\d\d[Tt ][\d:.]+ \d\d:?\d\d")
# An address has room for ten thousand names; to look for what is near to one takes a millisecond.
_FAULTS_MAX = 10
_NAME_MAX_CHARACTERS = 50  # of what a client wrote, in our words about it


def check_query(connection: ASGIConnection[Any, Any, Any, Any], operation: ApiOperation) -> None:
    """Raises Malformed with a fault for each name that isn't read, is missing, or can't be meant;
    for so many at most."""
    handler, given = connection.route_handler, connection.query_params.dict()
    values = query_of(handler, connection.scope.get("path_params", {}))
    found = chain.from_iterable(_faults(value, given.get(value.name, [])) for value in values)
    if connection.scope["path"].startswith(API_PATH) and not operation.takes_any_query:
        names = [value.name for value in values]
        strange = sorted(given.keys() - set(names))
        found = chain(found, (_unknown(name, names) for name in strange))
    faults = list(islice(found, _FAULTS_MAX))
    if faults:
        raise Malformed(faults[0].message, errors=faults)


def query_of(handler: BaseRouteHandler, path_parameters: Mapping[str, Any] = {}) -> list[Value]:
    """The parameters that the handler and its dependencies read of the query."""
    return [
        value
        for value in values_of(handler)
        if value.place is ParamType.QUERY and value.field not in path_parameters
    ]


def _faults(value: Value, texts: Sequence[str]) -> Iterator[Fault]:
    name = value.name
    if value.is_required and not texts:
        yield Fault(name, "MISSING", f"the parameter {name} is missing")
    at_most = None if value.words is None else value.words.max_items
    if at_most is not None and _number_of(texts) > at_most:
        yield Fault(name, "INVALID", f"{name}: ask for at most {at_most} at once")
    for text in texts:
        if text.lower() == "null" and value.is_optional and not _is_text(value):
            yield Fault(name, "INVALID", f"{name} is left out where there is none, not null")
        elif not text.strip(" ,") and list[str] in get_args(value.kind):
            yield Fault(name, "INVALID", f"{name} is empty; it is left out where all are wanted")
        elif _is_time(value) and _LOST_PLUS.fullmatch(text):
            yield Fault(name, "INVALID", f"{name}: a + in an address is a blank; write %2B, or Z")
        elif _is_time(value) and not _DATE.match(text):
            yield Fault(name, "INVALID", f"{name} must be a time as RFC 3339 has it")


def _number_of(texts: Sequence[str]) -> int:
    """Before anybody splits them: commas make values, too."""
    return len(texts) + sum(text.count(",") for text in texts)


def _unknown(name: str, names: Sequence[str]) -> Fault:
    known = {each.lower(): each for each in names}
    near = get_close_matches(name[:_NAME_MAX_CHARACTERS].lower(), known, n=1, cutoff=0.5)
    cut = name[:_NAME_MAX_CHARACTERS]
    if near:
        message = f"there is no parameter {cut!a} here; {known[near[0]]} is near it"
    elif names:
        message = f"there is no parameter {cut!a} here; there are {', '.join(names)}"
    else:
        message = f"there is no parameter {cut!a} here, nor any other"
    return Fault(cut, "UNKNOWN", message)


def _is_time(value: Value) -> bool:
    return datetime in _kinds(value.type)


def _is_text(value: Value) -> bool:
    return not {str, list[str]}.isdisjoint(_kinds(value.type))


def _kinds(type_: Any) -> set[Any]:
    """The types that one of it may have, without what is said of them."""
    if hasattr(type_, "__metadata__"):
        return _kinds(type_.__origin__)
    if hasattr(type_, "__value__"):
        return _kinds(type_.__value__)
    members = get_args(type_)
    if not members or type_ == list[str]:
        return {type_}
    return set().union(*(_kinds(member) for member in members))
