"""The site as built: every link leads somewhere, every page can be reached, nothing is fetched.

No link is followed into the network. Of one that leaves the site its form alone is checked: https.
"""

from __future__ import annotations

import logging
import re
import runpy
import shutil
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown import Markdown
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from tests.house.tree import ROOT, list_files

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
PARTS = ("docs", "studies", "src", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE")


@dataclass
class Seen(HTMLParser):
    """What a page holds: its links, what it shows from elsewhere, its anchors, tags and text."""

    page: Path
    links: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    open_tags: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.page.read_text(encoding="utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag not in VOID:
            self.open_tags.append(tag)
        if "id" in given:
            assert given["id"] not in self.anchors, f"{self.page.name}: two of #{given['id']}"
            self.anchors.add(given["id"])
        if "href" in given:
            (self.links if tag == "a" else self.shown).append(given["href"])
        if "src" in given:
            self.shown.append(given["src"])

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags.pop() == tag, f"{self.page.name}: {tag} ends what it did not begin"

    def handle_data(self, data: str) -> None:
        self.text += data


def build_site(root: Path, out: Path) -> Path:
    """Build the site of the project at `root` into the folder `out`, as `make docs` does."""
    build(load_config(str(root / "mkdocs.yml"), site_dir=str(out)))
    return out


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_site(ROOT, tmp_path_factory.mktemp("built") / "site")


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Seen]:
    return {path: Seen(path) for path in sorted(site.rglob("*.html"))}


def test_every_link_within_the_site_leads_to_a_page_and_a_place_on_it(
    pages: dict[Path, Seen],
) -> None:
    found = [
        f"{path.name} -> {link}"
        for path, seen in pages.items()
        for link in (*seen.links, *seen.shown)
        if not _leaves(link) and not _is_there(pages, path, link)
    ]
    assert found == []


def test_a_link_to_nowhere_is_noticed(pages: dict[Path, Seen], site: Path) -> None:
    front = site / "index.html"
    good = ("tutorial.html", "#page", "tutorial.html#a-study-of-your-own", "images/report.png")
    bad = ("tutor.html", "#pages", "tutorial.html#a-study-of-mine", "../index.html", "docs/")
    assert [link for link in good if not _is_there(pages, front, link)] == []
    assert [link for link in bad if _is_there(pages, front, link)] == []


def test_a_link_that_leaves_is_https_and_nothing_is_shown_from_elsewhere(
    pages: dict[Path, Seen], site: Path
) -> None:
    leaving = {link for seen in pages.values() for link in seen.links if _leaves(link)}
    assert leaving
    assert {link for link in leaving if not re.match(r"https://[\w.-]+\.\w+(/|$)", link)} == set()
    assert {one for seen in pages.values() for one in seen.shown if _leaves(one)} == {"data:,"}
    assert {tag for seen in pages.values() for tag, _ in seen.tags} & {"script", "iframe"} == set()
    style = (site / "style.css").read_text(encoding="utf-8")
    assert "url(" not in style and "@import" not in style


def test_every_page_can_be_reached_from_the_front(pages: dict[Path, Seen], site: Path) -> None:
    waiting = [site / "index.html"]
    for path in waiting:
        for link in pages[path].links:
            there = _target(path, link)
            if not _leaves(link) and there in pages and there not in waiting:
                waiting.append(there)
    assert set(pages) - set(waiting) == set()


def test_every_page_of_ours_is_on_the_site(site: Path) -> None:
    ours = {
        path.relative_to(ROOT / "docs").with_suffix(".html")
        for path in list_files()
        if path.suffix == ".md" and ROOT / "docs" in path.parents
    }
    others = {Path("README.html")}  # is pages.html
    assert len(ours) > 20
    assert {page for page in ours - others if not (site / page).is_file()} == set()
    assert (site / "pages.html").is_file()
    assert not list(site.rglob("*.py")) and not list(site.rglob("*.yml"))


def test_every_page_can_be_read_by_everybody(pages: dict[Path, Seen]) -> None:
    titles = [re.search(r"<title>(.+?)</title>", path.read_text("utf-8")) for path in pages]
    assert all(titles)
    for path, seen in pages.items():
        tags = [tag for tag, _ in seen.tags]
        assert (tags.count("h1"), tags.count("main")) == (1, 1), path.name
        assert seen.open_tags == [], path.name
        assert seen.links[0] == "#page" and "page" in seen.anchors
        texts = [given.get("alt", "") for tag, given in seen.tags if tag == "img"]
        assert [text for text in texts if len(text) < 40 or "\n" in text] == [], path.name


def test_the_front_is_the_readme(pages: dict[Path, Seen], site: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    first = " ".join(re.split(r"\n\n", readme)[1].split())
    commands = re.findall(r"^```sh\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)[:2]
    picture = re.search(r"!\[([^\]]+)\]", readme)
    assert picture is not None
    front = (site / "index.html").read_text(encoding="utf-8")
    flat = re.sub(r"\s+", " ", front)
    places = [flat.find(re.sub(r"\s+", " ", one)) for one in (first, picture[1], *commands)]
    assert -1 not in places and places == sorted(places)
    words = len(re.findall(r"\w+", readme.split("```")[0]))
    assert words < 150, "the picture and the first command open the page"


def test_the_site_looks_like_the_report(site: Path) -> None:
    report = ROOT / "src" / "righthelp" / "report" / "templates" / "style.css"
    ours, theirs = (
        re.findall(r"^:root \{.*?\}|^  font: 1rem.*?;", path.read_text("utf-8"), re.M | re.S)
        for path in (site / "style.css", report)
    )
    assert len(ours) == 2
    assert ours == theirs


def test_a_page_is_read_as_the_code_host_reads_it() -> None:
    """Code within a list, and text that looks like an entity, where other dialects fail."""
    theme = runpy.run_path(str(ROOT / "docs" / "theme" / "commonmark.py"))
    text = "1. One:\n\n   ```sh\n   a  < b && `c`\n   ```\n\n2. Two `&lt;` &amp;amp; *x*"
    html = Markdown(extensions=["toc", "tables", "fenced_code", theme["CommonMark"]()]).convert(
        text
    )
    assert html.count("<ol>") == 1
    assert '<code class="language-sh">a  &lt; b &amp;&amp; `c`\n</code>' in html
    assert "Two <code>&amp;lt;</code> &amp;amp; <em>x</em>" in html


@pytest.mark.parametrize(
    ("page", "text", "said"),
    [
        ("docs/glossary.md", "[x](no-such-page.md)", "no-such-page.md"),
        ("docs/glossary.md", "[x](decisions.md#no-such-place)", "no-such-place"),
        ("README.md", "[x](docs/no-such-page.md)", "no-such-page.md"),
        ("docs/how-to/unlisted.md", "# Unlisted", "not included in the"),
    ],
    ids=["page", "anchor", "from the README", "not listed"],
)
def test_a_page_that_is_not_in_order_stops_the_build(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, page: str, text: str, said: str
) -> None:
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    for name in PARTS:
        there = ROOT / name
        if name in {"docs", "README.md"}:
            copy = shutil.copytree if there.is_dir() else shutil.copy
            copy(there, tmp_path / name)
        else:
            (tmp_path / name).symlink_to(there)
    changed = tmp_path / page
    before = changed.read_text(encoding="utf-8") if changed.exists() else ""
    changed.write_text(f"{before}\n{text}\n", encoding="utf-8")
    with caplog.at_level(logging.WARNING, logger="mkdocs"), pytest.raises(Abort):
        build_site(tmp_path, tmp_path / "site")
    assert said in caplog.text


def _leaves(link: str) -> bool:
    return bool(urlsplit(link).scheme or urlsplit(link).netloc or link.startswith("/"))


def _target(page: Path, link: str) -> Path:
    path = unquote(urlsplit(link).path)
    return (page.parent / path).resolve() if path else page


def _is_there(pages: dict[Path, Seen], page: Path, link: str) -> bool:
    there, anchor = _target(page, link), unquote(urlsplit(link).fragment)
    if anchor:
        return there in pages and anchor in pages[there].anchors
    return there.is_file()
