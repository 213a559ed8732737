"""Who connects and keeps us waiting: everything that a stranger holds has an end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import pytest

from tests.make.edge import LIMITS, Recorder, running_edge, until

HOST = b"Host: x\r\n"
GET = b"GET /a HTTP/1.1\r\n" + HOST + b"\r\n"


def post(size: int, *headers: bytes) -> bytes:
    """The head of a request whose body has so many bytes."""
    lines = (b"POST /a HTTP/1.1", b"Host: x", b"Content-Length: %d" % size, *headers)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def status_of(answer: bytes) -> int:
    assert answer.startswith(b"HTTP/1.1 "), answer[:100]
    return int(answer[9:12])


async def test_a_connection_on_which_nothing_is_asked_is_closed() -> None:
    async with running_edge() as edge:
        client = await edge.connect()
        assert await client.rest() == b""


async def test_a_head_that_drips_is_answered_408() -> None:
    async with running_edge() as edge:
        client = await edge.connect(b"GET / HTTP/1.1\r\nHo")
        for letter in b"st: x":
            await client.send(bytes([letter]))
            await asyncio.sleep(0.05)
        answer = await client.rest()
        assert status_of(answer) == HTTPStatus.REQUEST_TIMEOUT
        assert b'"code":"REQUEST_TIMEOUT"' in answer
        assert not edge.app.asked


async def test_a_body_that_stops_is_answered_408_and_the_app_is_told() -> None:
    async with running_edge() as edge:
        client = await edge.connect(post(1000) + b"x" * 990)
        assert status_of(await client.rest()) == HTTPStatus.REQUEST_TIMEOUT
        await asyncio.wait_for(edge.app.left.wait(), 5)
        assert not edge.app.bodies


async def test_a_body_that_drips_is_given_up_and_one_at_the_least_rate_is_not() -> None:
    async with running_edge() as edge:
        slow, steady = await edge.connect(post(10_000)), await edge.connect(post(10_000))
        for _ in range(20):
            await slow.send(b"x")
            await steady.send(b"x" * 500)
            await asyncio.sleep(0.05)
        assert status_of(await slow.rest()) == HTTPStatus.REQUEST_TIMEOUT
        assert status_of(await steady.until(b"\r\n\r\n")) == HTTPStatus.OK
        steady.close()


async def test_nobody_is_blamed_for_the_time_in_which_we_read_nothing() -> None:
    app = Recorder()
    app.may_read.clear()
    async with running_edge(app=app) as edge:
        client = await edge.connect(post(300_000) + b"x" * 200_000)
        await asyncio.sleep(1.5)  # many times the pace: all of it ours
        app.may_read.set()
        await client.send(b"x" * 100_000)
        assert status_of(await client.until(b"\r\n\r\n")) == HTTPStatus.OK
        client.close()


async def test_an_idle_kept_connection_is_closed_after_its_time_and_not_before() -> None:
    async with running_edge() as edge:
        client = await edge.connect(GET)
        await client.until(b"\r\n\r\n")
        await asyncio.sleep(0.6)  # longer than a head or a body may take, shorter than idle_seconds
        await client.send(GET)
        assert status_of(await client.until(b"\r\n\r\n")) == HTTPStatus.OK
        assert await client.rest() == b""


async def test_an_answer_that_nobody_reads_is_given_up() -> None:
    app = Recorder()
    app.answer = b"x" * 20_000_000
    async with running_edge(app=app) as edge:
        client = await edge.connect(GET)
        await client.until(b"\r\n\r\n")
        transport = client.writer.transport
        transport.pause_reading()
        await until(lambda: not edge.connections.places_taken)
        client.close()


async def test_the_rest_of_a_body_is_not_waited_for_long_after_its_answer() -> None:
    async def refuse(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 401, "headers": []})
        await send({"type": "http.response.body", "body": b"no", "more_body": False})

    async with running_edge(replace(LIMITS, rest_seconds=0.3), app=refuse) as edge:
        client = await edge.connect(post(1_000_000))
        assert status_of(await client.rest()) == HTTPStatus.UNAUTHORIZED


async def test_a_client_has_so_many_connections_and_others_still_get_theirs() -> None:
    limits = replace(LIMITS, in_all=40, per_client=5, head_seconds=30)
    async with running_edge(limits) as edge:
        held = [await edge.connect(address="127.0.0.2") for _ in range(5)]
        refused = await (await edge.connect(GET, address="127.0.0.2")).rest()
        assert status_of(refused) == HTTPStatus.SERVICE_UNAVAILABLE
        assert b"retry-after: 5" in refused
        other = await edge.connect(GET, address="127.0.0.3")
        assert status_of(await other.until(b"\r\n\r\n")) == HTTPStatus.OK
        for client in (*held, other):
            client.close()
        await until(lambda: not edge.connections.places_taken)


async def test_many_clients_together_leave_one_for_a_newcomer() -> None:
    limits = replace(LIMITS, in_all=40, per_client=10, head_seconds=30)
    async with running_edge(limits) as edge:
        held = [
            await edge.connect(address=f"127.0.1.{number}")
            for number in range(1, 9)
            for _ in range(10)
        ]
        newcomer = await edge.connect(GET, address="127.0.0.4")
        assert status_of(await newcomer.until(b"\r\n\r\n")) == HTTPStatus.OK
        for client in (*held, newcomer):
            client.close()


async def test_a_trusted_proxy_has_no_limit_of_connections() -> None:
    limits = replace(LIMITS, per_client=1, head_seconds=30)
    async with running_edge(limits, proxies="127.0.0.5") as edge:
        clients = [await edge.connect(GET, address="127.0.0.5") for _ in range(20)]
        for client in clients:
            assert status_of(await client.until(b"\r\n\r\n")) == HTTPStatus.OK
            client.close()


async def test_half_sent_bodies_have_an_end_in_bytes_whoever_sends_them() -> None:
    limits = replace(LIMITS, pace_seconds=30)
    async with running_edge(limits) as edge:
        one = [await edge.connect(post(100_000) + b"x" * 90_000) for _ in range(20)]
        refused = [status_of(await client.rest()) for client in one[10:]]
        assert set(refused) == {HTTPStatus.SERVICE_UNAVAILABLE}
        assert edge.connections.body_bytes <= LIMITS.bodies_max_bytes
        # Another client's bodies still find room.
        other = await edge.connect(post(50_000) + b"x" * 50_000, address="127.0.0.7")
        assert status_of(await other.until(b"\r\n\r\n")) == HTTPStatus.OK
        for client in (*one, other):
            client.close()
        await until(lambda: not edge.connections.body_bytes)


async def test_an_upgrade_that_we_do_not_know_is_ignored_and_the_body_kept() -> None:
    upgrade = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMA")
    async with running_edge() as edge:
        client = await edge.connect(post(5, *upgrade) + b"hello" + GET + post(3) + b"abc")
        for expected in (b"hello", b"", b"abc"):
            head = await client.until(b"\r\n\r\n")
            assert status_of(head) == HTTPStatus.OK
            assert await client.reader.readexactly(len(expected)) == expected
        client.close()
        assert edge.app.bodies == [b"hello", b"", b"abc"]


async def test_pipelined_requests_are_answered_in_order() -> None:
    async with running_edge() as edge:
        sent = b"".join(post(1) + bytes([letter]) for letter in b"abcdefgh")
        client = await edge.connect(sent)
        for letter in b"abcdefgh":
            await client.until(b"\r\n\r\n")
            assert await client.reader.readexactly(1) == bytes([letter])
        client.close()


async def test_thousands_of_pipelined_requests_are_answered_and_wait_as_bytes() -> None:
    app = Recorder()
    app.may_read.clear()
    async with running_edge(app=app) as edge:
        client = await edge.connect(GET * 5000)
        await until(lambda: app.asked)
        assert len(app.asked) < 5000
        app.may_read.set()
        for _ in range(5000):
            await client.until(b"\r\n\r\n")
        client.close()
        assert len(app.asked) == 5000


async def test_pipelined_bodies_are_answered_in_order_however_many() -> None:
    async with running_edge() as edge:
        client = await edge.connect()
        sending = asyncio.create_task(client.send((post(100) + b"x" * 100) * 3_000))
        for _ in range(3_000):
            assert status_of(await client.until(b"\r\n\r\n")) == HTTPStatus.OK
            await client.reader.readexactly(100)
        await sending
        client.close()
        assert len(edge.app.bodies) == 3_000


@pytest.mark.parametrize(
    "end",
    [b"0\r\n" + b"X-Trailer: x\r\n" * 50_000, b"0\r\nX: " + b"x" * 600_000, b"5;" + b"e" * 600_000],
    ids=["many", "one", "extension"],
)
async def test_trailers_and_chunk_lines_without_end_are_refused(end: bytes) -> None:
    head = b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with running_edge() as edge:
        client = await edge.connect(head)
        await until(lambda: edge.app.asked)
        await client.send(end)
        status = status_of(await client.rest())
        assert status in (HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, HTTPStatus.BAD_REQUEST)


async def test_a_body_in_chunks_of_one_byte_is_read() -> None:
    head = b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with running_edge() as edge:
        client = await edge.connect(head + b"1\r\nx\r\n" * 30_000 + b"0\r\nX-Trailer: x\r\n\r\n")
        assert status_of(await client.until(b"\r\n\r\n")) == HTTPStatus.OK
        client.close()
        assert edge.app.bodies == [b"x" * 30_000]


async def test_a_websocket_works_and_keeps_its_place_until_it_ends() -> None:
    import websockets

    async with running_edge() as edge:
        async with websockets.connect(f"ws://127.0.0.1:{edge.port}/") as socket:
            await asyncio.sleep(0.8)  # nothing is awaited of it as of a request
            assert edge.connections.places_taken == 1
            await socket.send("hello")
            assert await socket.recv() == "hello"
        await until(lambda: not edge.connections.places_taken)


async def test_what_is_no_http_is_answered_400() -> None:
    async with running_edge() as edge:
        answer = await (await edge.connect(b"\x16\x03\x01\x00\xa5\x01 hello\r\n\r\n")).rest()
        assert status_of(answer) == HTTPStatus.BAD_REQUEST
