"""What the broker shows to devices and whom it lets in, as the database has it at this moment."""

from __future__ import annotations

import asyncio
import ssl
import tempfile
from pathlib import Path

from app.control.certificates.authority import load_broker_certificate
from app.core.pki import ServerCertificate
from app.settings import Settings
from db.connections.pools import open_ingest_pool
from ingest.mqtt.broker import CertificateFiles, server_tls


async def load_tls(settings: Settings) -> ssl.SSLContext:
    """In the broker's process. Raises NoAuthority, or OSError and SSLError for the second chain."""
    async with open_ingest_pool(settings.database.ingest_url, pool_size=1) as pool:
        shown, trusted_pem = await load_broker_certificate(pool, settings.security.secret_key)
    return await asyncio.to_thread(_tls, shown, trusted_pem, settings.server.mqtt_rsa_files)


def _tls(
    shown: ServerCertificate, trusted_pem: str, second: CertificateFiles | None
) -> ssl.SSLContext:
    # OpenSSL reads certificates from files only.
    with tempfile.TemporaryDirectory(prefix="holdfast-broker-") as folder:
        certificate_file, key_file = Path(folder, "certificate.pem"), Path(folder, "key.pem")
        certificate_file.write_bytes(shown.certificate)
        key_file.write_bytes(shown.key)
        return server_tls(certificate_file, key_file, trusted_pem, second=second)
