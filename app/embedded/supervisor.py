"""The whole platform as one thing that starts, heals and stops. ← start here: `_serve` is the
order."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.embedded.backup.schedule import keep_backups
from app.embedded.credentials import Credentials
from app.embedded.errors import EmbeddedError, log_tail
from app.embedded.installation import Installation, settings_for
from app.embedded.leftovers import end_all, supervised
from app.embedded.listeners import Listeners, listen
from app.embedded.log_rotation import keep_rotated
from app.embedded.postgres import Postgres
from app.embedded.process import Child, Program
from app.embedded.program_supervisor import ProgramSupervisor
from app.embedded.programs import Programs, backup_program, own_programs
from app.embedded.progress import Progress, Silent
from app.embedded.ready import Ready, announce
from app.embedded.state import State, open_state
from app.embedded.valkey import Valkey
from app.settings import Settings
from db.connections.background import TaskOwner

STOP_SECONDS = 9.0
ASK_AGAIN_SECONDS = 1.0
STOP_ORDER = ("broker", "api", "recorder", "worker", "valkey", "postgres")

FirstOrganization = Callable[[Settings, Path], Awaitable[Credentials]]
MakePrograms = Callable[[Installation], Programs]
OnReady = Callable[[Ready], Awaitable[None]]


async def first_organization(settings: Settings, credentials_file: Path) -> Credentials:
    """The real one; imported late, for it brings the database layer."""
    from app.embedded.first_run import ensure_first_organization

    return await ensure_first_organization(settings, credentials_file)


async def _nothing_more(_ready: Ready) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Options:
    """Where the platform lives and listens; port 0 takes a free one."""

    state_dir: Path
    host: str = "127.0.0.1"
    http_port: int = 8080
    mqtt_port: int = 8883
    metrics_port: int = 0


class Supervisor:
    """Runs the platform until it is told to stop; `make_programs` and `first` are what it runs."""

    def __init__(
        self,
        options: Options,
        *,
        progress: Progress | None = None,
        on_ready: OnReady = _nothing_more,
        make_programs: MakePrograms = own_programs,
        first: FirstOrganization = first_organization,
    ) -> None:
        self._options = options
        self._progress = progress or Silent()
        self._on_ready = on_ready
        self._make_programs = make_programs
        self._first = first
        self._supervisors: dict[str, ProgramSupervisor] = {}
        self._hurry = asyncio.Event()
        self._stopping = False
        self._signals = 0

    async def run(self) -> None:
        """Start everything and keep it running until SIGTERM, SIGINT or SIGHUP; a second one kills.

        Raises EmbeddedError when the platform can't be started or kept running; all is stopped by
        then.
        """
        with open_state(self._options.state_dir) as state, self._ended_by_signals():
            state.ready_file.unlink(missing_ok=True)
            end_all(partial(supervised, state.directory), signal.SIGTERM, 2)
            try:
                await self._serve(state)
            except asyncio.CancelledError:
                if self._signals == 0:  # it wasn't us who asked
                    raise

    async def _serve(self, state: State) -> None:
        options, step = self._options, self._progress.step
        secrets = state.secrets()
        postgres = Postgres(self._cluster(state), secrets.postgres, log=state.log("postgres"))
        valkey = Valkey(state.valkey, state.run, state.log("valkey"))
        with _listeners(options) as listeners, _lifeline() as lifeline:
            settings = settings_for(state, secrets, postgres, valkey, listeners)
            self._note_unknown_settings()
            installation = Installation(state, settings, listeners, lifeline)
            ours = self._make_programs(installation)
            async with self._programs_running(state) as start:
                with step("PostgreSQL"):
                    await start(postgres.program())
                with step("Valkey"):
                    await start(valkey.program())
                with step("Database schema"):
                    await self._to_its_end(ours.migrate)
                with step("First organization"):
                    credentials = await self._first(settings, state.credentials_file)
                with step("API, broker and worker"):
                    _empty(state.metrics)
                    await start(ours.api, ours.broker, ours.worker)
                if ours.recorder is not None:
                    await start(ours.recorder)
                ready = await announce(state, listeners, credentials)
                async with self._backed_up(installation):
                    await self._on_ready(ready)
                    await asyncio.Event().wait()

    @asynccontextmanager
    async def _programs_running(
        self, state: State
    ) -> AsyncIterator[Callable[..., Awaitable[None]]]:
        """A block that starts programs and keeps them running: it is left when one can't be, and
        all end with it."""
        try:
            async with TaskOwner("supervisor") as owner:
                owner.keep(keep_rotated(state.logs), name="log rotation")

                async def start(*started: Program) -> None:
                    for program in started:
                        supervisor = ProgramSupervisor(
                            program, self._supervisors, self._progress.note
                        )
                        self._supervisors[program.name] = supervisor
                        owner.keep(supervisor.run(), name=f"run {program.name}")
                    for program in started:
                        await self._supervisors[program.name].ready.wait()

                yield start
        finally:
            state.ready_file.unlink(missing_ok=True)
            await self._stop()

    @asynccontextmanager
    async def _backed_up(self, installation: Installation) -> AsyncIterator[None]:
        """A block beside which backups are made when they are due, if they are wanted."""
        backups = installation.settings.backups

        async def make(target: Path) -> None:
            await self._to_its_end(backup_program(installation, target))

        async with TaskOwner("backups") as owner:
            if backups.folder is not None:
                owner.keep(keep_backups(backups, make, self._progress.note), name="backups")
            yield

    def _note_unknown_settings(self) -> None:
        for name, nearest in Settings.unknown_in(os.environ).items():
            hint = f": did you mean {nearest}?" if nearest else ""
            self._progress.note(f"{name} is no setting{hint}")

    async def _to_its_end(self, program: Program) -> None:
        child = Child(program)
        try:
            code = await child.exited()
        finally:
            await child.stop(time.monotonic() + program.stop_seconds)
        if code != 0:
            raise EmbeddedError(
                f"{program.name} failed with exit code {code}", log_tail(program.log)
            )

    async def _stop(self) -> None:
        self._stopping = True
        deadline = time.monotonic() + STOP_SECONDS
        async with TaskOwner("hurry") as owner:
            owner.start(self._kill_in_a_hurry())
            await self._stop_in_order(deadline)

    async def _kill_in_a_hurry(self) -> None:
        await self._hurry.wait()
        for supervisor in self._supervisors.values():
            supervisor.kill()

    async def _stop_in_order(self, deadline: float) -> None:
        running = [self._supervisors[name] for name in STOP_ORDER if name in self._supervisors]
        for supervisor in running:
            with self._progress.step(f"Stopping {supervisor.program.name}"):
                await supervisor.stop(deadline)
                supervisor.program.clear()

    @contextmanager
    def _ended_by_signals(self) -> Iterator[None]:
        loop, received = asyncio.get_running_loop(), (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        task = asyncio.current_task()

        def cancel() -> None:
            # Asked until it is heard: before Python 3.12 a wait_for, as libraries use it, can
            # swallow a cancellation.
            if task is not None and not self._stopping:
                task.cancel()
                loop.call_later(ASK_AGAIN_SECONDS, cancel)

        def end() -> None:
            self._signals += 1
            if self._signals == 1:
                cancel()
            else:
                self._hurry.set()

        for each in received:
            loop.add_signal_handler(each, end)
        try:
            yield
        finally:
            for each in received:
                loop.remove_signal_handler(each)

    def _cluster(self, state: State) -> Path:
        home = state.cluster()
        if home.parent != state.directory and not (home / "data").exists():
            self._progress.note(
                f"PostgreSQL's account can't reach {state.directory}: its files are in {home}"
            )
        return home


@contextmanager
def _listeners(options: Options) -> Iterator[Listeners]:
    listeners = listen(options.host, options.http_port, options.mqtt_port, options.metrics_port)
    try:
        yield listeners
    finally:
        listeners.close()


@contextmanager
def _lifeline() -> Iterator[int]:
    """The reading end of a pipe whose writing end only this process has (see lifeline.py)."""
    reading, writing = os.pipe()
    try:
        yield reading
    finally:
        os.close(reading)
        os.close(writing)


def _empty(directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700)
