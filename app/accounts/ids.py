"""The ids of this area's resources, as they travel, and an example of each."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from app.core.documentation import described, example_id

ORGANIZATION = example_id("organization")
USER = example_id("user")
API_KEY = example_id("api key")
SESSION = example_id("session")
INVITATION = example_id("invitation")
CUSTOMER = example_id("customer")
AUDIT_ENTRY = example_id("audit entry")
SITE_OF_ENTRY = example_id("site")

OrganizationId = Annotated[UUID, described("The organization.", ORGANIZATION)]
UserId = Annotated[UUID, described("The person.", USER)]
SessionId = Annotated[UUID, described("The session.", SESSION)]
InvitationId = Annotated[UUID, described("The invitation.", INVITATION)]
CustomerId = Annotated[UUID, described("The customer.", CUSTOMER)]
AuditEntryId = Annotated[UUID, described("The entry.", AUDIT_ENTRY)]
ApiKeyId = Annotated[UUID, described("The API key.", API_KEY)]
