"""Publishes in a row, taken together: what comes out is what looking at each of them gives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.mqtt.packets import (
    MESSAGE_OVERHEAD_BYTES,
    parse_publish,
    parse_readings_run,
    read_fixed_header,
)

from .mqtt_client import publish_packet, text

TOPIC = "readings"
_bodies = st.one_of(
    st.binary(max_size=30), st.sampled_from([bytes(size) for size in (127, 128, 16_400)])
)
_packets = st.one_of(
    st.builds(
        lambda topic, body, qos, packet_id, retain: publish_packet(
            topic, body, qos=qos, packet_id=packet_id, retain=retain
        ),
        st.sampled_from([TOPIC, TOPIC, TOPIC, "reading", "readings2"]),
        _bodies,
        st.sampled_from([1, 1, 1, 0]),
        st.integers(0, 65_535),
        st.sampled_from([False, False, True]),
    ),
    st.binary(min_size=1, max_size=6),
)


@given(
    packets=st.lists(_packets, max_size=8),
    cut=st.integers(0, 40),
    messages=st.integers(0, 5),
    size=st.integers(0, 3000),
    body_max=st.sampled_from([20, 200, 300_000]),
)
def test_publishes_in_a_row_are_what_they_are_one_by_one(
    packets: list[bytes], cut: int, messages: int, size: int, body_max: int
) -> None:
    data = b"".join(packets)
    data = data[: len(data) - cut]
    bodies, pubacks, found_end = parse_readings_run(
        data, 0, text(TOPIC), messages=messages, size=size, body_max=body_max
    )
    at, room = 0, size
    for body in bodies:
        header = read_fixed_header(data, at, 300_000)
        assert header
        publish = parse_publish(data, header, body_max)
        assert (header.first, publish.topic) == (0x32, TOPIC.encode())
        assert room > 0
        assert publish.body == body
        assert pubacks[:4] == b"\x40\x02" + publish.packet_id.to_bytes(2, "big")
        pubacks = pubacks[4:]
        at, room = header.end, room - len(body) - MESSAGE_OVERHEAD_BYTES
    assert (found_end, pubacks) == (at, b"")
    assert len(bodies) <= messages


def test_a_row_ends_where_something_else_stands() -> None:
    usual = [publish_packet(TOPIC, body, packet_id=7) for body in (b"", b"1", bytes(200))]
    for other in (
        publish_packet(TOPIC, b"1", packet_id=0),
        publish_packet(TOPIC, b"1", qos=0),
        publish_packet("other", b"1", packet_id=7),
        publish_packet(TOPIC, bytes(16_400), packet_id=7),
        b"\xc0\x00",
        usual[2][:-1],
    ):
        found = parse_readings_run(
            b"".join([*usual, other]), 0, text(TOPIC), messages=9, size=9999, body_max=9999
        )
        assert found == ([b"", b"1", bytes(200)], b"\x40\x02\x00\x07" * 3, len(b"".join(usual)))
