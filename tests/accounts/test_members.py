"""Members, invitations, and people with several organizations."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from tests.make.letters import letter_to, letters_to, token_in
from tests.make.people import admin_address, new_member
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem

PASSWORD = "a wholly new sentence"
MEMBERS, INVITATIONS = "/organizations/current/members", "/organizations/current/invitations"


@pytest.fixture
def http(platform: RunningPlatform) -> Iterator[httpx.Client]:
    with platform.client() as client:
        yield client


@pytest.fixture
def owner(platform: RunningPlatform, organization: Organization) -> Iterator[httpx.Client]:
    with platform.client(organization.access_token) as client:
        yield client


def address() -> str:
    return f"{secrets.token_hex(8)}@example.com"


def invite(platform: RunningPlatform, owner: httpx.Client, email: str, role: str = "MEMBER") -> str:
    """The token that whoever was invited got."""
    before = len(letters_to(platform, email))
    answer = owner.post(INVITATIONS, json={"email": email, "role": role})
    assert answer.status_code == 201, answer.text
    assert "token" not in answer.text
    return token_in(letter_to(platform, email, "Invitation", after=before))


def accept(http: httpx.Client, token: str, **body: str) -> httpx.Response:
    answer: dict[str, Any] = {"password": PASSWORD, **body}
    return http.post(f"/invitations/{token}/accept", json=answer)


def user_id(platform: RunningPlatform, token: str) -> str:
    with platform.client(token) as http:
        return str(http.get("/auth/me").json()["userId"])


def members(http: httpx.Client) -> dict[str, str]:
    """Roles by address."""
    return {each["email"]: each["role"] for each in http.get(MEMBERS).json()["items"]}


def test_somebody_new_is_invited_and_becomes_a_member(
    platform: RunningPlatform, http: httpx.Client, owner: httpx.Client, organization: Organization
) -> None:
    email = address()
    token = invite(platform, owner, email, "ADMIN")
    [listed] = owner.get(INVITATIONS).json()["items"]
    assert (listed["email"], listed["role"]) == (email, "ADMIN")
    offer = http.get(f"/invitations/{token}").json()
    assert (offer["email"], offer["role"], offer["hasAccount"]) == (email, "ADMIN", False)
    assert_problem(accept(http, token), 400)
    assert_problem(accept(http, token, name="Grace", password="aaaaaaaaaaaa"), 400)
    session = accept(http, token, name="Grace").json()
    assert (session["organizationId"], session["role"]) == (organization.id, "ADMIN")
    assert members(owner) == {organization.email: "OWNER", email: "ADMIN"}
    assert owner.get(INVITATIONS).json()["items"] == []
    titles = [each["title"] for each in owner.get("/events?type=ORGANIZATION").json()["items"]]
    assert sorted(titles[:2]) == ["Somebody became a member", "Somebody was invited"]


def test_somebody_with_an_account_joins_with_its_password_and_switches(
    platform: RunningPlatform,
    http: httpx.Client,
    owner: httpx.Client,
    organization: Organization,
    neighbour: Organization,
) -> None:
    token = invite(platform, owner, neighbour.email.upper())
    assert http.get(f"/invitations/{token}").json()["hasAccount"] is True
    assert_problem(accept(http, token, name="A thief"), 401)
    joined = accept(http, token, password=neighbour.password).json()
    assert joined["organizationId"] == organization.id
    with platform.client(joined["accessToken"]) as theirs:
        mine = theirs.get("/organizations").json()["items"]
        assert {each["id"]: each["role"] for each in mine} == {
            organization.id: "MEMBER",
            neighbour.id: "OWNER",
        }
        assert [each["id"] for each in mine if each["current"]] == [organization.id]
        switched = theirs.post("/auth/switch-organization", json={"organizationId": neighbour.id})
        again = theirs.post("/auth/switch-organization", json={"organizationId": neighbour.id})
    assert (switched.json()["organizationId"], switched.json()["role"]) == (neighbour.id, "OWNER")
    assert_problem(again, 401)  # its session has moved
    refreshed = http.post("/auth/refresh", json={"refreshToken": joined["refreshToken"]})
    assert_problem(refreshed, 401)
    signed_in = {"email": neighbour.email, "password": neighbour.password}
    assert http.post("/auth/login", json=signed_in).json()["organizationId"] == neighbour.id
    chosen = {**signed_in, "organizationId": organization.id}
    assert http.post("/auth/login", json=chosen).json()["organizationId"] == organization.id
    assert http.post("/auth/login", json=signed_in).json()["organizationId"] == organization.id


def test_nobody_switches_to_or_signs_in_to_an_organization_that_is_not_theirs(
    platform: RunningPlatform, http: httpx.Client, owner: httpx.Client, neighbour: Organization,
    organization: Organization,
) -> None:  # fmt: skip
    for other in (neighbour.id, "0190d3a0-0000-7000-8000-00000000dead"):
        answer = owner.post("/auth/switch-organization", json={"organizationId": other})
        assert_problem(answer, 404)
        body = {"email": organization.email, "password": organization.password}
        signed_in = http.post("/auth/login", json={**body, "organizationId": other})
        assert_problem(signed_in, 401)
    by_key = {"organizationId": organization.id}
    assert_problem(organization.http.post("/auth/switch-organization", json=by_key), 403)


def test_an_invitation_is_answered_once(
    platform: RunningPlatform, http: httpx.Client, owner: httpx.Client
) -> None:
    email = address()
    token = invite(platform, owner, email)
    first = accept(http, token, name="Grace").json()
    assert accept(http, token).status_code == 200  # the same person, whose answer was lost
    assert_problem(accept(http, token, password="another sentence"), 401)
    assert_problem(http.get(f"/invitations/{token}"), 409, code="INVITATION_ENDED")
    removed = owner.delete(f"{MEMBERS}/{user_id(platform, first['accessToken'])}")
    assert removed.json()["apiKeys"] == []
    assert_problem(accept(http, token), 409, code="INVITATION_ENDED")


def test_ten_who_answer_one_invitation_at_once_are_one_member(
    platform: RunningPlatform, owner: httpx.Client
) -> None:
    email = address()
    token = invite(platform, owner, email)
    answers: list[int] = []

    def answer() -> None:
        with platform.client() as each:
            answers.append(accept(each, token, name="Grace").status_code)

    threads = [threading.Thread(target=answer) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 200 in answers
    assert set(answers) <= {200, 409, 429}  # taken, or the hashing queue is full
    with psycopg.connect(admin_address(platform)) as admin:
        counts = admin.execute(
            "SELECT count(*), (SELECT count(*) FROM platform.membership m "
            "JOIN platform.user_account u ON u.id = m.user_id WHERE u.email = %(email)s) "
            "FROM platform.user_account WHERE email = %(email)s",
            {"email": email},
        ).fetchone()
    assert counts == (1, 1)


@pytest.mark.parametrize("what", ["expired", "withdrawn", "replaced", "altered", "empty", "SQL"])
def test_an_invitation_that_is_no_good_makes_nobody_a_member(
    platform: RunningPlatform, http: httpx.Client, owner: httpx.Client, what: str
) -> None:
    email = address()
    token = invite(platform, owner, email)
    match what:
        case "expired":
            with psycopg.connect(admin_address(platform)) as admin:
                admin.execute(
                    "UPDATE platform.invitation SET expires_at = now() WHERE email = %s", [email]
                )
        case "withdrawn":
            [listed] = owner.get(INVITATIONS).json()["items"]
            assert owner.delete(f"{INVITATIONS}/{listed['id']}").status_code == 204
            assert_problem(owner.delete(f"{INVITATIONS}/{listed['id']}"), 404)
        case "replaced":
            invite(platform, owner, email, "ADMIN")
        case "altered":
            token = token[:-1] + ("A" if token[-1] != "A" else "B")
        case "empty":
            token = "inv_"
        case "SQL":
            token = "inv_' OR true --"
    assert accept(http, token, name="Grace").status_code in (404, 409)
    assert email not in members(owner)


def test_only_the_invited_address_can_be_made_a_member_by_its_token(
    platform: RunningPlatform, owner: httpx.Client, neighbour: Organization
) -> None:
    """Neither by the service's own role in the database, for the account of another address."""
    token = invite(platform, owner, address())
    with psycopg.connect(platform.secret_urls()["database_url"]) as app:
        found = app.execute("SELECT id, password_hash FROM auth.find_user(%s)", [neighbour.email])
        id_, password_hash = found.fetchone() or (None, None)
        with psycopg.connect(admin_address(platform)) as admin:
            hashes = admin.execute("SELECT token_hash FROM platform.invitation").fetchall()
        for (token_hash,) in hashes:
            accepted = app.execute(
                "SELECT auth.accept_invitation(%s, %s, %s)", [token_hash, id_, password_hash]
            ).fetchone()
            assert accepted == (False,)
    assert token


def test_nobody_invites_or_raises_anybody_above_themselves(
    platform: RunningPlatform, owner: httpx.Client, organization: Organization
) -> None:
    invitation = {"email": address(), "role": "OWNER"}
    admin_token = new_member(platform, organization, "ADMIN")
    own_id, owner_id = (user_id(platform, it) for it in (admin_token, organization.access_token))
    with platform.client(admin_token) as admin:
        assert_problem(admin.post(INVITATIONS, json=invitation), 403)
        assert_problem(admin.patch(f"{MEMBERS}/{own_id}", json={"role": "OWNER"}), 403)
        assert_problem(admin.delete(f"{MEMBERS}/{owner_id}"), 403)
    made = {"name": "of members alone", "scopes": ["members:read", "members:write"]}
    key = owner.post("/api-keys", json=made).json()["key"]
    with platform.client(key) as program:
        assert_problem(program.post(INVITATIONS, json=invitation), 403)
        assert_problem(program.patch(f"{MEMBERS}/{own_id}", json={"role": "MEMBER"}), 403)
        assert_problem(program.delete(f"{MEMBERS}/{owner_id}"), 403)


def test_an_owner_who_was_demoted_rules_no_longer_with_the_token_that_says_so(
    platform: RunningPlatform, owner: httpx.Client, organization: Organization
) -> None:
    second = new_member(platform, organization, "OWNER")
    body = {"role": "MEMBER"}
    assert owner.patch(f"{MEMBERS}/{user_id(platform, second)}", json=body).status_code == 200
    with platform.client(second) as demoted:
        assert_problem(demoted.post(INVITATIONS, json={"email": address(), "role": "OWNER"}), 403)
        own = user_id(platform, organization.access_token)
        assert_problem(demoted.delete(f"{MEMBERS}/{own}"), 403)


def test_the_last_owner_stays(
    platform: RunningPlatform, owner: httpx.Client, organization: Organization
) -> None:
    own = user_id(platform, organization.access_token)
    for answer in (
        owner.delete(f"{MEMBERS}/{own}"),
        owner.patch(f"{MEMBERS}/{own}", json={"role": "ADMIN"}),
        owner.post("/organizations/current/leave", json={"organizationId": organization.id}),
    ):
        assert_problem(answer, 409, code="LAST_OWNER")
    second = new_member(platform, organization, "OWNER")
    left = owner.post("/organizations/current/leave", json={"organizationId": organization.id})
    assert left.json()["apiKeys"] == ["all rights"]
    with platform.client(second) as http:
        assert list(members(http).values()) == ["OWNER"]


def test_of_owners_who_remove_each_other_at_once_one_remains(
    platform: RunningPlatform, organization: Organization
) -> None:
    """In the database itself, as the service's role, round after round."""
    new_member(platform, organization, "OWNER")
    url = platform.secret_urls()["database_url"]
    with psycopg.connect(url) as one, psycopg.connect(url) as two:

        def begin(connection: psycopg.Connection) -> list[Any]:
            connection.execute("SELECT set_config('app.org_id', %s, true)", [organization.id])
            rows = connection.execute(
                "SELECT user_id FROM platform.membership WHERE role = 'OWNER' ORDER BY user_id"
            ).fetchall()
            return [id_ for (id_,) in rows]

        def remove(connection: psycopg.Connection, who: Any, told: list[str | None]) -> None:
            try:
                connection.execute("DELETE FROM platform.membership WHERE user_id = %s", [who])
                told.append(None)
            except psycopg.Error as error:
                told.append(error.sqlstate)

        for _ in range(50):
            (first, second), _ = begin(one), begin(two)
            told: list[str | None] = []
            waits = threading.Thread(target=remove, args=(two, first, told))
            remove(one, second, told)
            waits.start()
            one.commit()
            waits.join()
            two.rollback()
            assert told == [None, "HF002"]
            with psycopg.connect(admin_address(platform)) as admin:
                admin.execute(
                    "INSERT INTO platform.membership (org_id, user_id, role) "
                    "VALUES (%s, %s, 'OWNER')",
                    [organization.id, second],
                )


def test_who_is_removed_is_signed_out_and_their_keys_stay(
    platform: RunningPlatform, http: httpx.Client, owner: httpx.Client
) -> None:
    email = address()
    session = accept(http, invite(platform, owner, email, "ADMIN"), name="Grace").json()
    with platform.client(session["accessToken"]) as theirs:
        theirs.post("/api-keys", json={"name": "gateway of hall 3"})
        own = theirs.get("/auth/me").json()["userId"]
    removed = owner.delete(f"{MEMBERS}/{own}").json()
    assert removed == {"userId": own, "apiKeys": ["gateway of hall 3"]}
    refreshed = http.post("/auth/refresh", json={"refreshToken": session["refreshToken"]})
    assert_problem(refreshed, 401)
    assert_problem(http.post("/auth/login", json={"email": email, "password": PASSWORD}), 401)
    assert_problem(owner.get(f"{MEMBERS}/{own}"), 404)


def test_a_member_is_not_invited_again_and_letters_have_an_end(
    platform: RunningPlatform, owner: httpx.Client, organization: Organization
) -> None:
    body = {"email": organization.email.upper(), "role": "MEMBER"}
    assert_problem(owner.post(INVITATIONS, json=body), 409, code="ALREADY_EXISTS")
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "INSERT INTO platform.invitation (org_id, id, email, role, token_hash, secret_id, "
            "created_by, expires_at, ended_at) SELECT %s, gen_random_uuid(), 'x@example.com', "
            "'MEMBER', gen_random_uuid()::text::bytea, '', '', now(), now() "
            "FROM generate_series(1, 100)",
            [organization.id],
        )
    assert_problem(owner.post(INVITATIONS, json={**body, "email": address()}), 429)


def test_a_person_makes_another_organization_and_owns_it(
    platform: RunningPlatform, owner: httpx.Client, organization: Organization
) -> None:
    made = owner.post("/organizations", json={"name": "A laboratory"})
    assert made.status_code == 200, made.text
    assert (made.json()["role"], made.json()["current"]) == ("OWNER", False)
    body = {"organizationId": made.json()["id"]}
    session = owner.post("/auth/switch-organization", json=body).json()
    with platform.client(session["accessToken"]) as there:
        assert there.get("/organizations/current").json()["name"] == "A laboratory"
        assert members(there) == {organization.email: "OWNER"}
        assert there.get("/devices").json()["items"] == []
    assert_problem(organization.http.post("/organizations", json={"name": "of a key"}), 403)


def test_the_token_of_an_invitation_is_in_no_log(
    platform: RunningPlatform, http: httpx.Client, owner: httpx.Client
) -> None:
    token = invite(platform, owner, address())
    http.get(f"/invitations/{token}")
    assert accept(http, token, name="Grace").status_code == 200
    logs = platform.state / "state" / "logs"
    assert not [log for log in logs.glob("*") if token[4:].encode() in log.read_bytes()]


def test_an_installation_says_what_somebody_without_an_account_can_do(http: httpx.Client) -> None:
    assert http.get("/auth/installation").json() == {
        "allowsRegistration": True,
        "isEmpty": False,
        "writesLetters": True,
    }
