"""Cameras: which addresses are connected to, and how much one may send and keep."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Annotated

import msgspec

from app.settings.group import PREFIX, Positive, SettingsGroup, named

Ports = Annotated[str, msgspec.Meta(pattern=r"^(any|\d{1,5}(,\d{1,5})*)$")]


class CameraSettings(SettingsGroup, frozen=True, kw_only=True):
    # Cameras in the internet alone, unless these say otherwise: all of them, this machine's own
    # network included, or those of some networks, comma-separated.
    allow_private: Annotated[bool, named("ALLOW_PRIVATE_CAMERAS")] = False
    networks: Annotated[str, named("CAMERA_NETWORKS")] = ""
    ports: Annotated[Ports, named("CAMERA_PORTS", expected='"any", or ports as in 554,8554')] = (
        "322,443,554,7441,8554"
    )
    # Playlists without TLS, too.
    allow_http: Annotated[bool, named("ALLOW_HTTP_CAMERAS")] = False
    # Authorities, in PEM, that cameras' certificates may come from besides those of the system.
    authorities_file: Annotated[str, named("CAMERA_AUTHORITIES_FILE")] = ""
    # What a camera may send at most, a second; beyond it, it is read no faster.
    max_bytes_per_second: Annotated[Positive, named("CAMERA_MAX_BYTES_PER_SECOND")] = 4_000_000
    # What is kept of one at most, whatever it asks for.
    max_stored_bytes: Annotated[Positive, named("CAMERA_MAX_STORED_BYTES")] = 1_000_000_000_000
    # Cameras that one recorder takes at most: each has a process of some 40 MB.
    per_recorder: Annotated[Positive, named("CAMERAS_PER_RECORDER")] = 50
    # What a recorder keeps in Valkey of cameras that are watched live, some 5 MB each.
    live_bytes: Annotated[Positive, named("CAMERA_LIVE_BYTES")] = 128 * 1024 * 1024

    def faults(self) -> Iterator[str]:
        for network in self.networks.split(","):
            try:
                ip_network(network.strip() or "::", strict=False)
            except ValueError:
                yield f"{PREFIX}CAMERA_NETWORKS: each must be a network, as in 10.1.0.0/16"
                return
