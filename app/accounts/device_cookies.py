"""A browser in which somebody has signed in: it keeps attempts of its own at their account, so that
whoever guesses elsewhere, or beside it, can't lock its owner out.

The cookie says for which address, in an HMAC, and until when. It opens nothing: without the
password it is good for as many guesses as anybody has from one network.
"""

from __future__ import annotations

from litestar.datastructures import Cookie

from app.accounts.letter_tokens import is_proof, issue_proof, read_claim
from app.core.platform import Platform
from db.ids import new_id

NAME = "holdfast_device"
DAYS = 180
_PATH = "/api/v1/auth"


def device_cookie(platform: Platform, email: str) -> Cookie:
    """Of one who has just signed in with this address."""
    seconds = DAYS * 86_400
    return Cookie(
        key=NAME,
        # The device's id stands where other tokens have a person's.
        value=issue_proof(platform.keys, "device", new_id(), about=email.lower(), seconds=seconds),
        path=_PATH,
        max_age=seconds,
        httponly=True,
        samesite="strict",
        secure=platform.settings.server.public_url.startswith("https:"),
    )


def device_of(platform: Platform, cookie: str | None, email: str) -> str | None:
    """The device's id; None where nobody has signed in there with this address."""
    claim = None if cookie is None else read_claim(cookie)
    if claim is None or not is_proof(platform.keys, "device", claim, about=email.lower()):
        return None
    return claim.user_id.hex
