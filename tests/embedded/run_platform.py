"""`holdfast up` with stand-ins: `python run_platform.py STATE_DIR HTTP_PORT MQTT_PORT WORKER`."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path

from app.embedded.credentials import Credentials
from app.embedded.installation import Installation
from app.embedded.probes import answers_http, answers_tls
from app.embedded.programs import Programs, own_program
from app.embedded.up import up
from app.settings import Settings

STAND_IN = Path(__file__).with_name("stand_in.py")


def stand_ins(worker: str, installation: Installation) -> Programs:
    def program(name: str) -> tuple[str, ...]:
        return (sys.executable, str(STAND_IN), name)

    listeners = installation.listeners
    return Programs(
        migrate=own_program(installation, "migrate", program("migrate")),
        api=own_program(
            installation,
            "api",
            program("api"),
            listeners=[listeners.http],
            is_ready=lambda: answers_http(f"{listeners.base_url}/health/ready"),
        ),
        broker=own_program(
            installation,
            "broker",
            program("broker"),
            listeners=[listeners.mqtt],
            is_ready=lambda: answers_tls(listeners.mqtt),
        ),
        worker=own_program(installation, "worker", program(worker)),
        recorder=None,
    )


def _remembered(file: Path) -> str:
    if not file.exists():
        file.write_text(f"organization {time.time_ns()}")
    return file.read_text()


async def first_organization(_settings: Settings, credentials_file: Path) -> Credentials:
    return Credentials(
        organization_id=_remembered(credentials_file),
        api_key="key",
        admin_email="admin@example.org",
        admin_password="password",
    )


if __name__ == "__main__":
    state_dir, http_port, mqtt_port, metrics_port, worker = sys.argv[1:]
    sys.exit(
        up(
            Path(state_dir),
            int(http_port),
            int(mqtt_port),
            "127.0.0.1",
            None,
            metrics_port=int(metrics_port),
            make_programs=partial(stand_ins, worker),
            first=first_organization,
        )
    )
