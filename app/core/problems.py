"""How a code is shown: its title, its address, and the page of all codes that this leads to."""

from __future__ import annotations

from html import escape
from http import HTTPStatus

from app.problem_codes import CODES

PATH = "/api/problems"

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Problems</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}}
h2{{margin-top:2rem;font-size:1.1rem}}h2:target{{background:#fe9}}code{{font-size:.95em}}</style></head>
<body><h1>Problems</h1>
<p>Every error is answered as <code>application/problem+json</code> (RFC 9457) with one of these codes.</p>
{entries}
</body></html>
"""


# RFC 9110's words, where Python before 3.13 has older ones.
_TITLES = {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}


def title_of(status: int) -> str:
    """The status in words, the same on every version of Python."""
    return _TITLES.get(status) or HTTPStatus(status).phrase


def slug(code: str) -> str:
    return code.lower().replace("_", "-")


def type_of(code: str, public_url: str) -> str:
    """The address that a problem's `type` carries: a place on the page below."""
    return f"{public_url}{PATH}#{slug(code)}"


def page() -> str:
    """All codes as one HTML page that needs nothing from elsewhere."""
    return _PAGE.format(
        entries="\n".join(
            f'<h2 id="{slug(name)}"><code>{name}</code> {code.status}</h2>'
            f"<p>{escape(code.meaning)}<br><em>{escape(code.remedy)}</em></p>"
            for name, code in CODES.items()
        )
    )
