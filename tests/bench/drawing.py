"""36 series of a day on one dashboard, drawn in a browser, against the request for their data."""

from __future__ import annotations

import asyncio
import statistics

from playwright.sync_api import Page

from tests.bench.results import Measure, Run
from tests.make.browser import running_browser, sign_in
from tests.make.platform import Organization

TIMES = 5  # in each repetition; the median counts
# From the click on its name in the list to the frame after the last chart is there.
_OPEN = """async ([name, charts]) => {
  const began = performance.now();
  [...document.querySelectorAll("main a")].find((each) => each.textContent === name).click();
  const isDrawn = () => document.querySelectorAll("main canvas").length >= charts;
  while (!isDrawn()) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""


def drawn(base_url: str, organization: Organization, name: str, charts: int) -> Measure:
    """Milliseconds until the dashboard of this name is drawn, once its page has been loaded."""

    async def measure() -> Run:
        return Run(await asyncio.to_thread(_median, base_url, organization, name, charts))

    return measure


def _median(base_url: str, organization: Organization, name: str, charts: int) -> float:
    with running_browser() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 4000})
        page.goto(f"{base_url}/console/")
        sign_in(page, organization)
        page.get_by_role("link", name="Dashboards").first.click()
        _take(page, name, charts)  # its code is fetched
        return statistics.median(_take(page, name, charts) for _ in range(TIMES))


def _take(page: Page, name: str, charts: int) -> float:
    page.get_by_role("link", name=name, exact=True).wait_for()
    took: float = page.evaluate(_OPEN, [name, charts])
    page.go_back()
    return took
