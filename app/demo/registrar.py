"""How a device comes to its certificate: registered by the API, provisioned with a key of its
own."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.demo.home import Home, Identity

PROVISIONINGS_AT_ONCE = 8


class Registrar:
    """The part of the REST API with which a device is registered and provisioned. Raises
    httpx.HTTPError."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._at_once = asyncio.Semaphore(PROVISIONINGS_AT_ONCE)

    async def provision(self, name: str, home: Home) -> Identity:
        """Token → own key and signing request → certificate, kept at the device's home."""
        async with self._at_once:
            token = await self._token(name)
            key = ec.generate_private_key(ec.SECP256R1())
            request = {"token": token["token"], "csr": _signing_request(key)}
            provisioned = (
                await self._asked("POST", token["provisionEndpoint"], json=request)
            ).json()
        certificate = provisioned["certificate"]
        topics = provisioned["mqtt"]["topics"]
        serial = x509.load_pem_x509_certificate(certificate.encode()).serial_number
        identity = Identity(
            provisioned["deviceId"],
            f"{serial:x}",
            topics["readings"],
            topics["status"],
            topics["health"],
        )
        home.settle(identity, _pem(key), certificate, provisioned["caCertificates"])
        return identity

    async def accepts(self, identity: Identity) -> bool:
        """Whether the device is still there and its certificate neither revoked nor expired."""
        answer = await self._http.get(f"/devices/{identity.device_id}/certificates")
        if answer.status_code == 404:
            return False
        now = datetime.now(UTC)
        return any(
            found["serial"] == identity.serial
            and found["revokedAt"] is None
            and datetime.fromisoformat(found["notAfter"]) > now
            for found in answer.raise_for_status().json()["items"]
        )

    async def _token(self, name: str) -> dict[str, str]:
        new = {"deviceName": name, "tags": ["demo"]}
        answer = await self._http.post("/devices/registration/tokens", json=new)
        if answer.status_code == 409:  # the name is taken: the same device, with a new certificate
            device_id = await self._device_named(name)
            answer = await self._http.post(f"/devices/{device_id}/registration-token")
        token: dict[str, str] = answer.raise_for_status().json()
        return token

    async def _device_named(self, name: str) -> str:
        page = await self._asked("GET", "/devices", params={"q": name, "limit": 500})
        found = [device["id"] for device in page.json()["items"] if device["name"] == name]
        if not found:
            raise httpx.RemoteProtocolError(f"no device {name}, though its name is taken")
        return str(found[0])

    async def _asked(self, method: str, url: str, **more: object) -> httpx.Response:
        answer = await self._http.request(method, url, **more)  # type: ignore[arg-type]
        return answer.raise_for_status()


def _signing_request(key: ec.EllipticCurvePrivateKey) -> str:
    """The platform takes the key from it and decides the name itself."""
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([]))
        .sign(key, hashes.SHA256())
    )
    return request.public_bytes(serialization.Encoding.PEM).decode()


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
