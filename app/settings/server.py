"""Where the platform listens, and under which addresses the world finds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Annotated

from app.settings.group import PREFIX, Port, SettingsGroup, named, placed

# What may stand in a policy: nothing that could end it, and nothing beside scheme, host and port.
_ORIGIN = re.compile(r"https?://(\*\.)?[A-Za-z0-9.-]+(:\d{1,5})?")
# The address of a tile: each of the three is in it once, in any order.
_TILES = re.compile(
    r"https?://[A-Za-z0-9.-]+(:\d{1,5})?/"
    r"(?=[^{]*(\{[xyz]\}[^{]*){3}$)(?=.*\{z\})(?=.*\{x\})(?=.*\{y\})[\w./?&=%@{}-]*"
)


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


class ServerSettings(SettingsGroup, frozen=True, kw_only=True):
    # Where it is found. Every address in an answer is built from public_url, never from the Host
    # header.
    public_url: Annotated[str, placed("PUBLIC_URL")] = "http://127.0.0.1:8080"
    mqtt_public_host: Annotated[str, placed("MQTT_PUBLIC_HOST")] = "localhost"
    mqtt_public_port: Annotated[Port, placed("MQTT_PUBLIC_PORT")] = 8883

    # Where it listens. A file descriptor, where given, is a socket that already listens: the
    # supervisor of the embedded default keeps it open while a killed process is started again.
    http_host: Annotated[str, placed("HTTP_HOST")] = "127.0.0.1"
    http_port: Annotated[Port, placed("HTTP_PORT")] = 8080
    http_fd: Annotated[int | None, placed("HTTP_FD")] = None
    # Figures for Prometheus: for those who run the platform, so on a port of their own, which isn't
    # reached from outside unless a host is named.
    metrics_host: Annotated[str, placed("METRICS_HOST")] = "127.0.0.1"
    metrics_port: Annotated[Port, placed("METRICS_PORT")] = 9464
    metrics_fd: Annotated[int | None, placed("METRICS_FD")] = None
    # Devices come from outside; mutual TLS is the wall.
    mqtt_host: Annotated[str, placed("MQTT_HOST")] = "0.0.0.0"  # noqa: S104
    mqtt_port: Annotated[Port, placed("MQTT_PORT")] = 8883
    mqtt_fd: Annotated[int | None, placed("MQTT_FD")] = None
    # A chain with an RSA key, and the key, in PEM: for devices that know RSA alone, which trust
    # whoever issued it, and not our authority.
    mqtt_rsa_certificate_file: Annotated[str, named("MQTT_RSA_CERTIFICATE_FILE")] = ""
    mqtt_rsa_key_file: Annotated[str, named("MQTT_RSA_KEY_FILE")] = ""

    # Proxies before the API, by address or network, comma-separated: of a request that comes from
    # one of them, the client is who X-Forwarded-For says. Without it, all clients of public routes
    # have the proxy's one limit.
    trusted_proxies: Annotated[str, named("TRUSTED_PROXIES")] = "127.0.0.1,::1"
    # Origins of web pages that may call the API, comma-separated; none by default, "*" for all.
    cors_origins: Annotated[str, named("CORS_ORIGINS")] = ""
    # Origins of web pages that may show a shared dashboard in a frame, comma-separated, or "*".
    embed_origins: Annotated[str, named("EMBED_ORIGINS")] = ""
    # Where the console's maps find pictures of the world, as in
    # https://tiles.example.com/{z}/{x}/{y}.png, and the words that their maker asks for. Without it
    # a map has borders alone, and asks nobody.
    map_tiles_url: Annotated[str, named("MAP_TILES_URL")] = ""
    map_tiles_attribution: Annotated[str, named("MAP_TILES_ATTRIBUTION")] = ""
    # Origins of gateways that the console may ask for what a camera sees, comma-separated: each as
    # in http://10.0.0.5:8888 or https://*.gateways.example.com. Without it, it asks the platform.
    gateway_origins: Annotated[str, named("GATEWAY_ORIGINS")] = ""
    expose_openapi: Annotated[bool, named("EXPOSE_OPENAPI")] = True

    @property
    def embedders(self) -> list[str]:
        return _listed(self.embed_origins)

    @property
    def gateways(self) -> list[str]:
        return _listed(self.gateway_origins)

    @property
    def map_tiles_origin(self) -> str:
        """Whom browsers are let ask for pictures; empty for nobody."""
        return "/".join(self.map_tiles_url.split("/")[:3])

    @property
    def mqtt_rsa_files(self) -> tuple[str, str] | None:
        """The chain and the key, where there are such."""
        files = self.mqtt_rsa_certificate_file, self.mqtt_rsa_key_file
        return files if all(files) else None

    def faults(self) -> Iterator[str]:
        if bool(self.mqtt_rsa_certificate_file) is not bool(self.mqtt_rsa_key_file):
            yield f"{PREFIX}MQTT_RSA_CERTIFICATE_FILE and {PREFIX}MQTT_RSA_KEY_FILE come together"
        for origin in self.embedders:
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                yield (
                    f"{PREFIX}EMBED_ORIGINS: each must be an origin, as in https://www.example.com"
                )
                return
        if not all(map(_ORIGIN.fullmatch, self.gateways)):
            yield f"{PREFIX}GATEWAY_ORIGINS: each must be an origin, as in http://10.0.0.5:8888"
            return
        if self.map_tiles_url and not _TILES.fullmatch(self.map_tiles_url):
            yield (
                f"{PREFIX}MAP_TILES_URL: must be an address with {{z}}, {{x}} and {{y}}, "
                "as in https://tiles.example.com/{z}/{x}/{y}.png"
            )
            return
        for proxy in self.trusted_proxies.split(","):
            try:
                ip_network(proxy.strip() or "::")
            except ValueError:
                yield (
                    f"{PREFIX}TRUSTED_PROXIES: each must be an address or a network, "
                    "as in 192.0.2.7,10.0.0.0/8"
                )
                return
