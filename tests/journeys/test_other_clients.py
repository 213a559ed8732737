"""Clients out of Debian's packages that nobody here wrote, set up as docs/devices.md says:
mosquitto as a bridge, and paho's in C."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.make.debian import program
from tests.make.devices import Device, provision_device, reading
from tests.make.live import eventually
from tests.make.platform import Organization, RunningPlatform

BRIDGE = """\
listener 0 {socket}
allow_anonymous true
user root
connection platform
address localhost:{port}
remote_clientid {device.id}
bridge_cafile {device.ca_file}
bridge_certfile {device.certificate_file}
bridge_keyfile {device.key_file}
cleansession true
local_cleansession false
try_private false
notifications false
topic "" out 1 plant/readings {device.topic}
"""


@contextmanager
def bridge(platform: RunningPlatform, device: Device, folder: Path) -> Iterator[Path]:
    """A mosquitto that hands on what comes to `plant/readings`; its socket."""
    socket, file = folder / "socket", folder / "mosquitto.conf"
    file.write_text(BRIDGE.format(socket=socket, port=platform.mqtt_port, device=device))
    process = subprocess.Popen([program("mosquitto", "mosquitto"), "-c", str(file)])
    try:
        eventually(socket.exists, "mosquitto does not listen")
        yield socket
    finally:
        process.terminate()
        process.wait()


def stored(organization: Organization, device: Device, key: str) -> bool:
    answer = organization.http.get("/sensors", params={"deviceId": device.id})
    return [(each["key"], each["latestValue"]) for each in answer.json()["items"]] == [(key, 1.5)]


def test_a_bridge_hands_on_what_a_plants_own_broker_was_told(
    platform: RunningPlatform, organization: Organization, tmp_path: Path
) -> None:
    device = provision_device(organization, "bridge")
    line = json.dumps(reading("level", datetime.now(UTC), 1.5))
    publish = program("mosquitto_pub", "mosquitto-clients")
    with bridge(platform, device, tmp_path) as socket:
        subprocess.run(
            [publish, "--unix", str(socket), "-t", "plant/readings", "-q", "1", "-m", line],
            check=True,
            timeout=30,
        )
        eventually(lambda: stored(organization, device, "level"), "nothing was handed on")


@pytest.mark.parametrize("name", ["paho_c_pub", "paho_cs_pub"])
def test_paho_c_publishes(platform: RunningPlatform, organization: Organization, name: str) -> None:
    device = provision_device(organization, name)
    line = json.dumps(reading("level", datetime.now(UTC), 1.5))
    subprocess.run(
        [
            *(program(name, "paho.mqtt.c-examples"), "-c", f"ssl://localhost:{platform.mqtt_port}"),
            *("-t", device.topic, "-i", device.id, "-q", "1", "-m", line),
            *("--cafile", str(device.ca_file), "--cert", str(device.certificate_file)),
            *("--key", str(device.key_file)),
        ],
        check=True,
        timeout=60,
    )
    eventually(lambda: stored(organization, device, "level"), "nothing was stored")
