# Written by `make client` from docs/openapi.json. Changes are lost; client/generator is the place.
"""Organizations, people and API keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import UNSET, Struct, UnsetType
from msgspec import field as named

from holdfast_client.endpoint import Endpoint
from holdfast_client.streams import AsyncBytes, SyncBytes
from holdfast_client.transport import (
    AsyncTransport,
    SyncTransport,
    each_of_pages,
    each_of_pages_async,
)

if TYPE_CHECKING:
    from typing import Literal
else:
    from holdfast_client.words import Literal


FactorStatus: TypeAlias = Literal["ACTIVE", "NONE", "PENDING"]
"""How far it is."""


Role: TypeAlias = Literal["ADMIN", "MEMBER", "OWNER"]
"""What a person may in an organization: each all that the one below it may, and more."""


class ApiKeyCreate(Struct, kw_only=True, omit_defaults=True):
    """Without scopes the key may do all that its creator may, or send the footage of the cameras
    that it is bound to.
    """

    name: str
    """What the key is for."""
    scopes: list[str] | None | UnsetType = UNSET
    """What the key may do; null for all that its creator may."""
    expires_at: datetime | None | UnsetType = named(default=UNSET, name="expiresAt")
    """From when on it is refused; null for never, or for the end of the key that makes it."""
    allowed_addresses: list[str] | None | UnsetType = named(default=UNSET, name="allowedAddresses")
    """Addresses and networks from which alone it may be used, as our proxies tell them; null for
    from everywhere.
    """
    camera_ids: list[str] | None | UnsetType = named(default=UNSET, name="cameraIds")
    """Cameras of which alone it may send footage: such a key has the scope segments:write and no
    other. Null for none in particular.
    """
    customer_id: str | None | UnsetType = named(default=UNSET, name="customerId")
    """It sees what this customer has, and no more; for good."""


class ApiKeyCreated(Struct, kw_only=True, omit_defaults=True):
    """The only answer that carries the key."""

    id: str
    """The API key."""
    name: str
    """What the key is for."""
    prefix: str
    """How the key begins: to recognise it by."""
    key: str
    """The key itself, shown only here."""
    scopes: list[str]
    """What the key may do."""
    customer_id: str | None = named(name="customerId")
    """The customer whose it is; null for the organization's own."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    expires_at: datetime | None = named(name="expiresAt")
    """From when on it is refused; null for never."""
    allowed_addresses: list[str] | None = named(name="allowedAddresses")
    """Addresses and networks from which alone it may be used, as our proxies tell them; null for
    from everywhere.
    """
    camera_ids: list[str] | None = named(name="cameraIds")
    """Cameras of which alone it may send footage: such a key has the scope segments:write and no
    other. Null for none in particular.
    """
    former_keys: list[FormerKeyRead] = named(name="formerKeys")
    """Those that it replaced and that are still good."""


class ApiKeyPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[ApiKeyRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class ApiKeyRead(Struct, kw_only=True, omit_defaults=True):
    """An API key without its secret part."""

    id: str
    """The API key."""
    name: str
    """What the key is for."""
    prefix: str
    """How the key begins: to recognise it by."""
    scopes: list[str]
    """What the key may do."""
    customer_id: str | None = named(name="customerId")
    """The customer whose it is; null for the organization's own."""
    created_by: str = named(name="createdBy")
    """Who acts: `user_…` or `key_…` with its id."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    expires_at: datetime | None = named(name="expiresAt")
    """From when on it is refused; null for never."""
    last_used_at: datetime | None = named(name="lastUsedAt")
    """When it was last used since it was made, or made anew, to the minute; null for never."""
    allowed_addresses: list[str] | None = named(name="allowedAddresses")
    """Addresses and networks from which alone it may be used, as our proxies tell them; null for
    from everywhere.
    """
    camera_ids: list[str] | None = named(name="cameraIds")
    """Cameras of which alone it may send footage: such a key has the scope segments:write and no
    other. Null for none in particular.
    """
    former_keys: list[FormerKeyRead] = named(name="formerKeys")
    """Those that it replaced and that are still good."""


class ApiKeyRotation(Struct, kw_only=True, omit_defaults=True):
    """How the key that is used now ends."""

    overlap_seconds: int | UnsetType = named(default=UNSET, name="overlapSeconds")
    """For how long it goes on beside the new one; 0 for not at all."""


class ApiKeyUpdate(Struct, kw_only=True, omit_defaults=True):
    """A JSON Merge Patch. What a key may do is not changed: make another."""

    name: str | UnsetType = UNSET
    """What the key is for."""
    allowed_addresses: list[str] | None | UnsetType = named(default=UNSET, name="allowedAddresses")
    """Addresses and networks from which alone it may be used, as our proxies tell them; null for
    from everywhere.
    """


class AuditEntryPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[AuditEntryRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class AuditEntryRead(Struct, kw_only=True, omit_defaults=True):
    """One change of one thing, by whom and from where."""

    id: str
    """The entry."""
    at: datetime
    """When its transaction began."""
    actor: str
    """`user_…` or `key_…` with its id, `session_…` that was refreshed, or `anyone`: a device with
    its token, or somebody who had not signed in.
    """
    action: str
    """What was done to what."""
    resource_type: str = named(name="resourceType")
    """What it was done to."""
    resource_id: str = named(name="resourceId")
    """Which one."""
    address: str
    """From where."""
    request_id: str = named(name="requestId")
    """In which request: its X-Request-Id."""
    before: dict[str, Any] | None
    """What it was, where it changed; null for what is new."""
    after: dict[str, Any] | None
    """What it became; null for what is gone. Secrets are masked."""
    hash: str
    """SHA-256 of the entry, as the chain's seals have it."""


class AuditHead(Struct, kw_only=True, omit_defaults=True):
    """The newest seal of the organization's audit log: kept elsewhere, it shows later whether
    anything before it was changed.
    """

    number: int
    """The how-manieth seal it is; 0 before the first."""
    sealed_at: datetime | None = named(name="sealedAt")
    """When it was made; null before the first."""
    hash: str
    """Of all entries up to it."""


class CustomerCreate(Struct, kw_only=True, omit_defaults=True):
    """A new customer, who has nothing yet."""

    name: str
    """Unique in the organization."""
    description: str | None | UnsetType = UNSET
    """In people's words; the customer's people see it, too."""


class CustomerPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[CustomerRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class CustomerRead(Struct, kw_only=True, omit_defaults=True):
    """Whom the organization lets see what it has given them."""

    id: str
    """The customer."""
    name: str
    """Unique in the organization."""
    description: str | None
    """In people's words; the customer's people see it, too."""
    devices: int
    """How many devices they have."""
    sites: int
    """How many sites they have."""
    members: int
    """How many people of theirs can sign in."""
    created_by: str = named(name="createdBy")
    """Who acts: `user_…` or `key_…` with its id."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    updated_at: datetime = named(name="updatedAt")
    """When people last changed it; telemetry doesn't count."""


class CustomerUpdate(Struct, kw_only=True, omit_defaults=True):
    """A JSON Merge Patch: what isn't sent stays."""

    name: str | UnsetType = UNSET
    """Unique in the organization."""
    description: str | None | UnsetType = UNSET
    """In people's words; the customer's people see it, too."""


class DeviceLoginAnswer(Struct, kw_only=True, omit_defaults=True):
    """Yes or no."""

    user_code: str = named(name="userCode")
    """As the program shows it."""
    approved: bool
    """Whether it is let in."""
    scopes: list[str] | None | UnsetType = UNSET
    """What its key may do; null for what it asked for."""


class DeviceLoginRead(Struct, kw_only=True, omit_defaults=True):
    """A program that asks to sign in."""

    client: str
    """What it calls itself: nobody has checked that."""
    scopes: list[str] | None
    """What it asks for; null for all that you may."""
    address: str
    """From where it asks."""
    agent: str
    """With which program."""
    created_at: datetime = named(name="createdAt")
    """When it asked."""


class EmailProof(Struct, kw_only=True, omit_defaults=True):
    """What was sent to the account's address."""

    token: str
    """As the letter's link carries it behind the `#`."""


class FactorCode(Struct, kw_only=True, omit_defaults=True):
    """A code of the second factor."""

    code: str
    """Six digits as the app shows them, or a recovery code."""


class FactorEnrolment(Struct, kw_only=True, omit_defaults=True):
    """The person's password: whoever has only found a signed-in browser can't lock them out."""

    password: str
    """As it is now."""


class FactorSecret(Struct, kw_only=True, omit_defaults=True):
    """What codes are computed of. This answer alone carries it."""

    secret: str
    """To be typed into an app (base32)."""
    url: str
    """The same for a QR code."""


class ForgottenPassword(Struct, kw_only=True, omit_defaults=True):
    """The address of the account whose password is to be reset."""

    email: str
    """As registered."""


class FormerKeyRead(Struct, kw_only=True, omit_defaults=True):
    """What the key was before, for as long as that is good."""

    prefix: str
    """How it begins."""
    expires_at: datetime = named(name="expiresAt")
    """From when on it is refused."""
    last_used_at: datetime | None = named(name="lastUsedAt")
    """When it was last used, to the minute; null for never."""


class InstallationRead(Struct, kw_only=True, omit_defaults=True):
    """What is told to everybody, before they sign in."""

    allows_registration: bool = named(name="allowsRegistration")
    """Whether anybody may register."""
    is_empty: bool = named(name="isEmpty")
    """Whether nobody has an account yet."""
    writes_letters: bool = named(name="writesLetters")
    """Whether passwords can be reset and people invited, by mail."""


class InvitationAnswer(Struct, kw_only=True, omit_defaults=True):
    """With an account its password; without one, the name and password of the new account."""

    password: str
    """Of the account."""
    name: str | UnsetType = UNSET
    """The name of a new account."""
    code: str | UnsetType = UNSET
    """Of the second factor, where the account has one: six digits, or a recovery code."""
    cookie: bool | UnsetType = UNSET
    """Whether the refresh token goes into a cookie that no script can read, and not into the
    answer: for pages of this installation. Left out, it doesn't.
    """


class InvitationCreate(Struct, kw_only=True, omit_defaults=True):
    """Who is to become a member, and as what."""

    email: str
    """Where the letter goes; who has this address can accept."""
    role: Role
    """What they may do; no more than whoever invites."""
    customer_id: str | None | UnsetType = named(default=UNSET, name="customerId")
    """Whose they will be: they see what this customer has, and no more."""


class InvitationOffer(Struct, kw_only=True, omit_defaults=True):
    """What whoever holds an invitation is asked."""

    organization_name: str = named(name="organizationName")
    """Which organization."""
    email: str
    """Who is invited."""
    role: Literal["OWNER", "ADMIN", "MEMBER"]
    """What the person may do here."""
    customer_name: str | None = named(name="customerName")
    """Of the customer whose they will be; null for the organization's own."""
    expires_at: datetime = named(name="expiresAt")
    """Until when it can be answered."""
    has_account: bool = named(name="hasAccount")
    """Whether the address has an account: then its password is asked for."""


class InvitationPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[InvitationRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class InvitationRead(Struct, kw_only=True, omit_defaults=True):
    """One that is still open."""

    id: str
    """The invitation."""
    email: str
    """Who is invited."""
    role: Literal["OWNER", "ADMIN", "MEMBER"]
    """What the person may do here."""
    customer_id: str | None = named(name="customerId")
    """Whose they will be; null for the organization's own people."""
    created_by: str = named(name="createdBy")
    """Who acts: `user_…` or `key_…` with its id."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    expires_at: datetime = named(name="expiresAt")
    """Until when it can be answered."""


class Me(Struct, kw_only=True, omit_defaults=True):
    """Who the token or key speaks for. What only a person has is null for a key."""

    principal: str
    """Who acts: `user_…` or `key_…` with its id."""
    organization_id: str = named(name="organizationId")
    """The organization."""
    permissions: list[str]
    """What it may do."""
    user_id: str | None = named(default=None, name="userId")
    """The person; null for a key."""
    role: Literal["OWNER", "ADMIN", "MEMBER"] | None = None
    """The person's role; null for a key."""
    email: str | None = None
    """The person's address; null for a key."""
    name: str | None = None
    """The person's name; null for a key."""


class MemberPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[MemberRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class MemberRead(Struct, kw_only=True, omit_defaults=True):
    """A person in the organization."""

    user_id: str = named(name="userId")
    """The person."""
    name: str
    """The person's name."""
    email: str
    """Their address."""
    role: Literal["OWNER", "ADMIN", "MEMBER"]
    """What the person may do here."""
    customer_id: str | None = named(name="customerId")
    """The customer whose they are; null for the organization's own people."""
    joined_at: datetime = named(name="joinedAt")
    """Since when they are a member."""
    last_seen_at: datetime | None = named(name="lastSeenAt")
    """When a session of theirs was last in use here; null for never."""


class MemberRemoval(Struct, kw_only=True, omit_defaults=True):
    """What is left of somebody who is no longer a member."""

    user_id: str = named(name="userId")
    """Who was removed."""
    api_keys: list[str] = named(name="apiKeys")
    """Names of the keys that they made and that are good: they are the organization's; `GET
    /api-keys?createdBy=user_…` lists them.
    """


class MemberUpdate(Struct, kw_only=True, omit_defaults=True):
    """What a member may do from now on."""

    role: Role
    """The new role."""


class OrganizationChoice(Struct, kw_only=True, omit_defaults=True):
    """One of the person's organizations."""

    organization_id: str = named(name="organizationId")
    """The organization."""
    cookie: bool | UnsetType = UNSET
    """Whether the refresh token goes into a cookie that no script can read, and not into the
    answer: for pages of this installation. Left out, it doesn't.
    """


class OrganizationCreate(Struct, kw_only=True, omit_defaults=True):
    """A further organization."""

    name: str
    """As people will know it."""


class OrganizationLeave(Struct, kw_only=True, omit_defaults=True):
    """Which organization is left."""

    organization_id: str = named(name="organizationId")
    """The organization."""


class OrganizationMembership(Struct, kw_only=True, omit_defaults=True):
    """One of the organizations that a person belongs to."""

    id: str
    """The organization."""
    name: str
    """As people know it."""
    slug: str
    """What it is called in the console's addresses."""
    role: Literal["OWNER", "ADMIN", "MEMBER"] | None
    """The person's; null for a key."""
    joined_at: datetime | None = named(name="joinedAt")
    """Since when they are a member; null for a key."""
    current: bool
    """Whether the token is of this one."""


class OrganizationMembershipPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[OrganizationMembership]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class OrganizationRead(Struct, kw_only=True, omit_defaults=True):
    """The tenant: everything belongs to one."""

    id: str
    """The organization."""
    name: str
    """As people know it."""
    slug: str
    """What it is called in the console's addresses."""
    retention_days: int | None = named(name="retentionDays")
    """How many days readings are kept, in whole days (UTC); null for as long as the platform does."""
    require_second_factor: bool = named(name="requireSecondFactor")
    """Whether members must have a second factor to do anything here."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    updated_at: datetime = named(name="updatedAt")
    """When people last changed it; telemetry doesn't count."""


class OrganizationUpdate(Struct, kw_only=True, omit_defaults=True):
    """A JSON Merge Patch: what isn't sent stays."""

    name: str | UnsetType = UNSET
    """The new name."""
    slug: str | UnsetType = UNSET
    """What it is called in addresses; of all organizations."""
    retention_days: int | None | UnsetType = named(default=UNSET, name="retentionDays")
    """Keep readings for so many days, not more than the platform does; what is older is deleted
    the night after, with all that was computed from it, and what arrives older is refused
    (`BAD_TIMESTAMP`). null for as long as the platform keeps them.
    """
    require_second_factor: bool | UnsetType = named(default=UNSET, name="requireSecondFactor")
    """Whether members must have a second factor: who has none may only enrol one, from their next
    access token on. Who turns it on must have one.
    """


class PasswordChange(Struct, kw_only=True, omit_defaults=True):
    """A new password, by the one that is good now."""

    current_password: str = named(name="currentPassword")
    """As it is now."""
    new_password: str = named(name="newPassword")
    """At least 12 characters of any kind."""


class PasswordReset(Struct, kw_only=True, omit_defaults=True):
    """A new password, by what was sent to the account's address."""

    token: str
    """As the letter's link carries it behind the `#`."""
    password: str
    """At least 12 characters of any kind."""


class RecoveryCodes(Struct, kw_only=True, omit_defaults=True):
    """For when the app is lost: each works once. This answer alone carries them."""

    recovery_codes: list[str] = named(name="recoveryCodes")
    """Ten of them."""


class Refresh(Struct, kw_only=True, omit_defaults=True):
    """The refresh token of a session; left out where a cookie has it."""

    refresh_token: str | UnsetType = named(default=UNSET, name="refreshToken")
    """As given by the last sign-in or refresh."""


class Registration(Struct, kw_only=True, omit_defaults=True):
    """A person and the organization that they will own."""

    email: str
    """Address to sign in with."""
    password: str
    """At least 12 characters of any kind."""
    name: str
    """The person's name."""
    organization_name: str = named(name="organizationName")
    """The new organization's name."""
    cookie: bool | UnsetType = UNSET
    """Whether the refresh token goes into a cookie that no script can read, and not into the
    answer: for pages of this installation. Left out, it doesn't.
    """


class SecondFactorRead(Struct, kw_only=True, omit_defaults=True):
    """What a person shows beside their password."""

    status: FactorStatus
    """Whether it is asked for."""
    confirmed_at: datetime | None = named(name="confirmedAt")
    """Since when it is asked for."""
    recovery_codes_left: int = named(name="recoveryCodesLeft")
    """How many recovery codes are unused."""


class Session(Struct, kw_only=True, omit_defaults=True):
    """Tokens of a signed-in person. expiresIn is the access token's life in seconds."""

    access_token: str = named(name="accessToken")
    """To be sent as `Authorization: Bearer …`; a JWT."""
    refresh_token: str | None = named(name="refreshToken")
    """For the next pair; null where a cookie has it, or the one before goes on."""
    expires_in: int = named(name="expiresIn")
    """Life of the access token, in seconds."""
    organization_id: str = named(name="organizationId")
    """The organization."""
    role: Literal["OWNER", "ADMIN", "MEMBER"]
    """What the person may do here."""
    customer_id: str | None = named(name="customerId")
    """The customer whose the person is; null for the organization's own."""
    must_enrol: bool = named(name="mustEnrol")
    """Whether the organization requires a second factor that the person hasn't: the access token
    may enrol one, and nothing else, until it is refreshed after that.
    """


class SessionPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[SessionRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class SessionRead(Struct, kw_only=True, omit_defaults=True):
    """A person's session: where they are signed in."""

    id: str
    """The session."""
    created_at: datetime = named(name="createdAt")
    """When they signed in."""
    last_refreshed_at: datetime = named(name="lastRefreshedAt")
    """When it was last in use."""
    expires_at: datetime = named(name="expiresAt")
    """When it ends if it isn't used."""
    address: str | None
    """From where, when it was last in use."""
    agent: str | None
    """With which program."""
    current: bool
    """Whether it is the one that asks."""


class SignIn(Struct, kw_only=True, omit_defaults=True):
    """Email and password."""

    email: str
    """As registered."""
    password: str
    """As registered."""
    organization_id: str | UnsetType = named(default=UNSET, name="organizationId")
    """The organization."""
    code: str | UnsetType = UNSET
    """Of the second factor, where the account has one: six digits, or a recovery code."""
    cookie: bool | UnsetType = UNSET
    """Whether the refresh token goes into a cookie that no script can read, and not into the
    answer: for pages of this installation. Left out, it doesn't.
    """


_listApiKeys = Endpoint("listApiKeys", "GET", "/api/v1/api-keys", "natural")
_createApiKey = Endpoint("createApiKey", "POST", "/api/v1/api-keys", "key")
_getApiKey = Endpoint("getApiKey", "GET", "/api/v1/api-keys/{keyId}", "natural")
_updateApiKey = Endpoint("updateApiKey", "PATCH", "/api/v1/api-keys/{keyId}", "natural")
_revokeApiKey = Endpoint("revokeApiKey", "DELETE", "/api/v1/api-keys/{keyId}", "natural")
_rotateApiKey = Endpoint("rotateApiKey", "POST", "/api/v1/api-keys/{keyId}/rotate", "key")
_listAuditEntries = Endpoint("listAuditEntries", "GET", "/api/v1/audit-log", "natural")
_exportAuditEntries = Endpoint("exportAuditEntries", "GET", "/api/v1/audit-log/export", "natural")
_getAuditHead = Endpoint("getAuditHead", "GET", "/api/v1/audit-log/head", "natural")
_changePassword = Endpoint("changePassword", "POST", "/api/v1/auth/change-password", "never")
_getDeviceLogin = Endpoint("getDeviceLogin", "GET", "/api/v1/auth/device-login", "natural")
_answerDeviceLogin = Endpoint("answerDeviceLogin", "POST", "/api/v1/auth/device-login", "never")
_forgotPassword = Endpoint("forgotPassword", "POST", "/api/v1/auth/forgot-password", "natural")
_getInstallation = Endpoint("getInstallation", "GET", "/api/v1/auth/installation", "natural")
_login = Endpoint("login", "POST", "/api/v1/auth/login", "never")
_logout = Endpoint("logout", "POST", "/api/v1/auth/logout", "natural")
_getMe = Endpoint("getMe", "GET", "/api/v1/auth/me", "natural")
_refreshSession = Endpoint("refreshSession", "POST", "/api/v1/auth/refresh", "natural")
_register = Endpoint("register", "POST", "/api/v1/auth/register", "never")
_resetPassword = Endpoint("resetPassword", "POST", "/api/v1/auth/reset-password", "never")
_getSecondFactor = Endpoint("getSecondFactor", "GET", "/api/v1/auth/second-factor", "natural")
_createSecondFactor = Endpoint("createSecondFactor", "POST", "/api/v1/auth/second-factor", "never")
_deleteSecondFactor = Endpoint(
    "deleteSecondFactor", "DELETE", "/api/v1/auth/second-factor", "natural"
)
_confirmSecondFactor = Endpoint(
    "confirmSecondFactor", "POST", "/api/v1/auth/second-factor/confirm", "never"
)
_createRecoveryCodes = Endpoint(
    "createRecoveryCodes", "POST", "/api/v1/auth/second-factor/recovery-codes", "never"
)
_listSessions = Endpoint("listSessions", "GET", "/api/v1/auth/sessions", "natural")
_deleteSessions = Endpoint("deleteSessions", "DELETE", "/api/v1/auth/sessions", "natural")
_deleteSession = Endpoint("deleteSession", "DELETE", "/api/v1/auth/sessions/{sessionId}", "natural")
_stepUp = Endpoint("stepUp", "POST", "/api/v1/auth/step-up", "never")
_switchOrganization = Endpoint(
    "switchOrganization", "POST", "/api/v1/auth/switch-organization", "never"
)
_verifyEmail = Endpoint("verifyEmail", "POST", "/api/v1/auth/verify-email", "never")
_listCustomers = Endpoint("listCustomers", "GET", "/api/v1/customers", "natural")
_createCustomer = Endpoint("createCustomer", "POST", "/api/v1/customers", "key")
_getCustomer = Endpoint("getCustomer", "GET", "/api/v1/customers/{customerId}", "natural")
_updateCustomer = Endpoint("updateCustomer", "PATCH", "/api/v1/customers/{customerId}", "natural")
_deleteCustomer = Endpoint("deleteCustomer", "DELETE", "/api/v1/customers/{customerId}", "natural")
_getInvitationOffer = Endpoint(
    "getInvitationOffer", "GET", "/api/v1/invitations/{token}", "natural"
)
_acceptInvitation = Endpoint(
    "acceptInvitation", "POST", "/api/v1/invitations/{token}/accept", "natural"
)
_listOrganizations = Endpoint("listOrganizations", "GET", "/api/v1/organizations", "natural")
_createOrganization = Endpoint("createOrganization", "POST", "/api/v1/organizations", "never")
_getCurrentOrganization = Endpoint(
    "getCurrentOrganization", "GET", "/api/v1/organizations/current", "natural"
)
_updateCurrentOrganization = Endpoint(
    "updateCurrentOrganization", "PATCH", "/api/v1/organizations/current", "natural"
)
_listInvitations = Endpoint(
    "listInvitations", "GET", "/api/v1/organizations/current/invitations", "natural"
)
_createInvitation = Endpoint(
    "createInvitation", "POST", "/api/v1/organizations/current/invitations", "key"
)
_getInvitation = Endpoint(
    "getInvitation", "GET", "/api/v1/organizations/current/invitations/{invitationId}", "natural"
)
_deleteInvitation = Endpoint(
    "deleteInvitation",
    "DELETE",
    "/api/v1/organizations/current/invitations/{invitationId}",
    "natural",
)
_leaveOrganization = Endpoint(
    "leaveOrganization", "POST", "/api/v1/organizations/current/leave", "never"
)
_listMembers = Endpoint("listMembers", "GET", "/api/v1/organizations/current/members", "natural")
_getMember = Endpoint(
    "getMember", "GET", "/api/v1/organizations/current/members/{userId}", "natural"
)
_updateMember = Endpoint(
    "updateMember", "PATCH", "/api/v1/organizations/current/members/{userId}", "natural"
)
_deleteMember = Endpoint(
    "deleteMember", "DELETE", "/api/v1/organizations/current/members/{userId}", "natural"
)


class ApiKeysApi(SyncTransport):
    """Operations of `api_keys`, for programs that wait."""

    def list(
        self,
        *,
        created_by: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> ApiKeyPage:
        """The organization's keys that are not revoked, newest first.

        With createdBy, those that a user or key made and what those made in turn: of a key, all
        that would be revoked with it.

        Needs the permission `api-keys:read`.

        created_by: Made by this user or key, or by a key that was.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listApiKeys,
            query={
                "createdBy": created_by,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=ApiKeyPage,
        )

    def each(
        self,
        *,
        created_by: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[ApiKeyRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                created_by=created_by,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def create(
        self,
        *,
        name: str,
        scopes: Sequence[str] | None | UnsetType = UNSET,
        expires_at: datetime | str | None | UnsetType = UNSET,
        allowed_addresses: Sequence[str] | None | UnsetType = UNSET,
        camera_ids: Sequence[str] | None | UnsetType = UNSET,
        customer_id: str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> ApiKeyCreated:
        """Create a key. This answer alone carries it.

        Needs the permission `api-keys:write`.

        name: What the key is for.
        scopes: What the key may do; null for all that its creator may.
        expires_at: From when on it is refused; null for never, or for the end of the key that makes
        it.
        allowed_addresses: Addresses and networks from which alone it may be used, as our proxies
        tell them; null for from everywhere.
        camera_ids: Cameras of which alone it may send footage: such a key has the scope
        segments:write and no other. Null for none in particular.
        customer_id: It sees what this customer has, and no more; for good.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createApiKey,
            body={
                "name": name,
                "scopes": scopes,
                "expiresAt": expires_at,
                "allowedAddresses": allowed_addresses,
                "cameraIds": camera_ids,
                "customerId": customer_id,
            },
            idempotency_key=idempotency_key,
            answer=ApiKeyCreated,
        )

    def get(self, key_id: str) -> ApiKeyRead:
        """One key that is not revoked.

        Needs the permission `api-keys:read`.

        key_id: The API key.
        """
        return self._call(_getApiKey, path=(key_id,), answer=ApiKeyRead)

    def update(
        self,
        key_id: str,
        *,
        name: str | UnsetType = UNSET,
        allowed_addresses: Sequence[str] | None | UnsetType = UNSET,
    ) -> ApiKeyRead:
        """Change its name, or from where it may be used (JSON Merge Patch).

        From the next request on; streams that it has open end. Keys that it made keep their own
        addresses. Whoever asks must be allowed all that the key is.

        Needs the permission `api-keys:write`.

        key_id: The API key.
        name: What the key is for.
        allowed_addresses: Addresses and networks from which alone it may be used, as our proxies
        tell them; null for from everywhere.
        """
        return self._call(
            _updateApiKey,
            path=(key_id,),
            body={"name": name, "allowedAddresses": allowed_addresses},
            answer=ApiKeyRead,
        )

    def revoke(self, key_id: str) -> None:
        """Revoke a key, all keys that it made, and those that they made in turn.

        They are refused from their next request on, and what they have open ends. Whoever asks with
        a key may revoke that key itself, its descendants, and keys that may no more than it does.

        Needs the permission `api-keys:write`.

        key_id: The API key.
        """
        return self._call(_revokeApiKey, path=(key_id,), answer=type(None))

    def rotate(
        self,
        key_id: str,
        *,
        overlap_seconds: int | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> ApiKeyCreated:
        """Make the key anew: it keeps its id, its scopes and what it made. This answer alone
        carries it.

        What it was before goes on for `overlapSeconds` (a day), and no longer than that, nor does
        a key that is made with it. `formerKeys` says when each was last used: once nobody does, the
        change is complete. Whoever asks must be allowed all that the key is.

        Needs the permission `api-keys:write`.

        key_id: The API key.
        overlap_seconds: For how long it goes on beside the new one; 0 for not at all.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _rotateApiKey,
            path=(key_id,),
            body={"overlapSeconds": overlap_seconds},
            idempotency_key=idempotency_key,
            answer=ApiKeyCreated,
        )


class AsyncApiKeysApi(AsyncTransport):
    """Operations of `api_keys`, for asynchronous programs."""

    async def list(
        self,
        *,
        created_by: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> ApiKeyPage:
        """The organization's keys that are not revoked, newest first.

        With createdBy, those that a user or key made and what those made in turn: of a key, all
        that would be revoked with it.

        Needs the permission `api-keys:read`.

        created_by: Made by this user or key, or by a key that was.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listApiKeys,
            query={
                "createdBy": created_by,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=ApiKeyPage,
        )

    def each(
        self,
        *,
        created_by: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[ApiKeyRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                created_by=created_by,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def create(
        self,
        *,
        name: str,
        scopes: Sequence[str] | None | UnsetType = UNSET,
        expires_at: datetime | str | None | UnsetType = UNSET,
        allowed_addresses: Sequence[str] | None | UnsetType = UNSET,
        camera_ids: Sequence[str] | None | UnsetType = UNSET,
        customer_id: str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> ApiKeyCreated:
        """Create a key. This answer alone carries it.

        Needs the permission `api-keys:write`.

        name: What the key is for.
        scopes: What the key may do; null for all that its creator may.
        expires_at: From when on it is refused; null for never, or for the end of the key that makes
        it.
        allowed_addresses: Addresses and networks from which alone it may be used, as our proxies
        tell them; null for from everywhere.
        camera_ids: Cameras of which alone it may send footage: such a key has the scope
        segments:write and no other. Null for none in particular.
        customer_id: It sees what this customer has, and no more; for good.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createApiKey,
            body={
                "name": name,
                "scopes": scopes,
                "expiresAt": expires_at,
                "allowedAddresses": allowed_addresses,
                "cameraIds": camera_ids,
                "customerId": customer_id,
            },
            idempotency_key=idempotency_key,
            answer=ApiKeyCreated,
        )

    async def get(self, key_id: str) -> ApiKeyRead:
        """One key that is not revoked.

        Needs the permission `api-keys:read`.

        key_id: The API key.
        """
        return await self._call(_getApiKey, path=(key_id,), answer=ApiKeyRead)

    async def update(
        self,
        key_id: str,
        *,
        name: str | UnsetType = UNSET,
        allowed_addresses: Sequence[str] | None | UnsetType = UNSET,
    ) -> ApiKeyRead:
        """Change its name, or from where it may be used (JSON Merge Patch).

        From the next request on; streams that it has open end. Keys that it made keep their own
        addresses. Whoever asks must be allowed all that the key is.

        Needs the permission `api-keys:write`.

        key_id: The API key.
        name: What the key is for.
        allowed_addresses: Addresses and networks from which alone it may be used, as our proxies
        tell them; null for from everywhere.
        """
        return await self._call(
            _updateApiKey,
            path=(key_id,),
            body={"name": name, "allowedAddresses": allowed_addresses},
            answer=ApiKeyRead,
        )

    async def revoke(self, key_id: str) -> None:
        """Revoke a key, all keys that it made, and those that they made in turn.

        They are refused from their next request on, and what they have open ends. Whoever asks with
        a key may revoke that key itself, its descendants, and keys that may no more than it does.

        Needs the permission `api-keys:write`.

        key_id: The API key.
        """
        return await self._call(_revokeApiKey, path=(key_id,), answer=type(None))

    async def rotate(
        self,
        key_id: str,
        *,
        overlap_seconds: int | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> ApiKeyCreated:
        """Make the key anew: it keeps its id, its scopes and what it made. This answer alone
        carries it.

        What it was before goes on for `overlapSeconds` (a day), and no longer than that, nor does
        a key that is made with it. `formerKeys` says when each was last used: once nobody does, the
        change is complete. Whoever asks must be allowed all that the key is.

        Needs the permission `api-keys:write`.

        key_id: The API key.
        overlap_seconds: For how long it goes on beside the new one; 0 for not at all.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _rotateApiKey,
            path=(key_id,),
            body={"overlapSeconds": overlap_seconds},
            idempotency_key=idempotency_key,
            answer=ApiKeyCreated,
        )


class AuditLogApi(SyncTransport):
    """Operations of `audit_log`, for programs that wait."""

    def list_audit_entries(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["at", "-at"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        actor: str | UnsetType = UNSET,
        action: str | UnsetType = UNSET,
        resource_type: str | UnsetType = UNSET,
        resource_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
    ) -> AuditEntryPage:
        """What people and their programs have changed, the newest first. All conditions given must
        hold.

        Needs the permission `audit:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        actor: Done by this one.
        action: This action.
        resource_type: Of this type.
        resource_id: To this one.
        from_: From then on.
        to: Before then.
        """
        return self._call(
            _listAuditEntries,
            query={
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
                "actor": actor,
                "action": action,
                "resourceType": resource_type,
                "resourceId": resource_id,
                "from": from_,
                "to": to,
            },
            answer=AuditEntryPage,
        )

    def each_audit_entries(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["at", "-at"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        actor: str | UnsetType = UNSET,
        action: str | UnsetType = UNSET,
        resource_type: str | UnsetType = UNSET,
        resource_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
    ) -> Iterator[AuditEntryRead]:
        """Every item of every page of `list_audit_entries`."""
        return each_of_pages(
            lambda cursor: self.list_audit_entries(
                limit=limit,
                sort=sort,
                include_total=include_total,
                actor=actor,
                action=action,
                resource_type=resource_type,
                resource_id=resource_id,
                from_=from_,
                to=to,
                cursor=cursor,
            )
        )

    def export_audit_entries(
        self,
        *,
        actor: str | UnsetType = UNSET,
        action: str | UnsetType = UNSET,
        resource_type: str | UnsetType = UNSET,
        resource_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
    ) -> str:
        """All entries that match, the oldest first, as NDJSON or, where Accept says text/csv, as
        CSV. A cell that a spreadsheet would take for a formula begins with an apostrophe.

        Needs the permission `audit:read`.

        actor: Done by this one.
        action: This action.
        resource_type: Of this type.
        resource_id: To this one.
        from_: From then on.
        to: Before then.
        """
        return self._call(
            _exportAuditEntries,
            query={
                "actor": actor,
                "action": action,
                "resourceType": resource_type,
                "resourceId": resource_id,
                "from": from_,
                "to": to,
            },
            answer=str,
        )

    def export_audit_entries_as(
        self,
        *,
        accept: Literal["application/json", "text/csv"],
        actor: str | UnsetType = UNSET,
        action: str | UnsetType = UNSET,
        resource_type: str | UnsetType = UNSET,
        resource_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
    ) -> SyncBytes:
        """All entries that match, the oldest first, as NDJSON or, where Accept says text/csv, as CSV,
        in another format, as it comes. To be used in a `with` block.
        """
        return self._open(
            _exportAuditEntries,
            query={
                "actor": actor,
                "action": action,
                "resourceType": resource_type,
                "resourceId": resource_id,
                "from": from_,
                "to": to,
            },
            accept=accept,
        )

    def audit_head(self) -> AuditHead:
        """The newest seal. Whoever keeps it can show later that nothing before it was changed.

        Needs the permission `audit:read`.
        """
        return self._call(_getAuditHead, answer=AuditHead)


class AsyncAuditLogApi(AsyncTransport):
    """Operations of `audit_log`, for asynchronous programs."""

    async def list_audit_entries(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["at", "-at"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        actor: str | UnsetType = UNSET,
        action: str | UnsetType = UNSET,
        resource_type: str | UnsetType = UNSET,
        resource_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
    ) -> AuditEntryPage:
        """What people and their programs have changed, the newest first. All conditions given must
        hold.

        Needs the permission `audit:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        actor: Done by this one.
        action: This action.
        resource_type: Of this type.
        resource_id: To this one.
        from_: From then on.
        to: Before then.
        """
        return await self._call(
            _listAuditEntries,
            query={
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
                "actor": actor,
                "action": action,
                "resourceType": resource_type,
                "resourceId": resource_id,
                "from": from_,
                "to": to,
            },
            answer=AuditEntryPage,
        )

    def each_audit_entries(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["at", "-at"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        actor: str | UnsetType = UNSET,
        action: str | UnsetType = UNSET,
        resource_type: str | UnsetType = UNSET,
        resource_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
    ) -> AsyncIterator[AuditEntryRead]:
        """Every item of every page of `list_audit_entries`."""
        return each_of_pages_async(
            lambda cursor: self.list_audit_entries(
                limit=limit,
                sort=sort,
                include_total=include_total,
                actor=actor,
                action=action,
                resource_type=resource_type,
                resource_id=resource_id,
                from_=from_,
                to=to,
                cursor=cursor,
            )
        )

    async def export_audit_entries(
        self,
        *,
        actor: str | UnsetType = UNSET,
        action: str | UnsetType = UNSET,
        resource_type: str | UnsetType = UNSET,
        resource_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
    ) -> str:
        """All entries that match, the oldest first, as NDJSON or, where Accept says text/csv, as
        CSV. A cell that a spreadsheet would take for a formula begins with an apostrophe.

        Needs the permission `audit:read`.

        actor: Done by this one.
        action: This action.
        resource_type: Of this type.
        resource_id: To this one.
        from_: From then on.
        to: Before then.
        """
        return await self._call(
            _exportAuditEntries,
            query={
                "actor": actor,
                "action": action,
                "resourceType": resource_type,
                "resourceId": resource_id,
                "from": from_,
                "to": to,
            },
            answer=str,
        )

    def export_audit_entries_as(
        self,
        *,
        accept: Literal["application/json", "text/csv"],
        actor: str | UnsetType = UNSET,
        action: str | UnsetType = UNSET,
        resource_type: str | UnsetType = UNSET,
        resource_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
    ) -> AsyncBytes:
        """All entries that match, the oldest first, as NDJSON or, where Accept says text/csv, as CSV,
        in another format, as it comes. To be used in a `with` block.
        """
        return self._open(
            _exportAuditEntries,
            query={
                "actor": actor,
                "action": action,
                "resourceType": resource_type,
                "resourceId": resource_id,
                "from": from_,
                "to": to,
            },
            accept=accept,
        )

    async def audit_head(self) -> AuditHead:
        """The newest seal. Whoever keeps it can show later that nothing before it was changed.

        Needs the permission `audit:read`.
        """
        return await self._call(_getAuditHead, answer=AuditHead)


class AuthApi(SyncTransport):
    """Operations of `auth`, for programs that wait."""

    def change_password(self, *, current_password: str, new_password: str) -> None:
        """Choose a new password by the one that is good now. It ends the person's sessions but the
        one that asks.

        Needs the permission `organization:read`.

        current_password: As it is now.
        new_password: At least 12 characters of any kind.
        """
        return self._call(
            _changePassword,
            body={"currentPassword": current_password, "newPassword": new_password},
            answer=type(None),
        )

    def device_login(self, *, user_code: str) -> DeviceLoginRead:
        """What the program that shows this code asks for, and from where.

        Needs the permission `api-keys:write`.

        user_code: As the program shows it.
        """
        return self._call(_getDeviceLogin, query={"userCode": user_code}, answer=DeviceLoginRead)

    def answer_device_login(
        self, *, user_code: str, approved: bool, scopes: Sequence[str] | None | UnsetType = UNSET
    ) -> None:
        """Let it in, or not, once. It is given an API key of yours that ends after 90 days, and may
        what was asked for or what you say.

        Needs the permission `api-keys:write`.

        user_code: As the program shows it.
        approved: Whether it is let in.
        scopes: What its key may do; null for what it asked for.
        """
        return self._call(
            _answerDeviceLogin,
            body={"userCode": user_code, "approved": approved, "scopes": scopes},
            answer=type(None),
        )

    def forgot_password(self, *, email: str) -> None:
        """Have a letter sent to the account's address, with which a new password can be chosen
        within an hour. The answer is the same where there is no such account.

        email: As registered.
        """
        return self._call(_forgotPassword, body={"email": email}, answer=type(None))

    def installation(self) -> InstallationRead:
        """What somebody who isn't signed in can do here."""
        return self._call(_getInstallation, answer=InstallationRead)

    def login(
        self,
        *,
        email: str,
        password: str,
        organization_id: str | UnsetType = UNSET,
        code: str | UnsetType = UNSET,
        cookie: bool | UnsetType = UNSET,
    ) -> Session:
        """Sign in with email and password. After some wrong ones there are waits, which grow:
        Retry-After says how long. A browser that has signed in to the account before
        (with `cookie`) keeps waits of its own: others can't lock its owner out.

        email: As registered.
        password: As registered.
        organization_id: The organization.
        code: Of the second factor, where the account has one: six digits, or a recovery code.
        cookie: Whether the refresh token goes into a cookie that no script can read, and not into
        the answer: for pages of this installation. Left out, it doesn't.
        """
        return self._call(
            _login,
            body={
                "email": email,
                "password": password,
                "organizationId": organization_id,
                "code": code,
                "cookie": cookie,
            },
            answer=Session,
        )

    def logout(self, *, refresh_token: str | UnsetType = UNSET) -> None:
        """End the session that this refresh token belongs to.

        refresh_token: As given by the last sign-in or refresh.
        """
        return self._call(_logout, body={"refreshToken": refresh_token}, answer=type(None))

    def me(self) -> Me:
        """Who the token or key speaks for, and what it may do.

        Needs the permission `organization:read`.
        """
        return self._call(_getMe, answer=Me)

    def refresh_session(self, *, refresh_token: str | UnsetType = UNSET) -> Session:
        """Exchange a refresh token for the next pair. Asked again, because the answer was lost or
        by two tabs at once, it gives the same pair; an older token ends the session.

        refresh_token: As given by the last sign-in or refresh.
        """
        return self._call(_refreshSession, body={"refreshToken": refresh_token}, answer=Session)

    def register(
        self,
        *,
        email: str,
        password: str,
        name: str,
        organization_name: str,
        cookie: bool | UnsetType = UNSET,
    ) -> Session:
        """Create a person and their organization, and sign them in as its owner.

        email: Address to sign in with.
        password: At least 12 characters of any kind.
        name: The person's name.
        organization_name: The new organization's name.
        cookie: Whether the refresh token goes into a cookie that no script can read, and not into
        the answer: for pages of this installation. Left out, it doesn't.
        """
        return self._call(
            _register,
            body={
                "email": email,
                "password": password,
                "name": name,
                "organizationName": organization_name,
                "cookie": cookie,
            },
            answer=Session,
        )

    def reset_password(self, *, token: str, password: str) -> None:
        """Choose a new password by what the letter carries. It works once, and ends all of the
        person's sessions.

        token: As the letter's link carries it behind the `#`.
        password: At least 12 characters of any kind.
        """
        return self._call(
            _resetPassword, body={"token": token, "password": password}, answer=type(None)
        )

    def second_factor(self) -> SecondFactorRead:
        """Whether the person who asks has one. Its changes are told to their address.

        Needs the permission `second-factor:write`.
        """
        return self._call(_getSecondFactor, answer=SecondFactorRead)

    def create_second_factor(self, *, password: str) -> FactorSecret:
        """Begin: what an app computes codes of (TOTP). It isn't asked for before `confirm`; asked
        again, there is another secret.

        Needs the permission `second-factor:write`.

        password: As it is now.
        """
        return self._call(_createSecondFactor, body={"password": password}, answer=FactorSecret)

    def delete_second_factor(self) -> None:
        """The password alone is asked for from now on. Where the organization requires a second
        factor, the next access token may only enrol another.

        Needs the permission `second-factor:write`.
        """
        return self._call(_deleteSecondFactor, answer=type(None))

    def confirm_second_factor(self, *, code: str) -> RecoveryCodes:
        """A first code: from now on signing in asks for one. Ends the person's sessions but the one
        that asks, whose next access token (`refreshSession`) says that a factor was given.

        Needs the permission `second-factor:write`.

        code: Six digits as the app shows them, or a recovery code.
        """
        return self._call(_confirmSecondFactor, body={"code": code}, answer=RecoveryCodes)

    def create_recovery_codes(self) -> RecoveryCodes:
        """Ten others; those before are void.

        Needs the permission `second-factor:write`.
        """
        return self._call(_createRecoveryCodes, answer=RecoveryCodes)

    def list_sessions(self) -> SessionPage:
        """Where the person who asks is signed in, newest first; nothing for an API key.

        Needs the permission `organization:read`.
        """
        return self._call(_listSessions, answer=SessionPage)

    def delete_sessions(self) -> None:
        """Sign the person who asks out, everywhere.

        Needs the permission `organization:read`.
        """
        return self._call(_deleteSessions, answer=type(None))

    def delete_session(self, session_id: str) -> None:
        """End one of the person's own sessions. Its access token opens nothing any more.

        Needs the permission `organization:read`.

        session_id: The session.
        """
        return self._call(_deleteSession, path=(session_id,), answer=type(None))

    def step_up(self, *, code: str) -> Session:
        """Give a code again, where an answer was `STEP_UP_REQUIRED`. The answer's access token may
        do that for 15 minutes; the refresh token stays as it is.

        Needs the permission `second-factor:write`.

        code: Six digits as the app shows them, or a recovery code.
        """
        return self._call(_stepUp, body={"code": code}, answer=Session)

    def switch_organization(
        self, organization_id: str, *, cookie: bool | UnsetType = UNSET
    ) -> Session:
        """Go on in another organization that the person belongs to, without a password. The session
        that asks ends, and another begins there.

        Needs the permission `organization:read`.

        organization_id: The organization.
        cookie: Whether the refresh token goes into a cookie that no script can read, and not into
        the answer: for pages of this installation. Left out, it doesn't.
        """
        return self._call(
            _switchOrganization,
            body={"organizationId": organization_id, "cookie": cookie},
            answer=Session,
        )

    def verify_email(self, *, token: str) -> None:
        """Say that the account's address is one's own, by what was sent there.

        token: As the letter's link carries it behind the `#`.
        """
        return self._call(_verifyEmail, body={"token": token}, answer=type(None))


class AsyncAuthApi(AsyncTransport):
    """Operations of `auth`, for asynchronous programs."""

    async def change_password(self, *, current_password: str, new_password: str) -> None:
        """Choose a new password by the one that is good now. It ends the person's sessions but the
        one that asks.

        Needs the permission `organization:read`.

        current_password: As it is now.
        new_password: At least 12 characters of any kind.
        """
        return await self._call(
            _changePassword,
            body={"currentPassword": current_password, "newPassword": new_password},
            answer=type(None),
        )

    async def device_login(self, *, user_code: str) -> DeviceLoginRead:
        """What the program that shows this code asks for, and from where.

        Needs the permission `api-keys:write`.

        user_code: As the program shows it.
        """
        return await self._call(
            _getDeviceLogin, query={"userCode": user_code}, answer=DeviceLoginRead
        )

    async def answer_device_login(
        self, *, user_code: str, approved: bool, scopes: Sequence[str] | None | UnsetType = UNSET
    ) -> None:
        """Let it in, or not, once. It is given an API key of yours that ends after 90 days, and may
        what was asked for or what you say.

        Needs the permission `api-keys:write`.

        user_code: As the program shows it.
        approved: Whether it is let in.
        scopes: What its key may do; null for what it asked for.
        """
        return await self._call(
            _answerDeviceLogin,
            body={"userCode": user_code, "approved": approved, "scopes": scopes},
            answer=type(None),
        )

    async def forgot_password(self, *, email: str) -> None:
        """Have a letter sent to the account's address, with which a new password can be chosen
        within an hour. The answer is the same where there is no such account.

        email: As registered.
        """
        return await self._call(_forgotPassword, body={"email": email}, answer=type(None))

    async def installation(self) -> InstallationRead:
        """What somebody who isn't signed in can do here."""
        return await self._call(_getInstallation, answer=InstallationRead)

    async def login(
        self,
        *,
        email: str,
        password: str,
        organization_id: str | UnsetType = UNSET,
        code: str | UnsetType = UNSET,
        cookie: bool | UnsetType = UNSET,
    ) -> Session:
        """Sign in with email and password. After some wrong ones there are waits, which grow:
        Retry-After says how long. A browser that has signed in to the account before
        (with `cookie`) keeps waits of its own: others can't lock its owner out.

        email: As registered.
        password: As registered.
        organization_id: The organization.
        code: Of the second factor, where the account has one: six digits, or a recovery code.
        cookie: Whether the refresh token goes into a cookie that no script can read, and not into
        the answer: for pages of this installation. Left out, it doesn't.
        """
        return await self._call(
            _login,
            body={
                "email": email,
                "password": password,
                "organizationId": organization_id,
                "code": code,
                "cookie": cookie,
            },
            answer=Session,
        )

    async def logout(self, *, refresh_token: str | UnsetType = UNSET) -> None:
        """End the session that this refresh token belongs to.

        refresh_token: As given by the last sign-in or refresh.
        """
        return await self._call(_logout, body={"refreshToken": refresh_token}, answer=type(None))

    async def me(self) -> Me:
        """Who the token or key speaks for, and what it may do.

        Needs the permission `organization:read`.
        """
        return await self._call(_getMe, answer=Me)

    async def refresh_session(self, *, refresh_token: str | UnsetType = UNSET) -> Session:
        """Exchange a refresh token for the next pair. Asked again, because the answer was lost or
        by two tabs at once, it gives the same pair; an older token ends the session.

        refresh_token: As given by the last sign-in or refresh.
        """
        return await self._call(
            _refreshSession, body={"refreshToken": refresh_token}, answer=Session
        )

    async def register(
        self,
        *,
        email: str,
        password: str,
        name: str,
        organization_name: str,
        cookie: bool | UnsetType = UNSET,
    ) -> Session:
        """Create a person and their organization, and sign them in as its owner.

        email: Address to sign in with.
        password: At least 12 characters of any kind.
        name: The person's name.
        organization_name: The new organization's name.
        cookie: Whether the refresh token goes into a cookie that no script can read, and not into
        the answer: for pages of this installation. Left out, it doesn't.
        """
        return await self._call(
            _register,
            body={
                "email": email,
                "password": password,
                "name": name,
                "organizationName": organization_name,
                "cookie": cookie,
            },
            answer=Session,
        )

    async def reset_password(self, *, token: str, password: str) -> None:
        """Choose a new password by what the letter carries. It works once, and ends all of the
        person's sessions.

        token: As the letter's link carries it behind the `#`.
        password: At least 12 characters of any kind.
        """
        return await self._call(
            _resetPassword, body={"token": token, "password": password}, answer=type(None)
        )

    async def second_factor(self) -> SecondFactorRead:
        """Whether the person who asks has one. Its changes are told to their address.

        Needs the permission `second-factor:write`.
        """
        return await self._call(_getSecondFactor, answer=SecondFactorRead)

    async def create_second_factor(self, *, password: str) -> FactorSecret:
        """Begin: what an app computes codes of (TOTP). It isn't asked for before `confirm`; asked
        again, there is another secret.

        Needs the permission `second-factor:write`.

        password: As it is now.
        """
        return await self._call(
            _createSecondFactor, body={"password": password}, answer=FactorSecret
        )

    async def delete_second_factor(self) -> None:
        """The password alone is asked for from now on. Where the organization requires a second
        factor, the next access token may only enrol another.

        Needs the permission `second-factor:write`.
        """
        return await self._call(_deleteSecondFactor, answer=type(None))

    async def confirm_second_factor(self, *, code: str) -> RecoveryCodes:
        """A first code: from now on signing in asks for one. Ends the person's sessions but the one
        that asks, whose next access token (`refreshSession`) says that a factor was given.

        Needs the permission `second-factor:write`.

        code: Six digits as the app shows them, or a recovery code.
        """
        return await self._call(_confirmSecondFactor, body={"code": code}, answer=RecoveryCodes)

    async def create_recovery_codes(self) -> RecoveryCodes:
        """Ten others; those before are void.

        Needs the permission `second-factor:write`.
        """
        return await self._call(_createRecoveryCodes, answer=RecoveryCodes)

    async def list_sessions(self) -> SessionPage:
        """Where the person who asks is signed in, newest first; nothing for an API key.

        Needs the permission `organization:read`.
        """
        return await self._call(_listSessions, answer=SessionPage)

    async def delete_sessions(self) -> None:
        """Sign the person who asks out, everywhere.

        Needs the permission `organization:read`.
        """
        return await self._call(_deleteSessions, answer=type(None))

    async def delete_session(self, session_id: str) -> None:
        """End one of the person's own sessions. Its access token opens nothing any more.

        Needs the permission `organization:read`.

        session_id: The session.
        """
        return await self._call(_deleteSession, path=(session_id,), answer=type(None))

    async def step_up(self, *, code: str) -> Session:
        """Give a code again, where an answer was `STEP_UP_REQUIRED`. The answer's access token may
        do that for 15 minutes; the refresh token stays as it is.

        Needs the permission `second-factor:write`.

        code: Six digits as the app shows them, or a recovery code.
        """
        return await self._call(_stepUp, body={"code": code}, answer=Session)

    async def switch_organization(
        self, organization_id: str, *, cookie: bool | UnsetType = UNSET
    ) -> Session:
        """Go on in another organization that the person belongs to, without a password. The session
        that asks ends, and another begins there.

        Needs the permission `organization:read`.

        organization_id: The organization.
        cookie: Whether the refresh token goes into a cookie that no script can read, and not into
        the answer: for pages of this installation. Left out, it doesn't.
        """
        return await self._call(
            _switchOrganization,
            body={"organizationId": organization_id, "cookie": cookie},
            answer=Session,
        )

    async def verify_email(self, *, token: str) -> None:
        """Say that the account's address is one's own, by what was sent there.

        token: As the letter's link carries it behind the `#`.
        """
        return await self._call(_verifyEmail, body={"token": token}, answer=type(None))


class CustomersApi(SyncTransport):
    """Operations of `customers`, for programs that wait."""

    def list(
        self,
        *,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> CustomerPage:
        """Customers, newest first.

        Needs the permission `customers:read`.

        q: Part of the name, in any case.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listCustomers,
            query={
                "q": q,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=CustomerPage,
        )

    def each(
        self,
        *,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[CustomerRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                q=q, limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    def create(
        self,
        *,
        name: str,
        description: str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> CustomerRead:
        """Add a customer. `PUT /devices/{id}/customer` and `PUT /sites/{id}/customer` give them
        something, an invitation with their id lets somebody of theirs in.

        Needs the permission `customers:write`.

        name: Unique in the organization.
        description: In people's words; the customer's people see it, too.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createCustomer,
            body={"name": name, "description": description},
            idempotency_key=idempotency_key,
            answer=CustomerRead,
        )

    def get(self, customer_id: str) -> CustomerRead:
        """One customer.

        Needs the permission `customers:read`.

        customer_id: The customer.
        """
        return self._call(_getCustomer, path=(customer_id,), answer=CustomerRead)

    def update(
        self,
        customer_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
    ) -> CustomerRead:
        """Change a customer (JSON Merge Patch, RFC 7396).

        Needs the permission `customers:write`.

        customer_id: The customer.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        description: In people's words; the customer's people see it, too.
        """
        return self._call(
            _updateCustomer,
            path=(customer_id,),
            headers={"If-Match": if_match},
            body={"name": name, "description": description},
            answer=CustomerRead,
        )

    def delete(self, customer_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a customer. Their people are members no longer, their keys, invitations and share
        links end; sites, devices, dashboards and exports are the organization's alone again.

        Needs the permission `members:write`.

        customer_id: The customer.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteCustomer, path=(customer_id,), headers={"If-Match": if_match}, answer=type(None)
        )


class AsyncCustomersApi(AsyncTransport):
    """Operations of `customers`, for asynchronous programs."""

    async def list(
        self,
        *,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> CustomerPage:
        """Customers, newest first.

        Needs the permission `customers:read`.

        q: Part of the name, in any case.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listCustomers,
            query={
                "q": q,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=CustomerPage,
        )

    def each(
        self,
        *,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[CustomerRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                q=q, limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    async def create(
        self,
        *,
        name: str,
        description: str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> CustomerRead:
        """Add a customer. `PUT /devices/{id}/customer` and `PUT /sites/{id}/customer` give them
        something, an invitation with their id lets somebody of theirs in.

        Needs the permission `customers:write`.

        name: Unique in the organization.
        description: In people's words; the customer's people see it, too.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createCustomer,
            body={"name": name, "description": description},
            idempotency_key=idempotency_key,
            answer=CustomerRead,
        )

    async def get(self, customer_id: str) -> CustomerRead:
        """One customer.

        Needs the permission `customers:read`.

        customer_id: The customer.
        """
        return await self._call(_getCustomer, path=(customer_id,), answer=CustomerRead)

    async def update(
        self,
        customer_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
    ) -> CustomerRead:
        """Change a customer (JSON Merge Patch, RFC 7396).

        Needs the permission `customers:write`.

        customer_id: The customer.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        description: In people's words; the customer's people see it, too.
        """
        return await self._call(
            _updateCustomer,
            path=(customer_id,),
            headers={"If-Match": if_match},
            body={"name": name, "description": description},
            answer=CustomerRead,
        )

    async def delete(self, customer_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a customer. Their people are members no longer, their keys, invitations and share
        links end; sites, devices, dashboards and exports are the organization's alone again.

        Needs the permission `members:write`.

        customer_id: The customer.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteCustomer, path=(customer_id,), headers={"If-Match": if_match}, answer=type(None)
        )


class InvitationsApi(SyncTransport):
    """Operations of `invitations`, for programs that wait."""

    def get_offer(self, *, token: str) -> InvitationOffer:
        """What whoever was invited is asked.

        token: As the letter's link carries it behind the `#`.
        """
        return self._call(_getInvitationOffer, path=(token,), answer=InvitationOffer)

    def accept(
        self,
        *,
        token: str,
        password: str,
        name: str | UnsetType = UNSET,
        code: str | UnsetType = UNSET,
        cookie: bool | UnsetType = UNSET,
    ) -> Session:
        """Become a member, with the invited address's account or with a new one, and be signed in.
        Sent again, it signs in again.

        token: As the letter's link carries it behind the `#`.
        password: Of the account.
        name: The name of a new account.
        code: Of the second factor, where the account has one: six digits, or a recovery code.
        cookie: Whether the refresh token goes into a cookie that no script can read, and not into
        the answer: for pages of this installation. Left out, it doesn't.
        """
        return self._call(
            _acceptInvitation,
            path=(token,),
            body={"password": password, "name": name, "code": code, "cookie": cookie},
            answer=Session,
        )


class AsyncInvitationsApi(AsyncTransport):
    """Operations of `invitations`, for asynchronous programs."""

    async def get_offer(self, *, token: str) -> InvitationOffer:
        """What whoever was invited is asked.

        token: As the letter's link carries it behind the `#`.
        """
        return await self._call(_getInvitationOffer, path=(token,), answer=InvitationOffer)

    async def accept(
        self,
        *,
        token: str,
        password: str,
        name: str | UnsetType = UNSET,
        code: str | UnsetType = UNSET,
        cookie: bool | UnsetType = UNSET,
    ) -> Session:
        """Become a member, with the invited address's account or with a new one, and be signed in.
        Sent again, it signs in again.

        token: As the letter's link carries it behind the `#`.
        password: Of the account.
        name: The name of a new account.
        code: Of the second factor, where the account has one: six digits, or a recovery code.
        cookie: Whether the refresh token goes into a cookie that no script can read, and not into
        the answer: for pages of this installation. Left out, it doesn't.
        """
        return await self._call(
            _acceptInvitation,
            path=(token,),
            body={"password": password, "name": name, "code": code, "cookie": cookie},
            answer=Session,
        )


class OrganizationsApi(SyncTransport):
    """Operations of `organizations`, for programs that wait."""

    def list(self) -> OrganizationMembershipPage:
        """The organizations that the person who asks belongs to, by name; for an API key none but
        its own.

        Needs the permission `organization:read`.
        """
        return self._call(_listOrganizations, answer=OrganizationMembershipPage)

    def create(self, *, name: str) -> OrganizationMembership:
        """Make another organization, whose owner is the person who asks. `switchOrganization` goes
        there.

        Needs the permission `organization:read`.

        name: As people will know it.
        """
        return self._call(_createOrganization, body={"name": name}, answer=OrganizationMembership)

    def current(self) -> OrganizationRead:
        """The organization that the token or key acts in.

        Needs the permission `organization:read`.
        """
        return self._call(_getCurrentOrganization, answer=OrganizationRead)

    def update_current(
        self,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        slug: str | UnsetType = UNSET,
        retention_days: int | None | UnsetType = UNSET,
        require_second_factor: bool | UnsetType = UNSET,
    ) -> OrganizationRead:
        """Change the organization's names, for how long it keeps readings, or what it asks of its
        members.

        Needs the permission `organization:write`.

        if_match: The ETag that the resource must still have, or *.
        name: The new name.
        slug: What it is called in addresses; of all organizations.
        retention_days: Keep readings for so many days, not more than the platform does; what is
        older is deleted the night after, with all that was computed from it, and what arrives older
        is refused (`BAD_TIMESTAMP`). null for as long as the platform keeps them.
        require_second_factor: Whether members must have a second factor: who has none may only
        enrol one, from their next access token on. Who turns it on must have one.
        """
        return self._call(
            _updateCurrentOrganization,
            headers={"If-Match": if_match},
            body={
                "name": name,
                "slug": slug,
                "retentionDays": retention_days,
                "requireSecondFactor": require_second_factor,
            },
            answer=OrganizationRead,
        )

    def list_invitations(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> InvitationPage:
        """Those that can still be answered, the newest first.

        Needs the permission `members:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listInvitations,
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=InvitationPage,
        )

    def each_invitations(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[InvitationRead]:
        """Every item of every page of `list_invitations`."""
        return each_of_pages(
            lambda cursor: self.list_invitations(
                limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    def create_invitation(
        self,
        *,
        email: str,
        role: Role,
        customer_id: str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> InvitationRead:
        """Invite somebody by a letter, which is good for a week. Inviting the same address again
        replaces the first invitation.

        Needs the permission `members:write`.

        email: Where the letter goes; who has this address can accept.
        role: What they may do; no more than whoever invites.
        customer_id: Whose they will be: they see what this customer has, and no more.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createInvitation,
            body={"email": email, "role": role, "customerId": customer_id},
            idempotency_key=idempotency_key,
            answer=InvitationRead,
        )

    def get_invitation(self, invitation_id: str) -> InvitationRead:
        """One that wasn't answered, withdrawn or replaced.

        Needs the permission `members:read`.

        invitation_id: The invitation.
        """
        return self._call(_getInvitation, path=(invitation_id,), answer=InvitationRead)

    def delete_invitation(self, invitation_id: str) -> None:
        """Withdraw an invitation.

        Needs the permission `members:write`.

        invitation_id: The invitation.
        """
        return self._call(_deleteInvitation, path=(invitation_id,), answer=type(None))

    def leave(self, organization_id: str) -> MemberRemoval:
        """Be a member no longer. The id is that of the token's organization, to be sure.

        Needs the permission `organization:read`.

        organization_id: The organization.
        """
        return self._call(
            _leaveOrganization, body={"organizationId": organization_id}, answer=MemberRemoval
        )

    def list_members(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["joinedAt", "-joinedAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> MemberPage:
        """The people in the organization, the newest first.

        Needs the permission `members:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listMembers,
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=MemberPage,
        )

    def each_members(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["joinedAt", "-joinedAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[MemberRead]:
        """Every item of every page of `list_members`."""
        return each_of_pages(
            lambda cursor: self.list_members(
                limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    def get_member(self, user_id: str) -> MemberRead:
        """One of them.

        Needs the permission `members:read`.

        user_id: The person.
        """
        return self._call(_getMember, path=(user_id,), answer=MemberRead)

    def update_member(self, user_id: str, *, role: Role) -> MemberRead:
        """Give a member another role, which may no more than whoever asks. What they are signed in
        with says the old one for minutes; what changes members, keys or the organization asks anew.

        Needs the permission `members:write`.

        user_id: The person.
        role: The new role.
        """
        return self._call(_updateMember, path=(user_id,), body={"role": role}, answer=MemberRead)

    def delete_member(self, user_id: str) -> MemberRemoval:
        """Remove somebody from the organization: their sessions here end. The keys that they made
        stay, and the answer names them.

        Needs the permission `members:write`.

        user_id: The person.
        """
        return self._call(_deleteMember, path=(user_id,), answer=MemberRemoval)


class AsyncOrganizationsApi(AsyncTransport):
    """Operations of `organizations`, for asynchronous programs."""

    async def list(self) -> OrganizationMembershipPage:
        """The organizations that the person who asks belongs to, by name; for an API key none but
        its own.

        Needs the permission `organization:read`.
        """
        return await self._call(_listOrganizations, answer=OrganizationMembershipPage)

    async def create(self, *, name: str) -> OrganizationMembership:
        """Make another organization, whose owner is the person who asks. `switchOrganization` goes
        there.

        Needs the permission `organization:read`.

        name: As people will know it.
        """
        return await self._call(
            _createOrganization, body={"name": name}, answer=OrganizationMembership
        )

    async def current(self) -> OrganizationRead:
        """The organization that the token or key acts in.

        Needs the permission `organization:read`.
        """
        return await self._call(_getCurrentOrganization, answer=OrganizationRead)

    async def update_current(
        self,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        slug: str | UnsetType = UNSET,
        retention_days: int | None | UnsetType = UNSET,
        require_second_factor: bool | UnsetType = UNSET,
    ) -> OrganizationRead:
        """Change the organization's names, for how long it keeps readings, or what it asks of its
        members.

        Needs the permission `organization:write`.

        if_match: The ETag that the resource must still have, or *.
        name: The new name.
        slug: What it is called in addresses; of all organizations.
        retention_days: Keep readings for so many days, not more than the platform does; what is
        older is deleted the night after, with all that was computed from it, and what arrives older
        is refused (`BAD_TIMESTAMP`). null for as long as the platform keeps them.
        require_second_factor: Whether members must have a second factor: who has none may only
        enrol one, from their next access token on. Who turns it on must have one.
        """
        return await self._call(
            _updateCurrentOrganization,
            headers={"If-Match": if_match},
            body={
                "name": name,
                "slug": slug,
                "retentionDays": retention_days,
                "requireSecondFactor": require_second_factor,
            },
            answer=OrganizationRead,
        )

    async def list_invitations(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> InvitationPage:
        """Those that can still be answered, the newest first.

        Needs the permission `members:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listInvitations,
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=InvitationPage,
        )

    def each_invitations(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[InvitationRead]:
        """Every item of every page of `list_invitations`."""
        return each_of_pages_async(
            lambda cursor: self.list_invitations(
                limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    async def create_invitation(
        self,
        *,
        email: str,
        role: Role,
        customer_id: str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> InvitationRead:
        """Invite somebody by a letter, which is good for a week. Inviting the same address again
        replaces the first invitation.

        Needs the permission `members:write`.

        email: Where the letter goes; who has this address can accept.
        role: What they may do; no more than whoever invites.
        customer_id: Whose they will be: they see what this customer has, and no more.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createInvitation,
            body={"email": email, "role": role, "customerId": customer_id},
            idempotency_key=idempotency_key,
            answer=InvitationRead,
        )

    async def get_invitation(self, invitation_id: str) -> InvitationRead:
        """One that wasn't answered, withdrawn or replaced.

        Needs the permission `members:read`.

        invitation_id: The invitation.
        """
        return await self._call(_getInvitation, path=(invitation_id,), answer=InvitationRead)

    async def delete_invitation(self, invitation_id: str) -> None:
        """Withdraw an invitation.

        Needs the permission `members:write`.

        invitation_id: The invitation.
        """
        return await self._call(_deleteInvitation, path=(invitation_id,), answer=type(None))

    async def leave(self, organization_id: str) -> MemberRemoval:
        """Be a member no longer. The id is that of the token's organization, to be sure.

        Needs the permission `organization:read`.

        organization_id: The organization.
        """
        return await self._call(
            _leaveOrganization, body={"organizationId": organization_id}, answer=MemberRemoval
        )

    async def list_members(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["joinedAt", "-joinedAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> MemberPage:
        """The people in the organization, the newest first.

        Needs the permission `members:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listMembers,
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=MemberPage,
        )

    def each_members(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["joinedAt", "-joinedAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[MemberRead]:
        """Every item of every page of `list_members`."""
        return each_of_pages_async(
            lambda cursor: self.list_members(
                limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    async def get_member(self, user_id: str) -> MemberRead:
        """One of them.

        Needs the permission `members:read`.

        user_id: The person.
        """
        return await self._call(_getMember, path=(user_id,), answer=MemberRead)

    async def update_member(self, user_id: str, *, role: Role) -> MemberRead:
        """Give a member another role, which may no more than whoever asks. What they are signed in
        with says the old one for minutes; what changes members, keys or the organization asks anew.

        Needs the permission `members:write`.

        user_id: The person.
        role: The new role.
        """
        return await self._call(
            _updateMember, path=(user_id,), body={"role": role}, answer=MemberRead
        )

    async def delete_member(self, user_id: str) -> MemberRemoval:
        """Remove somebody from the organization: their sessions here end. The keys that they made
        stay, and the answer names them.

        Needs the permission `members:write`.

        user_id: The person.
        """
        return await self._call(_deleteMember, path=(user_id,), answer=MemberRemoval)
