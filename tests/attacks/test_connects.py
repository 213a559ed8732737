"""Devices that come and go leave nothing in the broker, whichever TLS they speak. `make fuzz`
connects 20,000 times with each version."""

from __future__ import annotations

import asyncio
import os
import ssl

import pytest

from tests.ingest.mqtt_client import Client, packet
from tests.make.devices import Device, provision_device
from tests.make.platform import Organization, RunningPlatform

CONNECTS = 20_000 if "FUZZ_SECONDS" in os.environ else 200
DEVICES = 20
# What a broker has not yet had in its hands at the first connects: code, pools, caches.
WARM_CONNECTS = max(CONNECTS // 5, 100)
GROWTH_MAX_BYTES = 20_000_000


def context_of(device: Device, version: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(device.ca_file))
    context.load_cert_chain(device.certificate_file, device.key_file)
    context.minimum_version = context.maximum_version = version
    return context


async def connect_again_and_again(
    port: int, device: Device, tls: ssl.SSLContext, times: int
) -> None:
    for _ in range(times):
        async with await Client.open(port, tls) as client:
            assert await client.connect(device.id) == 0
            client.send(packet(0xE0, b""))
            assert await client.is_closed()


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_connects_leave_no_memory_behind(
    version: ssl.TLSVersion, platform: RunningPlatform, organization: Organization
) -> None:
    devices = [provision_device(organization, f"device {n}") for n in range(DEVICES)]
    contexts = [context_of(device, version) for device in devices]
    broker, sizes = platform.program("broker"), []
    for connects in (WARM_CONNECTS, CONNECTS // 2, CONNECTS // 2):
        each = [
            connect_again_and_again(platform.mqtt_port, device, tls, connects // DEVICES)
            for device, tls in zip(devices, contexts, strict=True)
        ]
        await asyncio.gather(*each)
        sizes.append(broker.memory_info().rss)
    print(f"{version.name}: {CONNECTS} connects after {WARM_CONNECTS}, RSS {sizes}")
    assert sizes[-1] - sizes[0] < GROWTH_MAX_BYTES
