"""A second API process beside the platform's own, on the same database and Valkey."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from app.core import lifeline
from tests.make.live import eventually
from tests.make.platform import RunningPlatform


class SecondApi:
    """Its socket outlives it, so that it can be killed and started again under the same address."""

    def __init__(self, platform: RunningPlatform) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        environment = platform.program("api").environ()
        environment.pop(lifeline.VARIABLE)
        environment.pop("HOLDFAST_METRICS_FD", None)
        self._environment = environment | {
            "HOLDFAST_HTTP_FD": str(self._listener.fileno()),
            "HOLDFAST_METRICS_PORT": "0",  # any that is free: the platform's own is taken
        }
        self._log = (platform.state / "second-api.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def base_url(self) -> str:
        return f"{self.origin}/api/v1"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app", "api"],
            env=self._environment,
            pass_fds=[self._listener.fileno()],
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        eventually(self._answers, "the second API does not answer")

    def kill(self) -> None:
        assert self._process
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        self.kill()
        self._listener.close()
        self._log.close()

    def _answers(self) -> bool:
        try:
            return (
                httpx.get(f"{self.origin}/health/live", trust_env=False, timeout=2).status_code
                == 200
            )
        except httpx.HTTPError:
            return False


@contextmanager
def second_api(platform: RunningPlatform) -> Iterator[SecondApi]:
    api = SecondApi(platform)
    try:
        api.start()
        yield api
    finally:
        api.close()
