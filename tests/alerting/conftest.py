"""A platform that may call this machine, with a mail server that refuses some."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.make.mail import MailServer, mail_server
from tests.make.platform import Organization, RunningPlatform, running_platform


@pytest.fixture(scope="package")
def mails() -> Iterator[MailServer]:
    with mail_server({"gone@example.com": "550 no such user"}) as server:
        yield server


@pytest.fixture(scope="package")
def loose(mails: MailServer) -> Iterator[RunningPlatform]:
    settings = {
        "HOLDFAST_ALLOW_HTTP_WEBHOOKS": "true",
        "HOLDFAST_ALLOW_PRIVATE_WEBHOOKS": "true",
        "HOLDFAST_WEBHOOK_PORTS": "any",
        "HOLDFAST_WEBHOOK_TIMEOUT_SECONDS": "5",
        "HOLDFAST_SMTP_HOST": "127.0.0.1",
        "HOLDFAST_SMTP_PORT": str(mails.port),
        "HOLDFAST_SMTP_SECURITY": "none",
        "HOLDFAST_SMTP_FROM": "alerts@holdfast.test",
    }
    with running_platform(settings) as platform:
        yield platform


@pytest.fixture
def tenant(loose: RunningPlatform) -> Iterator[Organization]:
    organization = loose.new_organization()
    yield organization
    organization.http.close()


@pytest.fixture(scope="module")
def customer(platform: RunningPlatform) -> Iterator[Organization]:
    """An organization that the tests of one file share."""
    organization = platform.new_organization()
    yield organization
    organization.http.close()
