"""The refresh token in a cookie, for pages that no script may read it of: the console's.

It goes to /api/v1/auth alone, from pages of this installation alone; everything else is asked for
with an access token, as by every program.
"""

from __future__ import annotations

import msgspec
from litestar import Response
from litestar.datastructures import Cookie

from app.accounts.sessions.schemas import Session
from app.core.platform import Platform

NAME = "holdfast_session"
_PATH = "/api/v1/auth"


def answer_session(
    platform: Platform, session: Session, status: int, *, in_cookie: bool
) -> Response[Session]:
    """With the refresh token where it was asked for."""
    if not in_cookie or session.refresh_token is None:
        return Response(session, status_code=status)
    cookie = cookie_of(platform, session.refresh_token)
    without = msgspec.structs.replace(session, refresh_token=None)
    return Response(without, status_code=status, cookies=[cookie])


def cookie_of(platform: Platform, refresh_token: str) -> Cookie:
    """As long as the session may go unrefreshed."""
    days = platform.settings.security.refresh_token_days
    return _cookie(platform, refresh_token, days * 86_400)


def ending_cookie(platform: Platform) -> Cookie:
    """Takes it away."""
    return _cookie(platform, "", 0)


def _cookie(platform: Platform, value: str, seconds: int) -> Cookie:
    return Cookie(
        key=NAME,
        value=value,
        path=_PATH,
        max_age=seconds,
        httponly=True,
        samesite="strict",
        secure=platform.settings.server.public_url.startswith("https:"),
    )
