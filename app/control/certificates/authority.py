"""The installation's own certificates: its authority, and what its broker shows to devices.

`holdfast migrate` makes both, as the database's owner: whoever serves requests can't put another
authority in place of ours. The authority's key is encrypted under the newest secret. The broker's
is encrypted for the broker alone, under a secret of its own, so that the process that strangers
reach first knows neither the authority's key nor the installation's secret.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.core.authorities import (
    AUTHORITY_PURPOSE,
    Authorities,
    NoAuthority,
    TrustedAuthorities,
    open_authorities,
)
from app.core.authority import Authority, new_authority
from app.core.keys import CanNotDecrypt, Keys
from app.core.pki import SERVER_CERTIFICATE_DAYS, ServerCertificate, issue_server_certificate
from app.settings import PREFIX, SecuritySettings, Settings
from db.connections.types import Connection, Pool
from db.queries.authority import (
    StoredAuthority,
    StoredBrokerCertificate,
    find_authorities,
    find_broker_certificate,
    insert_authority,
    insert_broker_certificate,
    lock_authority,
    replace_authority_key,
)

_BROKER = "broker certificate"
# Of its life, when the next one is made.
_RENEWED_AFTER = timedelta(days=SERVER_CERTIFICATE_DAYS // 2)


async def load_authority(pool: Pool, keys: Keys) -> Authority:
    """The CA that signs. The pool is of role `app`. Raises NoAuthority."""
    return (await Authorities(pool, keys).trusted()).newest


async def load_broker_certificate(pool: Pool, secret: str) -> tuple[ServerCertificate, str]:
    """What the broker shows, and in PEM the CAs that devices' certificates are signed by. The pool
    is of role `iot_ingest`, the secret the broker's own. Raises NoAuthority."""
    async with pool.acquire() as connection:
        stored = await find_broker_certificate(connection)
    missing = NoAuthority(
        "there is no certificate for a broker with this secret: run `holdfast migrate` with "
        f"the broker's {PREFIX}SECRET_KEY as {PREFIX}BROKER_SECRET_KEY"
    )
    if stored is None:
        raise missing
    try:
        key = Keys.derive(secret).decrypt(stored.encrypted_key, purpose=_BROKER)
    except CanNotDecrypt:
        raise missing from None
    certificate = ServerCertificate(stored.certificate_pem.encode(), key, stored.not_after)
    return certificate, stored.authority_pem


async def ensure_certificates(pool: Pool, settings: Settings) -> None:
    """Make what is missing, was made for another broker, or will end; encrypt anew what an older
    secret has encrypted. The pool is of role `iot_owner`. Raises NoAuthority."""
    keys = Keys.of(settings.security)
    async with pool.acquire() as connection, connection.transaction():
        await lock_authority(connection)
        trusted = await _ensure_authorities(connection, keys)
        await ensure_broker_certificate(
            connection, settings.security, trusted, host=settings.server.mqtt_public_host
        )


async def insert(connection: Connection, keys: Keys, authority: Authority) -> None:
    """It signs from the commit on."""
    await insert_authority(
        connection,
        StoredAuthority(
            authority.id,
            authority.certificate_pem,
            authority.issuers_pem,
            keys.encrypt(authority.key_der, purpose=AUTHORITY_PURPOSE),
        ),
    )


async def _ensure_authorities(connection: Connection, keys: Keys) -> TrustedAuthorities:
    stored = await find_authorities(connection)
    if not stored:
        await insert(connection, keys, new_authority())
    trusted = await open_authorities(connection, keys)
    for each in stored:
        anew = keys.encrypted_anew(each.encrypted_key, purpose=AUTHORITY_PURPOSE)
        if anew is not None:
            await replace_authority_key(connection, each.encrypted_key, anew)
    return trusted


async def ensure_broker_certificate(
    connection: Connection,
    security: SecuritySettings,
    trusted: TrustedAuthorities,
    *,
    host: str,
) -> None:
    """Make another where the one that is there isn't good. The broker shows it after the commit."""
    secret = security.broker_secret_key or Keys.of(security).broker_secret
    of_broker = Keys.derive(secret)
    stored = await find_broker_certificate(connection)
    if stored is not None and _is_good(stored, of_broker, host, trusted):
        return
    made = issue_server_certificate(trusted.oldest, [host])
    await insert_broker_certificate(
        connection,
        StoredBrokerCertificate(
            host=host,
            certificate_pem=made.certificate.decode(),
            authority_pem=trusted.certificates_pem,
            encrypted_key=of_broker.encrypt(made.key, purpose=_BROKER),
            not_after=made.not_after,
        ),
    )


def _is_good(
    stored: StoredBrokerCertificate, of_broker: Keys, host: str, trusted: TrustedAuthorities
) -> bool:
    try:
        of_broker.decrypt(stored.encrypted_key, purpose=_BROKER)
    except CanNotDecrypt:
        return False
    # One that ends with its authority has no better one to follow it.
    ends_soon = stored.not_after - datetime.now(UTC) <= _RENEWED_AFTER
    is_last = stored.not_after == trusted.oldest.until(stored.not_after + timedelta(seconds=1))
    is_of_us = stored.authority_pem == trusted.certificates_pem
    return (is_last or not ends_soon) and is_of_us and stored.host == host
