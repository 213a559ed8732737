"""Sending: two loops, which differ in how they wait."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import httpx
from msgspec import UNSET, UnsetType

from holdfast_client.endpoint import Endpoint
from holdfast_client.requests import Answer, Call, answer_of, request_of
from holdfast_client.retries import Retries, Tries, sleep
from holdfast_client.streams import AsyncBytes, AsyncEvents, Events, SyncBytes

Item_co = TypeVar("Item_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Connection:
    """What all namespaces of one client share."""

    http: httpx.Client
    retries: Retries = field(default_factory=Retries)

    def send(self, call: Call) -> httpx.Response:
        """The answer, whatever it says. Raises Unreachable when there is none."""
        request, tries = request_of(call, self.http), Tries(call.endpoint, self.retries)
        while True:
            try:
                response = self.http.send(request)
                wait = tries.after_answer(response)
            except httpx.TransportError as error:
                wait = tries.after_error(error)
            if wait is None:
                return tries.settled(response)
            time.sleep(wait)


@dataclass(frozen=True, slots=True)
class AsyncConnection:
    """The same for asynchronous programs."""

    http: httpx.AsyncClient
    retries: Retries = field(default_factory=Retries)

    async def send(self, call: Call) -> httpx.Response:
        """The answer, whatever it says. Raises Unreachable when there is none."""
        request, tries = request_of(call, self.http), Tries(call.endpoint, self.retries)
        while True:
            try:
                response = await self.http.send(request)
                wait = tries.after_answer(response)
            except httpx.TransportError as error:
                wait = tries.after_error(error)
            if wait is None:
                return tries.settled(response)
            await sleep(wait)


class SyncTransport:
    """What the methods of a namespace are made of."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def connection(self) -> Connection:
        """For requests that no method makes."""
        return self._connection

    def _call(self, endpoint: Endpoint, *, answer: type[Answer], **given: Any) -> Answer:
        return answer_of(self._connection.send(Call(endpoint, **given)), answer)

    def _open(self, endpoint: Endpoint, **given: Any) -> SyncBytes:
        return SyncBytes(self._connection.http, Call(endpoint, **given))

    def _listen(self, endpoint: Endpoint, **given: Any) -> Events:
        call = Call(endpoint, accept="text/event-stream", **given)
        return Events(self._connection.http, self._connection.retries, call)


class AsyncTransport:
    """The same for asynchronous programs."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    @property
    def connection(self) -> AsyncConnection:
        """For requests that no method makes."""
        return self._connection

    async def _call(self, endpoint: Endpoint, *, answer: type[Answer], **given: Any) -> Answer:
        return answer_of(await self._connection.send(Call(endpoint, **given)), answer)

    def _open(self, endpoint: Endpoint, **given: Any) -> AsyncBytes:
        return AsyncBytes(self._connection.http, Call(endpoint, **given))

    def _listen(self, endpoint: Endpoint, **given: Any) -> AsyncEvents:
        call = Call(endpoint, accept="text/event-stream", **given)
        return AsyncEvents(self._connection.http, self._connection.retries, call)


class Page(Protocol[Item_co]):
    """One page of a list."""

    @property
    def items(self) -> Sequence[Item_co]: ...

    @property
    def next_cursor(self) -> str | None: ...


Cursor = str | UnsetType


def each_of_pages(page_at: Callable[[Cursor], Page[Item_co]]) -> Iterator[Item_co]:
    """Every item of a list, page after page."""
    cursor: str | UnsetType | None = UNSET
    while cursor is not None:
        page = page_at(cursor)
        yield from page.items
        cursor = page.next_cursor


async def each_of_pages_async(
    page_at: Callable[[Cursor], Awaitable[Page[Item_co]]],
) -> AsyncIterator[Item_co]:
    """Every item of a list, page after page."""
    cursor: str | UnsetType | None = UNSET
    while cursor is not None:
        page = await page_at(cursor)
        for item in page.items:
            yield item
        cursor = page.next_cursor
