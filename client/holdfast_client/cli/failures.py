"""What went wrong, in a sentence on stderr; and the exit code for scripts.

| code | |
|---|---|
| 1 | it failed |
| 2 | the command makes no sense |
| 3 | there is no such thing |
| 4 | who asks may not, or is nobody |
| 5 | there is one already, or it is no longer as it was |
| 130 | interrupted |
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from holdfast_client.cli.profiles import NoProfile
from holdfast_client.errors import (
    ApiError,
    Conflict,
    Forbidden,
    HoldfastError,
    NotFound,
    Unauthenticated,
)

_CODES: tuple[tuple[type[Exception], int], ...] = (
    (NotFound, 3),
    (Unauthenticated, 4),
    (Forbidden, 4),
    (Conflict, 5),
    (NoProfile, 4),
    (HoldfastError, 1),
)
_NEXT = {
    4: "whose key it is, and what it may: holdfast auth me",
    3: "what there is: the list command beside this one",
}


@contextmanager
def told() -> Iterator[None]:
    """End the program in words where what is done in the block fails."""
    try:
        yield
    except (HoldfastError, NoProfile) as error:
        code = next(code for type_, code in _CODES if isinstance(error, type_))
        print(f"holdfast: {error}", file=sys.stderr)
        if isinstance(error, ApiError):
            _details(error, code)
        raise SystemExit(code) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:
        sys.stderr.close()  # or Python says so once more at its end
        raise SystemExit(0) from None


def _details(error: ApiError, code: int) -> None:
    for each in error.errors:
        place = each.get("pointer") or each.get("field") or each.get("parameter") or ""
        print(f"  {place}: {each.get('detail') or each.get('message') or each}", file=sys.stderr)
    if error.request_id:
        print(f"  request {error.request_id}", file=sys.stderr)
    if code in _NEXT:
        print(f"  {_NEXT[code]}", file=sys.stderr)
