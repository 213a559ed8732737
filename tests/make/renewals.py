"""What a device does to renew its certificate: asks for a nonce, signs it, and goes on."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from tests.make.devices import Device, new_key, signing_request
from tests.make.platform import RunningPlatform


@dataclass(frozen=True)
class Renewal:
    """A request for another certificate, ready to be sent, any number of times."""

    key: Any
    serial: str
    csr: str
    signature: str

    @property
    def body(self) -> dict[str, str]:
        return {"serial": self.serial, "csr": self.csr, "signature": self.signature}

    def send(self, http: httpx.Client) -> httpx.Response:
        return http.post("/devices/certificate/renew", json=self.body)


def nonce_for(http: httpx.Client, serial: str) -> str:
    answer = http.post("/devices/certificate/challenge", json={"serial": serial})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["nonce"])


def sign(key: Any, message: bytes) -> str:
    match key:
        case ec.EllipticCurvePrivateKey():
            signature = key.sign(message, ec.ECDSA(hashes.SHA256()))
        case rsa.RSAPrivateKey():
            signature = key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        case ed25519.Ed25519PrivateKey():
            signature = key.sign(message)
        case _:
            raise TypeError(type(key))
    return base64.b64encode(signature).decode()


def renewal(serial: str, key: Any, nonce: str, *, new: Any = None) -> Renewal:
    """Signed by the current key; for a key of its own unless one is given."""
    new = new or new_key()
    csr = signing_request(new)
    return Renewal(new, serial, csr, sign(key, f"{nonce}\n{csr}".encode()))


def key_of(device: Device) -> Any:
    return serialization.load_pem_private_key(device.key_file.read_bytes(), password=None)


def begin_renewal(http: httpx.Client, device: Device, *, new: Any = None) -> Renewal:
    return renewal(device.serial, key_of(device), nonce_for(http, device.serial), new=new)


def renewed(device: Device, done: Renewal, answer: httpx.Response) -> Device:
    """The same device with its new certificate, key and anchors on disk; the old ones stay."""
    assert answer.status_code == 200, answer.text
    provisioned = answer.json()
    folder = device.certificate_file.parent / done.signature[-12:].replace("/", "-")
    folder.mkdir()
    new = replace(
        device,
        provisioned=provisioned,
        certificate_file=folder / "certificate.pem",
        key_file=folder / "key.pem",
        ca_file=folder / "ca.pem",
    )
    new.certificate_file.write_text(provisioned["certificate"])
    new.ca_file.write_text(provisioned["caCertificates"])
    new.key_file.write_bytes(
        done.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return new


def renew_device(platform: RunningPlatform, device: Device) -> Device:
    with platform.client() as http:
        done = begin_renewal(http, device)
        return renewed(device, done, done.send(http))


def serial_in(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    pem = json.loads(answer.text)["certificate"]
    return f"{x509.load_pem_x509_certificate(pem.encode()).serial_number:x}"
