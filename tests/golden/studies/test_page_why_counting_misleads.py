"""The explanation says what the pages of validity and of methods say, number by number.

The validity page holds what `make validity` printed; what the explanation says of the panel is
tested in test_study_nothing_was_done.py.
"""

from __future__ import annotations

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "docs" / "explanation"
WHY, VALIDITY, METHODS = (
    (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    for name in ("why-counting-visits-misleads", "validity", "methods")
)
DRAW = runpy.run_path(str(ROOT / "docs" / "images" / "draw.py"))


def _read_numbers(page: str, table: str) -> list[str]:
    """The log ratios of a table, in the order of its rows."""
    rows = re.split(r"\n\s*\n", page[page.index(table) :])[0].splitlines()[2:]
    return [number for row in rows for number in re.findall(r"[+-]\d\.\d{3}", row)]


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def test_the_yardsticks_are_those_of_the_page_of_methods() -> None:
    numbers = _read_numbers(METHODS, "| estimator (true log RR = 0)")
    assert len(numbers) == 9
    assert _read_numbers(WHY, "| set against |") == numbers


def test_thirteen_nothings_are_described_as_the_validity_page_has_them() -> None:
    rows = [row for _, kind in DRAW["read_nothings"](VALIDITY) for row in kind]
    crude, compared = (sorted(row[at] for row in rows) for at in (1, 2))
    words = re.search(r"!\[([^\]]+)\]\(\.\./images/nothing-anywhere", WHY)
    assert words and len(rows) == 13
    assert _squeeze(words[1]).endswith(
        f"As counted: between {crude[0]:.2f} and {crude[10]:.2f} eleven times, and "
        f"{crude[11]:.2f} and {crude[12]:.2f}. Against people with the same past: between "
        f"{compared[0]:.2f} and {compared[-1]:.2f}."
    )
    assert f"here by up to {compared[-1] - 1:.2f}" in _squeeze(WHY)


def test_the_picture_of_them_is_the_one_that_the_page_gives(tmp_path: Path) -> None:
    DRAW["draw_nothings"](VALIDITY, tmp_path / "drawn.svg")
    marks = re.compile(r'<use xlink:href="#\w+" x="([\d.]+)" y="([\d.]+)"')
    kept = (ROOT / "docs" / "images" / "nothing-anywhere.svg").read_text("utf-8")
    assert len(marks.findall(kept)) > 26
    assert marks.findall(kept) == marks.findall((tmp_path / "drawn.svg").read_text("utf-8"))


def test_counting_is_as_far_off_in_all_worlds_as_both_pages_say() -> None:
    (said,) = re.findall(r"Counting comes out at (0\.\d+) to (0\.\d+) of the truth", _squeeze(WHY))
    assert f"as counted* gives {said[0]} to {said[1]} of the truth" in _squeeze(VALIDITY)
