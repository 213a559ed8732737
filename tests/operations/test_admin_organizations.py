"""What the operator asks of organizations, and does to them, beside a platform that runs."""

from __future__ import annotations

import subprocess
import sys

from tests.make.fleet import make_site
from tests.make.people import new_member
from tests.make.platform import Organization, RunningPlatform


def admin(platform: RunningPlatform, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "app", "admin", *arguments),
            *("--state-dir", str(platform.state / "state")),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_each_organization_is_listed_with_what_it_has(
    platform: RunningPlatform, organization: Organization
) -> None:
    make_site(organization, "one of few")
    listed = admin(platform, "organizations", "list")
    assert listed.returncode == 0, listed.stderr
    [line] = [each for each in listed.stdout.splitlines() if each.startswith(organization.id)]
    assert "1 people" in line
    assert "0 devices" in line
    used = admin(platform, "usage", "--organization", organization.id)
    counts = {line[2:24].strip(): line[24:].split()[0] for line in used.stdout.splitlines()[1:]}
    assert (counts["sites"], counts["devices"]) == ("1", "0")


def test_all_sessions_of_an_organization_end_and_no_others(
    platform: RunningPlatform, organization: Organization, neighbour: Organization
) -> None:
    tokens = [organization.access_token, new_member(platform, organization, "MEMBER")]
    ended = admin(platform, "sessions", "end", "--organization", organization.id)
    assert ended.stdout == "2 sessions have ended.\n"
    for token in tokens:
        with platform.client(token) as http:
            assert http.get("/auth/me").status_code == 401
    with platform.client(neighbour.access_token) as http:
        assert http.get("/auth/me").status_code == 200
    [event] = organization.http.get("/events", params={"type": "SESSION"}).json()["items"]
    assert (event["title"], event["actor"]) == ("The operator has ended all sessions", "platform")


def test_it_has_to_be_said_whose_sessions_end(platform: RunningPlatform) -> None:
    refused = admin(platform, "sessions", "end")
    assert refused.returncode != 0
    assert "--all or --organization" in refused.stderr
