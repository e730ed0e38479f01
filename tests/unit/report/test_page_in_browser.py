"""The page in a browser: accessible, nothing fetched, nothing wider than a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from righthelp.evidence import gather
from righthelp.report import render_page
from tests.unit.report.eight_sites import make_returns, make_study

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP = {"width": 1200, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def page(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    study = make_study()
    path: Path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_page(gather(study, make_returns(study))), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        # axe is a script, which the page's own policy would stop.
        opened = browser.new_context(bypass_csp=True).new_page()
        asked: list[str] = []
        opened.on("request", lambda request: asked.append(request.url))
        opened.goto(path.as_uri())
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        yield opened
        browser.close()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_is_accessible(page: Page, size: dict[str, int]) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_only_tables_scroll_sideways(page: Page, size: dict[str, int]) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_phone_gets_the_drawings_made_for_it(page: Page) -> None:
    narrow = (
        "Array.from(document.images).every(i => i.naturalWidth > 0 && "
        "i.currentSrc === new URL(i.previousElementSibling.srcset).href)"
    )
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.wait_for_function(narrow)
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.wait_for_function("Array.from(document.images).every(i => i.currentSrc === i.src)")


def test_the_adjusted_column_stays_in_sight_on_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    box = page.locator("#table-change tbody td.pinned").first.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= PHONE["width"]
