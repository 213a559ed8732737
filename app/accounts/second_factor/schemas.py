from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from app.core.documentation import described
from app.core.wire import Body, Moment, Read

Code = Annotated[
    Annotated[str, msgspec.Meta(min_length=1, max_length=40)],
    described("Six digits as the app shows them, or a recovery code.", "492039"),
]
_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105


class FactorStatus(StrEnum):
    """How far it is."""

    NONE = "NONE"
    PENDING = "PENDING"  # enrolled, and not confirmed by a first code
    ACTIVE = "ACTIVE"


class SecondFactorRead(Read):
    """What a person shows beside their password."""

    status: Annotated[FactorStatus, described("Whether it is asked for.", FactorStatus.ACTIVE)]
    confirmed_at: Annotated[
        Moment | None, described("Since when it is asked for.", "2026-11-23T09:15:00Z")
    ]
    recovery_codes_left: Annotated[int, described("How many recovery codes are unused.", 10)]


class FactorEnrolment(Body):
    """The person's password: whoever has only found a signed-in browser can't lock them out."""

    password: Annotated[
        Annotated[str, msgspec.Meta(max_length=1024)],
        described("As it is now.", "correct horse battery"),
    ]


class FactorSecret(Read):
    """What codes are computed of. This answer alone carries it."""

    secret: Annotated[str, described("To be typed into an app (base32).", _SECRET)]
    url: Annotated[
        str,
        described(
            "The same for a QR code.",
            f"otpauth://totp/Holdfast:ada%40example.com?secret={_SECRET}&issuer=Holdfast",
        ),
    ]


class FactorCode(Body):
    """A code of the second factor."""

    code: Code


class RecoveryCodes(Read):
    """For when the app is lost: each works once. This answer alone carries them."""

    recovery_codes: Annotated[list[str], described("Ten of them.", ["kx2v-7ahq-m3zt-w5ny"])]
