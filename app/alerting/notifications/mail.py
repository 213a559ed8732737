"""A message as a mail: text and HTML, one thread for each alert."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from app.alerting.notifications.formats import alerts_of
from app.alerting.notifications.message import AlertMessage


def mail_of(message: AlertMessage, *, sender: str, recipients: Sequence[str]) -> EmailMessage:
    """The subject's line breaks, whoever chose a name, are no headers."""
    host = sender.rpartition("@")[2].strip("> ")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = ", ".join(recipients)
    mail["Subject"] = " ".join(message.title.split())[:250]
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<{message.id}@{host}>"
    if threads := [f"<{alert_id}@{host}>" for alert_id in alerts_of(message)[:1]]:
        mail["In-Reply-To"] = mail["References"] = threads[0]
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Unsubscribe"] = f"<mailto:{sender}?subject=unsubscribe>"
    mail.set_content(text_of(message))
    mail.add_alternative(_html(message), subtype="html")
    return mail


def text_of(message: AlertMessage) -> str:
    seen = [f"{_SEEN}: {url}" for url in message.footage_urls]
    return "\n".join([message.title, "", *message.lines, *seen, "", _WHY])


_SEEN = "What cameras saw"
_WHY = "You get this since a notification channel of your organization names your address."


def _html(message: AlertMessage) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in message.lines)
    lines += "".join(
        f'<li><a href="{escape(url)}">{_SEEN}</a></li>' for url in message.footage_urls
    )
    return (
        "<!doctype html><html><body>"
        f"<h3>{escape(message.title)}</h3><ul>{lines}</ul><p><small>{escape(_WHY)}</small></p>"
        "</body></html>"
    )
