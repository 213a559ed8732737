"""Real MQTT clients against the embedded broker."""

from __future__ import annotations

import asyncio

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from ingest.mqtt.topics import Topic
from tests.make.debian import program

from .certificates import Authority
from .running_broker import RunningBroker


async def test_paho_publishes_a_thousand_messages_over_mutual_tls(
    broker: RunningBroker, authority: Authority
) -> None:
    broker.is_acknowledging = False
    party = broker.enroll()
    loop, finished = asyncio.get_running_loop(), asyncio.Event()
    acknowledged: list[int] = []

    def on_connect(client: paho.Client, *_: object) -> None:
        for number in range(1000):
            client.publish(party.topic(Topic.READINGS), b"%d" % number, qos=1)

    def on_publish(_client: object, _userdata: object, mid: int, *_: object) -> None:
        acknowledged.append(mid)
        if len(acknowledged) == 1000:
            loop.call_soon_threadsafe(finished.set)

    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=party.client_id)
    client.tls_set(str(authority.file), str(party.leaf.certificate_file), str(party.leaf.key_file))
    client.max_inflight_messages_set(1000)
    client.on_connect = on_connect
    client.on_publish = on_publish
    await asyncio.to_thread(client.connect, "localhost", broker.port)
    client.loop_start()
    try:
        await broker.delivered(1000)
        assert acknowledged == []
        broker.acknowledge_all()
        await asyncio.wait_for(finished.wait(), 10)
    finally:
        client.disconnect()
        await asyncio.to_thread(client.loop_stop)
    assert broker.bodies == [b"%d" % number for number in range(1000)]


async def test_mosquitto_pub_publishes_to_its_own_topic_only(
    broker: RunningBroker, authority: Authority
) -> None:
    party, other = broker.enroll(), broker.enroll()
    mosquitto_pub = program("mosquitto_pub", "mosquitto-clients")

    async def publish(topic: str) -> int:
        process = await asyncio.create_subprocess_exec(
            *(mosquitto_pub, "-h", "localhost", "-p", str(broker.port), "-i", party.client_id),
            *("--cafile", str(authority.file), "--cert", str(party.leaf.certificate_file)),
            *("--key", str(party.leaf.key_file), "-q", "1", "-t", topic, "-m", "21.5"),
            stderr=asyncio.subprocess.DEVNULL,
        )
        return await asyncio.wait_for(process.wait(), 5)

    assert await publish(party.topic(Topic.READINGS)) == 0
    assert await publish(other.topic(Topic.READINGS)) != 0
    assert broker.bodies == [b"21.5"]
