"""SIGTERM to the API: what was begun is finished, and the client hears of it."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import psutil

from tests.make.devices import register_device
from tests.make.platform import running_platform


def test_a_request_that_was_begun_is_answered_after_sigterm() -> None:
    with running_platform() as platform, ThreadPoolExecutor(1) as pool:
        organization = platform.new_organization()
        device = register_device(organization, "one")["deviceId"]
        reading = {
            "deviceId": device,
            "sensor": "t",
            "timestamp": datetime.now(UTC).isoformat(),
            "value": 1.5,
        }
        postmaster = platform.program("postgres")
        database = [*postmaster.children(recursive=True), postmaster]
        for process in database:
            process.suspend()
        try:
            answer = pool.submit(organization.http.post, "/readings", json=reading)
            # The event loop has turned since the request was sent: it is in, and waits for the
            # database.
            while not answer.running():
                pass
            for _ in range(3):
                httpx.get(f"{platform.base_url}/health/live", trust_env=False).raise_for_status()
            api = platform.program("api")
            api.send_signal(signal.SIGTERM)
        finally:
            for process in database:
                process.resume()
        assert answer.result(30).json() == {
            "accepted": 1,
            "duplicates": 0,
            "quarantined": 0,
            "errors": [],
        }
        psutil.wait_procs([api], timeout=10)
        assert not api.is_running()
