from __future__ import annotations

from typing import Annotated

import msgspec

from app.accounts.auth.schemas import Email, Password
from app.core.documentation import described
from app.core.wire import Body

_EMAIL, _PASSWORD = "ada@example.com", "correct horse battery"
_TOKEN = "AZNvKoxOfRuaP15tfIuaAQAAAABpLAkwq3mVbT9w0b1x6mJ8Qe5Yk2R7uHs4"  # noqa: S105
Proof = Annotated[
    Annotated[str, msgspec.Meta(min_length=1, max_length=200)],
    described("As the letter's link carries it behind the `#`.", _TOKEN),
]


class ForgottenPassword(Body):
    """The address of the account whose password is to be reset."""

    email: Annotated[Email, described("As registered.", _EMAIL)]


class PasswordReset(Body):
    """A new password, by what was sent to the account's address."""

    token: Proof
    password: Annotated[Password, described("At least 12 characters of any kind.", _PASSWORD)]


class PasswordChange(Body):
    """A new password, by the one that is good now."""

    current_password: Annotated[
        Annotated[str, msgspec.Meta(max_length=1024)], described("As it is now.", _PASSWORD)
    ]
    new_password: Annotated[
        Password, described("At least 12 characters of any kind.", "staple battery horse correct")
    ]


class EmailProof(Body):
    """What was sent to the account's address."""

    token: Proof
