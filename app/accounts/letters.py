"""What people are written about their own account."""

from __future__ import annotations

from app.core.letters import Letter

_WHY = "You get this since somebody used this address with Holdfast at {url}."
_RESET = "If it wasn't you, there is nothing to do: without this letter nobody can change it."


def nobodys(url: str) -> Letter:
    """Posted where there is no such account, and never sent."""
    return Letter(recipient=None, subject="", paragraphs=[], why=_WHY.format(url=url))


def reset(url: str, email: str, token: str) -> Letter:
    return Letter(
        recipient=email,
        subject="Choose a new password",
        paragraphs=[
            "Somebody asked for a new password for your account. Within an hour it can be chosen "
            "here:",
            _RESET,
        ],
        link=f"{url}/console/-/reset#{token}",
        why=_WHY.format(url=url),
    )


def verification(url: str, email: str, token: str) -> Letter:
    return Letter(
        recipient=email,
        subject="Is this your address?",
        paragraphs=["An account was made with this address. Say here that it is yours:"],
        link=f"{url}/console/-/verify#{token}",
        why=_WHY.format(url=url),
    )


def password_changed(url: str, email: str, address: str) -> Letter:
    return Letter(
        recipient=email,
        subject="Your password was changed",
        paragraphs=[
            f"The password of your account was changed, from the address {address}. You are signed "
            "out everywhere else.",
            "If it wasn't you, choose another one now, by “I forgot my password”:",
        ],
        link=f"{url}/console/",
        why=_WHY.format(url=url),
    )


def factor_changed(url: str, email: str, what: str) -> Letter:
    return Letter(
        recipient=email,
        subject="The second factor of your account",
        paragraphs=[what, "If it wasn't you, somebody knows your password: change it now."],
        link=f"{url}/console/",
        why=_WHY.format(url=url),
    )


def session_taken(url: str, email: str, address: str) -> Letter:
    return Letter(
        recipient=email,
        subject="One of your sessions was ended",
        paragraphs=[
            "An old token of one of your sessions was used, from the address "
            f"{address}: somebody else may have had it. The session was ended.",
            "If you don't know why, change your password.",
        ],
        link=f"{url}/console/",
        why=_WHY.format(url=url),
    )
