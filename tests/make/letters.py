"""Letters that a platform has written, as files: read by those whom they are for."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from tests.make.live import eventually
from tests.make.platform import RunningPlatform


def letters_to(platform: RunningPlatform, email: str) -> list[EmailMessage]:
    """The newest last."""
    found = []
    for path in sorted((platform.state / "state" / "mail").glob("*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=default)
        assert isinstance(mail, EmailMessage)
        if mail["To"] == email:
            found.append(mail)
    return found


def letter_to(
    platform: RunningPlatform, email: str, subject: str, *, after: int = 0
) -> EmailMessage:
    """The newest with that in its subject, once one is there that follows so many letters."""

    def found() -> list[EmailMessage]:
        mails = letters_to(platform, email)[after:]
        return [mail for mail in mails if subject in mail["Subject"]]

    eventually(lambda: bool(found()), f"no letter to {email} about {subject!r}")
    return found()[-1]


def token_in(mail: EmailMessage) -> str:
    """What its link carries; text and HTML have the same."""
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    token = text.get_content().partition("#")[2].split()[0]
    assert f"#{token}" in html.get_content()
    return token
