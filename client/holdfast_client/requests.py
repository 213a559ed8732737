"""A call of a method as a request, and what came back as its answer. Nothing here waits."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec
from msgspec import UNSET, UnsetType

from holdfast_client.endpoint import Endpoint
from holdfast_client.errors import error_of
from holdfast_client.retries import retry_after_of

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Call:
    """What a method of a namespace was given."""

    endpoint: Endpoint
    path: tuple[Any, ...] = ()
    query: Mapping[str, Any] | None = None
    headers: Mapping[str, Any] | None = None
    body: Any = UNSET
    content_type: str | UnsetType = UNSET
    idempotency_key: str | UnsetType = UNSET
    accept: str = "application/json"


def request_of(call: Call, http: httpx.Client | httpx.AsyncClient) -> httpx.Request:
    """The same for every try: also its Idempotency-Key, which makes them one."""
    headers = {"Accept": call.accept, **dict(_texts(call.headers or {}))}
    if call.endpoint.retry == "key":
        given = call.idempotency_key
        headers["Idempotency-Key"] = str(uuid.uuid4()) if isinstance(given, UnsetType) else given
    content = _content(call.body)
    if content is not None:
        is_json = isinstance(call.content_type, UnsetType)
        headers["Content-Type"] = "application/json" if is_json else str(call.content_type)
    return http.build_request(
        call.endpoint.method,
        _path(call),
        params=list(_texts(call.query or {})),
        headers=headers,
        content=content,
    )


def answer_of(response: httpx.Response, answer: type[Answer]) -> Answer:
    """Decoded; raises ApiError for what is no success."""
    raise_for(response)
    if answer is type(None):
        return None
    if answer is bytes:
        return response.content  # type: ignore[return-value]
    return msgspec.json.decode(response.content, type=answer)


def raise_for(response: httpx.Response) -> None:
    """Nothing for a success; the body must have been read."""
    if not response.is_success:
        raise error_of(response.status_code, response.content, retry_after_of(response.headers))


def _path(call: Call) -> str:
    given = iter(call.path)
    parts = call.endpoint.path.split("/")
    filled = (quote(str(next(given)), safe="") if part.startswith("{") else part for part in parts)
    return "/".join(filled)


def _content(body: Any) -> bytes | None:
    if isinstance(body, UnsetType) or body is None:
        return None
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, Mapping):
        body = {key: value for key, value in body.items() if not isinstance(value, UnsetType)}
    return msgspec.json.encode(body)


def _texts(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A list is its name once for each; what wasn't given isn't there."""
    for name, value in values.items():
        for each in value if isinstance(value, list | tuple) else (value,):
            if not isinstance(each, UnsetType) and each is not None:
                yield name, _text(each)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return str(msgspec.to_builtins(value))
    return str(value)
