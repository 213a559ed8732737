"""What a handler says of itself beside its types: who may call it, what can go wrong, what it takes
and answers.

It is said once, where the handler is written, and read by all who need it: by Authentication and
`requests.check` before each request, by app/openapi when the document is made. Permissions and
codes are those of app/permissions.py and app/problem_codes/, and the type checker compares them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Concatenate, Literal, NamedTuple, ParamSpec, Self, TypedDict

from litestar.handlers import BaseRouteHandler

from app.permissions import ALL_PERMISSIONS, Permission
from app.problem_codes import CODES, ProblemCode

JSON_FORMATS = ("application/json", "application/merge-patch+json")
_KEY = "operation"

# Called without a token. tests/architecture keeps the list of those; it may only shrink.
Anyone = Literal["anyone"]
# Headers of answers that a handler sets itself; app/openapi/headers.py says what they mean.
Header = Literal["ETag", "Tiers", "Fresh-As-Of", "Next-Cursor"]


class Sample(NamedTuple):
    """Text that is no JSON: what it is, and a real one, None where it is binary."""

    description: str | None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestBody:
    """What a body may be. Most handlers need not say: they take JSON of the type of `data`."""

    media_types: tuple[str, ...] = JSON_FORMATS  # the first, where nobody says; none: whatever
    shape: Any = None  # the type, where a handler decodes by hand; of what has no sample
    samples: Mapping[str, Sample] = field(default_factory=dict)  # of media types of another shape
    in_words: tuple[str, ...] = ()  # media types of which only the description tells
    encodings: tuple[str, ...] = ()  # Content-Encodings that the handler undoes

    @classmethod
    def of(
        cls,
        shape: Any,
        *formats: str,
        samples: Mapping[str, Sample] | None = None,
        in_words: tuple[str, ...] = (),
        encodings: tuple[str, ...] = (),
    ) -> Self:
        """A shape in JSON and in further formats; formats of another shape; Content-Encodings."""
        samples = samples or {}
        return cls(
            media_types=(*JSON_FORMATS, *formats, *samples, *in_words),
            shape=shape,
            samples=samples,
            in_words=in_words,
            encodings=encodings,
        )

    @classmethod
    def csv(cls, text: str) -> Self:
        """CSV alone; a real body."""
        sample = Sample("Comma-separated values.", text)
        return cls(media_types=("text/csv",), samples={"text/csv": sample})


ANYTHING = RequestBody(media_types=())
_JSON = RequestBody()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What is answered, where the type of what the handler returns doesn't tell."""

    formats: Mapping[str, Any] = field(default_factory=dict)  # if Accept asks: a type, or a Sample
    headers: tuple[Header, ...] = ()
    problems: tuple[ProblemCode, ...] = ()
    sample: str | None = None  # of an answer that is text
    events: Mapping[str, type] = field(default_factory=dict)  # by name, of one that is a stream


_AS_TYPED = Answers()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiOperation:
    """Of one handler. What it leaves out follows from the handler's types, or isn't there."""

    may: Permission | Anyone  # who calls it needs this, by role or by the key's scopes
    problems: tuple[ProblemCode, ...] = ()  # that follow from its own rules, not from its shape
    needs_factor: bool = False  # who has a second factor must have given it lately
    is_repeatable: bool = False  # a POST without Idempotency-Key: sent twice, it has done it once
    is_unlimited: bool = False  # monitors ask every second: counted against no limit
    takes_any_query: bool = False  # read by hand: a signed link, or an address of another protocol
    speaks_influx: bool = False  # as InfluxDB's clients do: how they sign in, and read errors
    timeout_seconds: int | None = None  # of each statement of its ReadingTx; then TOO_EXPENSIVE
    sortable: Collection[str] = ()  # what a list can be sorted by, the default at the head
    accepts: RequestBody = _JSON
    answers: Answers = _AS_TYPED

    def __post_init__(self) -> None:
        """The same for those who ask no type checker."""
        if not self.is_public and self.may not in ALL_PERMISSIONS:
            raise ValueError(f"no role has the permission {self.may!r}")
        if unknown := {*self.problems, *self.answers.problems} - CODES.keys():
            raise ValueError(f"no such code: {', '.join(unknown)}")

    @classmethod
    def of(cls, handler: BaseRouteHandler) -> ApiOperation | None:
        """None where the handler says nothing: then nobody may call it."""
        return handler.opt.get(_KEY)

    @property
    def is_public(self) -> bool:
        return self.may == "anyone"

    @property
    def opt(self) -> dict[str, Any]:
        """For handlers that aren't in the document; the others say `operation(…)`."""
        return {_KEY: self}

    def __deepcopy__(self, _memo: object) -> Self:
        """Litestar copies each handler's `opt` deeply; this never changes."""
        return self


class HandlerOptions(TypedDict):
    """For Litestar's `@get` and its kin."""

    operation_id: str
    opt: dict[str, Any]


Fields = ParamSpec("Fields")


def _named(
    operation_of: Callable[Fields, ApiOperation],
) -> Callable[Concatenate[str, Fields], HandlerOptions]:
    def options(id_: str, /, *args: Fields.args, **fields: Fields.kwargs) -> HandlerOptions:
        return {"operation_id": id_, "opt": operation_of(*args, **fields).opt}

    return options


# `@get("/me", **operation("getMe", may="organization:read"))`: the id in the document, and then
# what ApiOperation takes.
operation = _named(ApiOperation)
