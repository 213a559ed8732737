"""What every test may ask for. Each test process has a platform of its own: no shared ports, no order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.make.platform import Organization, RunningPlatform, running_platform
from tests.make.production import platform_on_timescale
from tests.make.routes import GUARDED, ROUTES, WITH_AN_ID

pytest_plugins = ("tests.database", "tests.servers")

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile(
    "shared-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("shared-machine")


@pytest.fixture(scope="session")
def plain_platform() -> Iterator[RunningPlatform]:
    """The whole platform, as `holdfast up` starts it. Tests that kill parts of it start one of their own."""
    with running_platform() as platform:
        yield platform


@pytest.fixture(scope="session")
def timescale_platform() -> Iterator[RunningPlatform]:
    """The same on a server with TimescaleDB, as compose.yaml starts it; skips where there is none."""
    with platform_on_timescale() as platform:
        yield platform


@pytest.fixture(scope="session")
def platform(request: pytest.FixtureRequest) -> RunningPlatform:
    """What a test runs on: plain PostgreSQL, unless its file is marked ON_EITHER_BACKEND."""
    chosen: RunningPlatform = request.getfixturevalue(
        f"{getattr(request, 'param', 'plain')}_platform"
    )
    return chosen


@pytest.fixture
def organization(platform: RunningPlatform) -> Iterator[Organization]:
    """A new tenant for this test alone."""
    organization = platform.new_organization()
    yield organization
    organization.http.close()


@pytest.fixture
def neighbour(platform: RunningPlatform) -> Iterator[Organization]:
    """Another tenant on the same platform."""
    organization = platform.new_organization()
    yield organization
    organization.http.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How large the matrix of routes was, and what came of it."""
    reports = [
        report
        for each in terminalreporter.stats.values()
        for report in each
        if getattr(report, "when", "") == "call" and report.nodeid.startswith("tests/isolation/")
    ]
    if reports:
        found = Counter(report.outcome for report in reports)
        terminalreporter.write_line(
            f"isolation: {len(GUARDED)} guarded routes and methods, {len(WITH_AN_ID)} of them with an id, "
            f"{len(ROUTES) - len(GUARDED)} public; {found['passed']} checks passed, {found['failed']} failed"
        )
