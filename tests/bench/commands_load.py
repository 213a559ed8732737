"""Devices that do at once what they are told: a process of its own, many connections in one loop.

A plan comes as a line of JSON; "ready" is answered when all are connected, and the end of what
comes in is theirs.
"""

from __future__ import annotations

import asyncio
import ssl
import sys

import aiomqtt
import msgspec

CONNECTING_AT_ONCE = 20


class Answering(msgspec.Struct, frozen=True):
    """A device, and where it listens and answers."""

    id: str
    commands: str
    responses: str
    certificate_file: str
    key_file: str


class Plan(msgspec.Struct, frozen=True):
    port: int
    ca_file: str
    devices: list[Answering]


class _Told(msgspec.Struct):
    id: str


async def _answer(
    device: Answering, plan: Plan, gate: asyncio.Semaphore, ready: asyncio.Queue[None]
) -> None:
    tls = ssl.create_default_context(cafile=plan.ca_file)
    tls.load_cert_chain(device.certificate_file, device.key_file)
    client = aiomqtt.Client(
        "localhost",
        plan.port,
        identifier=device.id,
        tls_context=tls,
        protocol=aiomqtt.ProtocolVersion.V311,
    )
    async with gate:
        await client.__aenter__()
        await client.subscribe(device.commands, qos=1)
    ready.put_nowait(None)
    async for message in client.messages:
        told = msgspec.json.decode(bytes(message.payload), type=_Told)  # type: ignore[arg-type]
        answer = msgspec.json.encode({"id": told.id, "status": "SUCCESS", "result": 1})
        await client.publish(device.responses, answer, qos=1)


async def _run(plan: Plan) -> None:
    gate: asyncio.Semaphore = asyncio.Semaphore(CONNECTING_AT_ONCE)
    ready: asyncio.Queue[None] = asyncio.Queue()
    answering = [asyncio.create_task(_answer(device, plan, gate, ready)) for device in plan.devices]
    for _ in plan.devices:
        await ready.get()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    for task in answering:
        task.cancel()
    await asyncio.gather(*answering, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(_run(msgspec.json.decode(sys.stdin.readline(), type=Plan)))
