"""The page in a browser: accessible, nothing fetched, nothing wider than a phone."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from pypdf import PdfReader

from righthelp.evidence import gather
from righthelp.report import render_page
from righthelp.report.compose import AUDIENCES
from tests.lib.small_demo import gather_small_demo
from tests.unit.report.eight_sites import make_returns, make_study

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP = {"width": 1200, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Page:
    study = make_study()
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_page(gather(study, make_returns(study))), encoding="utf-8")
    return open_page(browser, path)


def open_page(browser: Browser, path: Path) -> Page:
    """The page with its folded tables open, after seeing that it asks for nothing."""
    # axe is a script, which the page's own policy would stop.
    opened = browser.new_context(bypass_csp=True).new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(path.as_uri())
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    opened.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    return opened


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_is_accessible(page: Page, size: dict[str, int]) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("audience", [*AUDIENCES, "ashby"])
def test_every_report_is_accessible_and_fits(
    browser: Browser, tmp_path: Path, audience: str
) -> None:
    path = tmp_path / "report.html"
    path.write_text(render_page(gather_small_demo(), audience), encoding="utf-8")
    opened = open_page(browser, path)
    for size in (DESKTOP, PHONE):
        opened.set_viewport_size(size)  # type: ignore[arg-type]
        found = Axe().run(opened)
        assert found.violations_count == 0, found.generate_report()
        assert opened.evaluate("document.documentElement.scrollWidth") <= size["width"]
    opened.context.close()


def test_folded_tables_are_printed(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(render_page(gather_small_demo()), encoding="utf-8")
    opened = browser.new_page()
    opened.goto(path.as_uri())
    printed = PdfReader(io.BytesIO(opened.pdf(format="A4")))
    words = squeeze(" ".join(page.extract_text() for page in printed.pages))
    cells = {squeeze(one) for one in opened.locator("details table td").all_text_contents()}
    short = {cell for cell in cells if len(cell) < 30}
    assert len(short) > 200
    assert [cell for cell in short if cell not in words] == []
    opened.close()


def squeeze(text: str) -> str:
    """The letters of a text, without blanks, and with ligatures taken apart."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


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
