from __future__ import annotations

from typing import Annotated

import msgspec

from app.core.documentation import described


class PublicKey(msgspec.Struct):
    """An Ed25519 key (RFC 8037)."""

    kty: Annotated[str, described("Key type.", "OKP")]
    crv: Annotated[str, described("Curve.", "Ed25519")]
    use: Annotated[str, described("What it is for: signatures.", "sig")]
    alg: Annotated[str, described("Algorithm of the signatures.", "EdDSA")]
    kid: Annotated[str, described("Key id, as in the header of a token.", "I029e3WT_A0")]
    x: Annotated[
        str, described("The key, base64url.", "mycTbxejVdMb3cyFWF0PQwAV_BX6TG3ZTVygLUWPG-c")
    ]


class PublicKeys(msgspec.Struct):
    """A JSON Web Key Set (RFC 7517)."""

    keys: Annotated[list[PublicKey], described("Those in use.")]
