"""The main job with Debian's mosquitto_pub: a client that nobody here wrote, run as anybody would."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta

from tests.make.debian import program
from tests.make.devices import Device, provision_device, reading
from tests.make.platform import Organization, RunningPlatform


def _publish(platform: RunningPlatform, device: Device, topic: str, *lines: str) -> int:
    """Publish each line with QoS 1; the exit code of mosquitto_pub, which waits for every PUBACK.

    Reading lines from standard input (-l) it ends with 0 even when it was cut off; with one message (-m) it doesn't.
    """
    what = ["-m", *lines] if len(lines) == 1 else ["-l"]
    return subprocess.run(
        [
            *(
                program("mosquitto_pub", "mosquitto-clients"),
                "-h",
                "localhost",
                "-p",
                str(platform.mqtt_port),
            ),
            *("-i", device.id, "-q", "1", "-t", topic, *what),
            *("--cafile", str(device.ca_file), "--cert", str(device.certificate_file)),
            *("--key", str(device.key_file)),
        ],
        input="\n".join(lines).encode() + b"\n",
        capture_output=True,
        timeout=60,
        check=False,
    ).returncode


def test_mosquitto_pub_delivers_and_what_it_was_acknowledged_is_served(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "shell script")
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)
    lines = [json.dumps(reading("level", start + timedelta(seconds=n), n / 4)) for n in range(100)]
    assert _publish(platform, device, device.topic, *lines) == 0
    sensor = organization.http.get("/sensors", params={"deviceId": device.id}).json()["items"][0][
        "id"
    ]
    span = {"from": start.isoformat(), "to": (start + timedelta(minutes=5)).isoformat()}
    page = organization.http.get(f"/readings/sensor/{sensor}", params=span).json()
    assert [item["value"] for item in page["items"]] == [n / 4 for n in range(100)]


def test_mosquitto_pub_on_a_neighbours_topic_is_cut_off_and_nothing_is_stored(
    platform: RunningPlatform, organization: Organization
) -> None:
    ours, theirs = (provision_device(organization, name) for name in ("ours", "theirs"))
    line = json.dumps(reading("level", datetime.now(UTC), 1.5))
    assert _publish(platform, ours, theirs.topic, line) != 0
    assert organization.http.get("/sensors", params={"deviceId": theirs.id}).json()["items"] == []
