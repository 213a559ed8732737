"""The installation's certificate authorities that are trusted: one, or two while the one takes the
other's place.

The newest signs. The broker shows a certificate that the oldest has signed: every device that may
connect was told of that one, and those that were told since trust it, too. So devices go on
whichever they know, and the broker needs no second chain. A certificate by the newest that the
oldest vouches for would have done so as well, had ours not said from the first day on that they
have no authority beneath them (pathlen 0), which devices may have checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.authority import Authority
from app.core.keys import CanNotDecrypt, Keys
from app.settings import PREFIX
from db.connections.types import Connection, Pool
from db.queries.authority import StoredAuthority, find_authorities

AUTHORITY_PURPOSE = "certificate authority"


class NoAuthority(Exception):
    """The installation has no certificates that this process can use; says what to do."""


@dataclass(frozen=True)
class TrustedAuthorities:
    """One or more, the oldest first."""

    all: Sequence[Authority]

    @property
    def oldest(self) -> Authority:
        return self.all[0]

    @property
    def newest(self) -> Authority:
        return self.all[-1]

    @property
    def anchors_pem(self) -> str:
        """What devices are told to trust."""
        return "".join(dict.fromkeys(each.anchor_pem for each in self.all))

    @property
    def certificates_pem(self) -> str:
        """Those that sign devices' certificates, without what is above them."""
        return "".join(each.certificate_pem for each in self.all)

    def revocation_list_path(self, authority: Authority) -> str:
        """Where its list is: the oldest one's where it always was, since certificates say so."""
        path = "/api/v1/pki/crl"
        return path if authority is self.oldest else f"{path}?authority={authority.id}"


class Authorities:
    """Read anew for whoever asks, which is seldom: a change counts from its commit on, in every
    process."""

    def __init__(self, pool: Pool, keys: Keys) -> None:
        self._pool = pool
        self._keys = keys

    async def trusted(self) -> TrustedAuthorities:
        """Raises NoAuthority."""
        async with self._pool.acquire() as connection:
            return await open_authorities(connection, self._keys)


async def open_authorities(connection: Connection, keys: Keys) -> TrustedAuthorities:
    """Raises NoAuthority where there is none, or a key can't be decrypted."""
    stored = await find_authorities(connection)
    if not stored:
        raise NoAuthority("there is no certificate authority yet: run `holdfast migrate`")
    return TrustedAuthorities([_opened(each, keys) for each in stored])


def _opened(stored: StoredAuthority, keys: Keys) -> Authority:
    try:
        key_der = keys.decrypt(stored.encrypted_key, purpose=AUTHORITY_PURPOSE)
    except CanNotDecrypt:
        raise NoAuthority(
            "the certificate authority's key was encrypted under another secret: give it in "
            f"{PREFIX}SECRET_KEYS_OLD"
        ) from None
    return Authority.load(stored.id, stored.certificate_pem, key_der, stored.issuers_pem)
