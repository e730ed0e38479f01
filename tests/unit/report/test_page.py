"""The page: self-contained, calm in its colours, complete, and the same every time."""

from __future__ import annotations

import colorsys
import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from righthelp.evidence import Evidence, gather
from righthelp.evidence.claims import find_causal_words
from righthelp.evidence.summary import ONE_SIGNAL
from righthelp.report import render_page
from tests.unit.report.eight_sites import make_returns, make_study

STUDY = make_study()
DATA = re.compile(r"data:image/svg\+xml;charset=utf-8,([^\"\s]+)")
SECTIONS = [
    "summary",
    "brief",
    "counted",
    "support",
    "wellbeing",
    "happened",
    "anyway",
    "across",
    "reasons",
    "consultation",
    "theory",
    "definitions",
    "supply",
    "quality",
    "methods",
    "checklists",
    "words",
]


class Reader(HTMLParser):
    """The elements and the words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.in_style = tag == "style"

    def handle_data(self, data: str) -> None:
        if not self.in_style:
            self.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.in_style = False

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return gather(STUDY, make_returns(STUDY))


@pytest.fixture(scope="module")
def page(evidence: Evidence) -> str:
    return render_page(evidence)


@pytest.fixture(scope="module")
def reader(page: str) -> Reader:
    found = Reader()
    found.feed(page)
    return found


def test_the_first_paragraph_says_that_neither_direction_is_success(page: str) -> None:
    first = re.search(r"<p[^>]*>(.*?)</p>", page, re.DOTALL)
    assert first is not None
    assert first.group(1) == ONE_SIGNAL
    assert "Neither direction is success" in ONE_SIGNAL


def test_the_parts_come_in_their_order(reader: Reader) -> None:
    assert [one["id"] for one in reader.all("section")] == SECTIONS


def test_the_page_asks_for_nothing_from_anywhere(reader: Reader, page: str) -> None:
    policy = next(one for one in reader.all("meta") if "http-equiv" in one)
    assert policy["content"] == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert {"script", "link", "iframe", "object", "form"} & {tag for tag, _ in reader.elements} == (
        set()
    )
    assert "://" not in DATA.sub("", page)
    sources = [one["src"] for one in reader.all("img")]
    sources += [one["srcset"] for one in reader.all("source")]
    assert all(one is not None and DATA.fullmatch(one) for one in sources)
    assert len(sources) == 18


def test_the_page_is_light(page: str) -> None:
    assert len(page.encode()) < 1_000_000


def test_the_same_evidence_gives_the_same_bytes(evidence: Evidence, page: str) -> None:
    assert render_page(evidence) == page


def test_every_figure_has_words_and_a_table_after_it(reader: Reader, page: str) -> None:
    for image in reader.all("img"):
        assert len(image["alt"] or "") > 40
    for figure in re.finditer(r'<figure id="figure-(\w+)">', page):
        rest = page[figure.end() :]
        table, another = rest.find("<table"), rest.find("<figure")
        assert table >= 0
        assert another < 0 or table < another, figure.group(1)


def test_nothing_on_the_page_says_why_contacts_changed(reader: Reader) -> None:
    alternatives = [one["alt"] or "" for one in reader.all("img")]
    assert find_causal_words(" ".join([*reader.words, *alternatives])) == ()


def test_no_figure_says_why_contacts_changed(page: str) -> None:
    for svg in read_svgs(page):
        assert find_causal_words(" ".join(re.findall(r">([^<]+)<", svg))) == ()


def test_figures_hold_live_text_and_no_date(page: str) -> None:
    for svg in read_svgs(page):
        assert "<text" in svg
        assert "dc:date" not in svg
        assert "DejaVu" not in svg


def test_no_colour_is_a_verdict(page: str) -> None:
    """Whatever has a hue is blue: nothing is red, green or amber, on the page or in a figure."""
    for text in (DATA.sub("", page), *read_svgs(page)):
        for colour in re.findall(r"#([0-9a-fA-F]{6})\b", text):
            parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
            hue, _, _ = colorsys.rgb_to_hls(*parts)
            if max(parts) - min(parts) > 0.06:
                assert 190 <= 360 * hue <= 225, colour


def test_no_arrow_stands_anywhere(reader: Reader, page: str) -> None:
    arrows = re.compile("[\u2190-\u21ff\u25b2\u25bc\u2b06\u2b07]")
    assert not arrows.search("".join(reader.words))
    assert not any(arrows.search(svg) for svg in read_svgs(page))


def test_the_silent_site_and_what_others_lack_are_named(page: str) -> None:
    supply = cut_section(page, "supply")
    assert "the site did not answer" in supply
    assert "the extract has no role, so contacts with all staff were counted" in supply


def test_what_could_not_be_made_is_said_with_its_reason(page: str) -> None:
    anyway = cut_section(page, "anyway")
    assert "not estimable here" in anyway
    assert "had more contacts before than any five reference people" in anyway
    assert "2.6-fold before the link worker was seen" in anyway


@pytest.mark.parametrize(
    "table", ["change", "rates", "twins", "side_by_side", "definitions"], ids=str
)
def test_no_crude_number_stands_in_a_table_without_its_twin(page: str, table: str) -> None:
    heading = re.search(rf'<table id="table-{table}".*?</thead>', page, re.DOTALL)
    assert heading is not None
    assert re.search("xpected|Same past", heading.group(0))


def test_text_from_a_study_or_a_return_is_never_markup() -> None:
    """Titles, names and reasons are other people's text."""
    study = STUDY.model_copy(
        update={"study": STUDY.study.model_copy(update={"title": "<script>alert(1)</script>"})}
    )
    page = render_page(gather(study, make_returns(study)))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_one_site_and_no_site_make_a_page_too() -> None:
    city = [one for one in make_returns(STUDY) if one.site == "city"]
    page = render_page(gather(STUDY, city))
    assert "78 for every 100 expected" in page
    assert "no interval" in page
    empty = render_page(gather(STUDY, []))
    assert ONE_SIGNAL in empty
    assert "No answer came from" in empty


def cut_section(page: str, name: str) -> str:
    """The part of the page with this id."""
    return page.split(f'<section id="{name}">')[1].split("</section>")[0]


def read_svgs(page: str) -> list[str]:
    """The drawings of the page as text."""
    return [unquote(data).replace("'", '"') for data in DATA.findall(page)]


def test_the_summary_begins_with_help_and_people_and_comes_to_numbers_last() -> None:
    """Where no site could say, one sentence says so."""
    brief = render_page(gather(STUDY, make_returns(STUDY))).split('id="brief"')[1]
    summary = brief.split("</section>")[0]
    heads = [
        "What was asked",
        "Did people get the right help, in time?",
        "How did people fare?",
        "What became of GP contacts, and what were they about?",
        "As counted",
        "How sure this is",
        "What it does not say",
    ]
    places = [summary.index(head) for head in heads]
    assert places == sorted(places)
    assert "No site could say whether the help was right and in time" in summary
    assert "No site sent scores" in summary
