"""/api/problems: the page that the type of a problem leads to."""

from __future__ import annotations

from litestar import Controller, Response, get

from app.core import problems
from app.core.http.operation import Answers, operation


class ProblemController(Controller):
    path = "/api/problems"
    tags = ("Operations",)

    @get(
        **operation(
            "getProblems",
            may="anyone",
            is_unlimited=True,
            answers=Answers(sample='<!doctype html>\n<html lang="en">…</html>\n'),
        ),
        media_type="text/html",
    )
    async def problems(self) -> Response[bytes]:
        """Every code that an error can carry: the page that a problem's `type` leads to."""
        return Response(
            problems.page().encode(),
            media_type="text/html",
            headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
        )
