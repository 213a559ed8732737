"""Who may call what is written on every handler, and the public ones are written here too."""

from __future__ import annotations

import warnings

import pytest
from litestar.exceptions import LitestarDeprecationWarning

from app.core.http.operation import operation
from app.permissions import ALL_PERMISSIONS, PERMISSIONS_OF_ROLE, Role
from tests.make.routes import ROUTES, service_at_rest

# This list may only shrink. Each line says why a token can't be asked for.
PUBLIC_ROUTES = {
    "POST /api/v1/auth/register",  # before there is a token
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/refresh",  # carries the refresh token
    "POST /api/v1/auth/logout",
    "POST /api/v1/auth/forgot-password",  # says nothing of whether there is such an account
    "POST /api/v1/auth/reset-password",  # carries what was sent to the account's address
    "POST /api/v1/auth/verify-email",
    "GET /api/v1/auth/installation",  # what somebody without an account can do
    "GET /api/v1/invitations/{token}",  # carries the invitation's token
    "POST /api/v1/invitations/{token}/accept",
    "POST /api/v1/devices/provision",  # carries the registration token
    "POST /api/v1/devices/certificate/challenge",  # asked by devices, about to prove their key
    "POST /api/v1/devices/certificate/renew",  # carries the signature of the device's key
    "GET /api/v1/pki/ca.pem",  # published
    "GET /api/v1/pki/crl",
    "GET /.well-known/jwks.json",
    "POST /oauth/device",  # a program that has nothing yet; a person decides
    "POST /oauth/token",  # carries the program's code
    "POST /oauth/revoke",  # carries the key that is to end
    "GET /api/v3",
    "GET /api/v3/api-docs",
    "GET /api/v3/docs",  # the page to browse the document, which holds no data
    "GET /api/v3/docs.css",
    "GET /api/v3/docs.js",
    "GET /api/objects/{key}",  # carries its own signature
    "PUT /api/objects/{key}",
    "GET /api/v1/playback/{token}/index.m3u8",  # carries its own signature
    "GET /api/v1/live/streams/{token}/index.m3u8",
    "GET /api/v1/live/streams/{token}/{name}",
    "GET /api/problems",  # where the type of every problem leads
    "GET /health/live",  # asked by supervisors and scrapers
    "GET /health/ready",
    "GET /ping",  # whether there is one who speaks InfluxQL, asked before anybody signs in
    "GET /",  # the console: files of a program, which show nothing without a token
    "GET /console",
    "GET /console/{path}",
}


def test_every_handler_says_who_may_call_it() -> None:
    silent = [str(route) for route in ROUTES if not route.is_public and route.permission is None]
    assert not silent, f"say may(…) on {silent}"


def test_the_public_routes_are_the_ones_written_here() -> None:
    assert {str(route) for route in ROUTES if route.is_public} == PUBLIC_ROUTES


def test_every_permission_on_a_handler_is_one_that_some_role_has() -> None:
    assert {route.permission for route in ROUTES if route.permission} <= ALL_PERMISSIONS


def test_every_permission_of_a_role_opens_some_route() -> None:
    assert {route.permission for route in ROUTES if route.permission} == ALL_PERMISSIONS


def test_a_role_may_all_that_the_role_below_it_may() -> None:
    assert (
        PERMISSIONS_OF_ROLE[Role.MEMBER]
        < PERMISSIONS_OF_ROLE[Role.ADMIN]
        < PERMISSIONS_OF_ROLE[Role.OWNER]
        == ALL_PERMISSIONS
    )


def test_a_permission_that_no_role_has_is_refused_when_the_handler_is_written() -> None:
    with pytest.raises(ValueError, match="no role"):
        operation("explodeDevices", may="devices:explode")  # type: ignore[arg-type]


# Questions that are too long for an address. They change nothing.
ASKED_BY_POST = {
    "POST /api/v1/readings/latest",
    "POST /api/v1/readings/query",
    "POST /api/v1/dashboards/preview",
    "POST /api/v1/alert-rules/summary",
    "POST /api/v1/alert-rules/test",
    "POST /api/v1/sensors/calculate",
    "POST /api/v1/alert-rules/{rule_id}/test",
    "POST /query",  # InfluxQL, in a form: reading statements are all that is understood
}
# What is a person's own, whatever their role.
ONES_OWN = {
    "DELETE /api/v1/auth/sessions",
    "DELETE /api/v1/auth/sessions/{session_id}",
    "POST /api/v1/auth/change-password",
    "POST /api/v1/auth/switch-organization",
    "POST /api/v1/organizations/current/leave",
    "POST /api/v1/organizations",
    # To watch a camera is to read it; what is written is who does.
    "POST /api/v1/cameras/{camera_id}/live",
    "POST /api/v1/live/{live_session_id}/keep-alive",
    "DELETE /api/v1/live/{live_session_id}",
}


def test_what_changes_something_needs_more_than_a_read_permission() -> None:
    for route in ROUTES:
        is_excepted = str(route) in ASKED_BY_POST | ONES_OWN
        if route.permission and route.method != "GET" and not is_excepted:
            assert not route.permission.endswith(":read"), route


def test_handlers_are_given_things_in_the_ways_that_the_framework_keeps() -> None:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        service_at_rest()
    assert [
        str(warning.message)
        for warning in found
        if issubclass(warning.category, LitestarDeprecationWarning)
    ] == [], "write tx: deps.Tx (app/core/http/dependencies.py), data: JSONBody[…]"
