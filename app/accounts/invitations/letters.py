"""What somebody is written who is invited."""

from __future__ import annotations

from datetime import datetime

from app.core.letters import Letter


def invitation(
    url: str, email: str, token: str, *, organization: str, by: str, expires_at: datetime
) -> Letter:
    return Letter(
        recipient=email,
        subject=f"Invitation to {organization}",
        paragraphs=[
            f"{by} invites you to “{organization}” on Holdfast. Until "
            f"{expires_at:%Y-%m-%d %H:%M} UTC you can answer here:",
        ],
        link=f"{url}/console/-/join#{token}",
        why=f"You get this since somebody invited this address at {url}. If you don't know them, "
        "there is nothing to do.",
    )
