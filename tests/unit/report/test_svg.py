"""A drawing in fewer bytes is the same drawing, and its address is one that a browser can open."""

from __future__ import annotations

import re
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from righthelp.evidence import gather
from righthelp.report.canvas import ShownFigure
from righthelp.report.figures import draw_all
from righthelp.report.svg import compact_svg, encode_svg
from tests.unit.report.eight_sites import make_returns, make_study

STUDY = make_study()
FIGURES = list(draw_all(gather(STUDY, make_returns(STUDY))).values())


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_both_drawings_of_every_figure_open_from_their_address(figure: ShownFigure) -> None:
    """Whoever writes markup by replacing text must read it again with a parser."""
    for uri in (figure.wide, figure.narrow):
        head, _, data = uri.partition(",")
        assert head == "data:image/svg+xml;charset=utf-8"
        assert not set(data) & set('"<># \n')
        svg = unquote(data)
        assert ET.fromstring(svg).tag.endswith("svg")
        referred = set(re.findall(r"(?:url\(|href=')#([^')]*)", svg))
        assert referred == set(re.findall(r" id='([^']*)'", svg))


def test_signs_that_mean_something_to_a_page_survive_in_text() -> None:
    text = '5% of "O\'Hara" &amp; Sons #2'
    drawn = f'<?xml version="1.0"?><svg width="3"><style></style><g><text>{text}</text></g></svg>'
    root = ET.fromstring(unquote(encode_svg(compact_svg(drawn)).partition(",")[2]))
    assert "".join(root.itertext()) == '5% of "O\'Hara" & Sons #2'


def test_a_style_that_repeats_is_said_once_and_numbers_are_short() -> None:
    line = '<path d="M 1.23456 2.0 L 3 4" style="stroke: #000000"/>'
    drawn = compact_svg(f"<svg><style></style>{3 * line}</svg>")
    assert drawn.count("stroke") == 1
    assert drawn.count('d="M1.2 2L3 4"') == 3
