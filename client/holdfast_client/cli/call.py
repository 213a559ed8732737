"""`holdfast api`: any request, with the profile's key."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import click
import httpx
from msgspec import UNSET

from holdfast_client.cli import profiles
from holdfast_client.cli.failures import told
from holdfast_client.cli.operations import text_of
from holdfast_client.cli.output import write_json
from holdfast_client.client import Holdfast
from holdfast_client.endpoint import Endpoint
from holdfast_client.requests import Call, raise_for


def run(
    method: str,
    path: str,
    field: tuple[str, ...],
    body: str | None,
    paginate: bool,
    jq: str | None,
    profile: str | None,
) -> None:
    """Print what is answered; fields are of the query where there is no body to put them in."""
    fields = dict(_fields(field))
    is_query = method in {"GET", "DELETE"} or body is not None
    content = text_of(body) if body is not None else json.dumps(fields) if not is_query else None
    path = path if path.startswith("/api/") else f"/api/v1/{path.lstrip('/')}"
    endpoint = Endpoint("api", method, path, "never" if method == "POST" else "natural")
    with told():
        used = profiles.chosen(profile)
        with Holdfast(used.url, used.key) as holdfast:
            query = fields if is_query else {}
            if paginate:
                write_json(list(_pages(holdfast, endpoint, query)), jq)
                return
            _print(_send(holdfast, endpoint, query, content), jq)


def _pages(holdfast: Holdfast, endpoint: Endpoint, query: Mapping[str, Any]) -> Iterator[Any]:
    cursor: str | None = ""
    while cursor is not None:
        more = {"cursor": cursor} if cursor else {}
        page = json.loads(_send(holdfast, endpoint, {**query, **more}, None).content)
        if "items" not in page:
            raise click.UsageError("this is no list of pages")
        yield from page["items"]
        cursor = page.get("nextCursor")


def _send(
    holdfast: Holdfast, endpoint: Endpoint, query: Mapping[str, Any], content: str | None
) -> httpx.Response:
    body = UNSET if content is None else content
    call = Call(endpoint, query=query, body=body, accept="application/json, */*;q=0.5")
    response = holdfast.connection.send(call)
    raise_for(response)
    return response


def _print(response: httpx.Response, jq: str | None) -> None:
    if "json" in response.headers.get("Content-Type", "") and response.content:
        write_json(json.loads(response.content), jq)
    else:
        sys.stdout.buffer.write(response.content)


def _fields(given: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            raise click.UsageError(f"{each!r} is no NAME=VALUE")
        yield name, _value(text_of(value))


def _value(text: str) -> Any:
    """JSON where it is some, text otherwise."""
    try:
        return json.loads(text)
    except ValueError:
        return text
