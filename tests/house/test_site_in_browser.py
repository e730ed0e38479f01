"""The site in a browser, opened from its folder: accessible, nothing fetched, fit for a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from mkdocs.commands.build import build
from mkdocs.config import load_config
from playwright.sync_api import Browser, Page, sync_playwright

from tests.house.tree import ROOT

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZES = {"desktop": {"width": 1200, "height": 900}, "phone": {"width": 390, "height": 844}}
LOOKED_AT = (
    "index.html",
    "explanation/why-counting-visits-misleads.html",
    "reference/returns.html",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built") / "site"
    build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(out)))
    return out


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module", params=list(SIZES))
def page(browser: Browser, request: pytest.FixtureRequest) -> Page:
    # axe is a script, which the page's own policy would stop.
    size = SIZES[request.param]
    return browser.new_context(bypass_csp=True, viewport=size).new_page()  # type: ignore[arg-type]


@pytest.mark.parametrize("name", LOOKED_AT)
def test_a_page_is_accessible(page: Page, site: Path, name: str) -> None:
    page.goto((site / name).as_uri())
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_no_page_is_wider_than_the_screen(page: Page, site: Path) -> None:
    assert page.viewport_size is not None
    paths = sorted(site.rglob("*.html"))
    wide = []
    for path in paths:
        page.goto(path.as_uri())
        if page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]:
            wide.append(path.name)
    assert len(paths) > 40
    assert wide == []


def test_its_own_policy_lets_style_and_pictures_in_and_asks_nobody(
    browser: Browser, site: Path
) -> None:
    page = browser.new_page()
    asked: list[str] = []
    refused: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: refused.append(message.text))
    page.goto((site / LOOKED_AT[1]).as_uri())
    assert {url.split(":")[0] for url in asked} <= {"file", "data"}
    assert refused == []
    assert page.evaluate("Array.from(document.images).every(one => one.naturalWidth > 300)")
    assert page.evaluate("getComputedStyle(document.querySelector('.sheet')).display") == "grid"


def test_the_keyboard_reaches_the_text_first(browser: Browser, site: Path) -> None:
    page = browser.new_page()
    page.goto((site / LOOKED_AT[1]).as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "page"


def test_paper_has_no_navigation_and_tables_as_on_a_desktop(browser: Browser, site: Path) -> None:
    page = browser.new_page(viewport={"width": 680, "height": 960})
    page.goto((site / LOOKED_AT[2]).as_uri())
    cell = "getComputedStyle(document.querySelector('table.words td')).display"
    assert page.evaluate(cell) == "block"
    page.emulate_media(media="print")
    assert page.evaluate(cell) == "table-cell"
    assert not page.locator("nav.pages").is_visible()
    assert page.locator("main h1").is_visible()
