"""Devices that connect and stay, in a process of their own. On each line of standard input it does
what that says, and answers with what came of it: `connect N` (N at once), `drop`."""

from __future__ import annotations

import asyncio
import random
import ssl
import sys
import time

import msgspec
import uvloop

from tests.ingest.mqtt_client import connect_packet

CONNACK_BYTES = 4
KEEP_ALIVE_SECONDS = 600
# A device that is turned away comes again after a while, and not all at one moment.
AGAIN_SECONDS = (0.5, 1.5)
GIVEN_UP_AFTER_SECONDS = 300


class Plan(msgspec.Struct):
    port: int
    ca_file: str
    key_file: str
    certificates: dict[str, str]
    """Files, by the device's id."""


class Outcome(msgspec.Struct):
    connected: int
    attempts: int
    seconds: float
    cpu_seconds: float


class Crowd:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._contexts = {name: _context(plan, file) for name, file in plan.certificates.items()}
        self._writers: list[asyncio.StreamWriter] = []
        self._attempts = 0

    async def connect(self, at_once: int) -> Outcome:
        began, cpu_before = time.perf_counter(), time.process_time()
        self._attempts, turns = 0, asyncio.Semaphore(at_once)
        async with asyncio.timeout(GIVEN_UP_AFTER_SECONDS):
            await asyncio.gather(*(self._until_connected(name, turns) for name in self._contexts))
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_before
        return Outcome(len(self._writers), self._attempts, seconds, cpu_seconds)

    def drop(self) -> Outcome:
        """As when a cell tower goes away: nobody says goodbye."""
        gone, self._writers = self._writers, []
        for writer in gone:
            writer.transport.abort()
        return Outcome(0, 0, 0, 0)

    async def _until_connected(self, name: str, turns: asyncio.Semaphore) -> None:
        async with turns:
            while True:
                self._attempts += 1
                try:
                    self._writers.append(await self._connected(name))
                    return
                except (OSError, asyncio.IncompleteReadError):
                    await asyncio.sleep(random.uniform(*AGAIN_SECONDS))

    async def _connected(self, name: str) -> asyncio.StreamWriter:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self._plan.port, ssl=self._contexts[name], server_hostname="localhost"
        )
        writer.write(connect_packet(name, keep_alive=KEEP_ALIVE_SECONDS))
        if (await reader.readexactly(CONNACK_BYTES))[3]:
            raise ConnectionError("not admitted")
        return writer


def _context(plan: Plan, certificate_file: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(plan.ca_file)
    context.load_cert_chain(certificate_file, plan.key_file)
    return context


async def main() -> None:
    crowd = Crowd(msgspec.json.decode(sys.stdin.readline(), type=Plan))
    while line := (await asyncio.to_thread(sys.stdin.readline)).split():
        outcome = crowd.drop() if line[0] == "drop" else await crowd.connect(int(line[1]))
        print(msgspec.json.encode(outcome).decode(), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
