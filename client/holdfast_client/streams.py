"""Answers that are read as they come: files, and events without an end."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any

import httpx
import msgspec

from holdfast_client.errors import Unreachable
from holdfast_client.requests import Call, raise_for, request_of
from holdfast_client.retries import Retries, sleep

_SILENCE_SECONDS = 60.0  # the platform sends a sign of life every few seconds


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream: its name, its place (None where it has none), and its JSON."""

    name: str
    id: str | None
    data: Any


class EventReader:
    """Lines of `text/event-stream` as events."""

    def __init__(self) -> None:
        self._fields: dict[str, str] = {}

    def read(self, line: str) -> Event | None:
        """The event that this line ends, if it ends one."""
        if line:
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data" and "data" in self._fields:
                value = f"{self._fields['data']}\n{value}"
            self._fields[name] = value
            return None
        fields, self._fields = self._fields, {}
        if "data" not in fields:
            return None
        data = msgspec.json.decode(fields["data"])
        return Event(fields.get("event", "message"), fields.get("id"), data)


class Events:
    """Events from now on, for as long as they are asked for; after a cut from where it was."""

    def __init__(self, http: httpx.Client, retries: Retries, call: Call) -> None:
        self._http, self._retries, self._call = http, retries, call
        self._last_id: str | None = None

    def __iter__(self) -> Iterator[Event]:
        failed = 0
        while True:
            try:
                for event in self._connected():
                    failed = 0
                    yield event
            except httpx.TransportError as error:
                failed += 1
                if failed == self._retries.tries:
                    raise Unreachable(str(error)) from error
            time.sleep(self._retries.wait_after(max(failed, 1)))

    def _connected(self) -> Iterator[Event]:
        request = request_of(_from(self._call, self._last_id), self._http)
        request.extensions["timeout"]["read"] = _SILENCE_SECONDS
        response = self._http.send(request, stream=True)
        try:
            if not response.is_success:
                response.read()
                raise_for(response)
            reader = EventReader()
            for line in response.iter_lines():
                if (event := reader.read(line)) is not None:
                    self._last_id = event.id or self._last_id
                    yield event
        finally:
            response.close()


class AsyncEvents:
    """The same for asynchronous programs."""

    def __init__(self, http: httpx.AsyncClient, retries: Retries, call: Call) -> None:
        self._http, self._retries, self._call = http, retries, call
        self._last_id: str | None = None

    async def __aiter__(self) -> AsyncIterator[Event]:
        failed = 0
        while True:
            try:
                async for event in self._connected():
                    failed = 0
                    yield event
            except httpx.TransportError as error:
                failed += 1
                if failed == self._retries.tries:
                    raise Unreachable(str(error)) from error
            await sleep(self._retries.wait_after(max(failed, 1)))

    async def _connected(self) -> AsyncIterator[Event]:
        request = request_of(_from(self._call, self._last_id), self._http)
        request.extensions["timeout"]["read"] = _SILENCE_SECONDS
        response = await self._http.send(request, stream=True)
        try:
            if not response.is_success:
                await response.aread()
                raise_for(response)
            reader = EventReader()
            async for line in response.aiter_lines():
                if (event := reader.read(line)) is not None:
                    self._last_id = event.id or self._last_id
                    yield event
        finally:
            await response.aclose()


def _from(call: Call, last_id: str | None) -> Call:
    if last_id is None:
        return call
    return replace(call, headers={**(call.headers or {}), "Last-Event-ID": last_id})


class SyncBytes:
    """An answer in a format that isn't decoded: `with … as chunks: for chunk in chunks`, or `read()`."""

    def __init__(self, http: httpx.Client, call: Call) -> None:
        self._http, self._call = http, call
        self._response: httpx.Response | None = None

    def __enter__(self) -> Iterator[bytes]:
        self._response = self._http.send(request_of(self._call, self._http), stream=True)
        if not self._response.is_success:
            self._response.read()
            raise_for(self._response)
        return self._response.iter_bytes()

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        if self._response is not None:
            self._response.close()

    def read(self) -> bytes:
        """All of it."""
        with self as chunks:
            return b"".join(chunks)


class AsyncBytes:
    """The same for asynchronous programs."""

    def __init__(self, http: httpx.AsyncClient, call: Call) -> None:
        self._http, self._call = http, call
        self._response: httpx.Response | None = None

    async def __aenter__(self) -> AsyncIterator[bytes]:
        self._response = await self._http.send(request_of(self._call, self._http), stream=True)
        if not self._response.is_success:
            await self._response.aread()
            raise_for(self._response)
        return self._response.aiter_bytes()

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        if self._response is not None:
            await self._response.aclose()

    async def read(self) -> bytes:
        """All of it."""
        async with self as chunks:
            return b"".join([chunk async for chunk in chunks])
