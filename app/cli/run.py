"""The whole platform in one terminal, with or without a fleet."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

StateDir = Annotated[
    Path | None, typer.Option(help="Where it keeps everything.", show_default="per user")
]
Host = Annotated[str, typer.Option(help="Address to listen on, for HTTP and MQTT.")]
HttpPort = Annotated[int, typer.Option(min=0, max=65_535, help="0 takes a free one.")]
MqttPort = Annotated[int, typer.Option(min=0, max=65_535, help="0 takes a free one.")]
MetricsPort = Annotated[
    int, typer.Option(min=0, max=65_535, help="Of /metrics, on this machine; 0 takes a free one.")
]


def up(
    state_dir: StateDir = None,
    host: Host = "127.0.0.1",
    http_port: HttpPort = 8080,
    mqtt_port: MqttPort = 8883,
    metrics_port: MetricsPort = 0,
    demo: Annotated[
        bool, typer.Option("--demo", help="With a small fleet that publishes.")
    ] = False,
    devices: Annotated[
        int, typer.Option(min=2, max=1000, help="Of the demo: how many devices.")
    ] = 8,
    rate: Annotated[
        float, typer.Option(min=0.1, max=20_000, help="Of the demo: simulated readings/s in all.")
    ] = 100,
) -> None:
    """Start the whole platform: PostgreSQL, Valkey, API, broker and worker, in one terminal."""
    from app.embedded.ready import DemoOptions
    from app.embedded.state import default_directory
    from app.embedded.up import up as run
    from app.settings import PREFIX

    encodes = os.environ.get(f"{PREFIX}FOOTAGE_ENCODER") != "none"
    options = DemoOptions(devices=devices, rate=rate, has_camera=encodes) if demo else None
    if demo:  # its camera is on this machine
        os.environ.setdefault(f"{PREFIX}ALLOW_PRIVATE_CAMERAS", "true")
    state_dir = state_dir or default_directory()
    raise typer.Exit(run(state_dir, http_port, mqtt_port, host, options, metrics_port=metrics_port))


def demo(
    state_dir: StateDir = None,
    host: Host = "127.0.0.1",
    http_port: HttpPort = 8080,
    mqtt_port: MqttPort = 8883,
    metrics_port: MetricsPort = 0,
    devices: Annotated[int, typer.Option(min=2, max=1000, help="How many devices.")] = 8,
    rate: Annotated[
        float, typer.Option(min=0.1, max=20_000, help="Simulated readings/s in all.")
    ] = 100,
) -> None:
    """`up` with a small fleet: devices provision themselves, connect by mutual TLS and publish."""
    up(state_dir, host, http_port, mqtt_port, metrics_port, True, devices, rate)
