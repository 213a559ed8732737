"""A connection that has ended is forgotten at once. It takes 40 KB, and nobody may wait for the
garbage collector, which the broker runs rarely."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from pathlib import Path

import pytest
import uvloop

from .certificates import Authority
from .mqtt_client import Client, connect_packet, packet
from .running_broker import RunningBroker, running_broker

TIMES = 20


async def comes_and_goes(broker: RunningBroker) -> None:
    async with await broker.enroll().connect(broker.port) as client:
        client.send(packet(0xE0, b""))
        assert await client.is_closed()


async def vanishes(broker: RunningBroker) -> None:
    party = broker.enroll()
    async with await party.connect(broker.port):
        pass
    await broker.absent(party)


async def is_refused(broker: RunningBroker) -> None:
    async with await Client.open(broker.port, broker.enroll().leaf.tls()) as client:
        client.send(connect_packet("somebody else"))
        assert await client.is_closed()


async def breaks_a_rule(broker: RunningBroker) -> None:
    party = broker.enroll()
    async with await party.connect(broker.port) as client:
        client.send(packet(0xF0, b""))
        assert await client.is_closed()


async def garbage_of(kind: str, folder: Path) -> Counter[str]:
    """What only the collector finds of the broker's, after some such connections."""
    act = KINDS[kind]
    async with running_broker(Authority(folder, "ours")) as broker:
        await act(broker)
        gc.collect()
        gc.disable()
        for _ in range(TIMES):
            await act(broker)
        async with asyncio.timeout(10):
            while broker.server._state.transports:  # noqa: ASYNC110 - nobody is told
                await asyncio.sleep(0.01)
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        return Counter(
            type(each).__name__ for each in gc.garbage if "mqtt" in type(each).__module__
        )


KINDS = {
    "comes and goes": comes_and_goes,
    "vanishes": vanishes,
    "is refused": is_refused,
    "breaks a rule": breaks_a_rule,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_connection_that_has_ended_is_no_garbage(kind: str, tmp_path: Path) -> None:
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as the broker runs
            found = runner.run(garbage_of(kind, tmp_path))
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    of_connections = {name: count for name, count in found.items() if "Connection" in name}
    assert of_connections == {}
