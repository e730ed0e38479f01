"""A form of summary numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from righthelp.onsite.findings import RecordsRefused
from righthelp.onsite.sources.summary import GroupFigures
from tests.unit.sources.small_sheet import read_form

# Carnes et al., BMC Health Services Research 2017: City and Hackney, contacts a year
CARNES = """group,n,mean_before,sd_before,mean_after,sd_after,correlation
seen,381,10.0,,8.6,,
reference,,3.9,,4.3,,
"""


def test_a_published_table_without_standard_deviations(tmp_path: Path) -> None:
    (tmp_path / "carnes.csv").write_text(CARNES, encoding="utf-8")
    form = read_form(tmp_path / "carnes.csv")
    assert form.rows == {
        "seen": GroupFigures(381, 10.0, None, 8.6, None, None),
        "reference": GroupFigures(None, 3.9, None, 4.3, None, None),
    }
    assert form.findings == ()
    said = {row["column"]: row["supplied"] for row in form.supply if row["table"] == "summary"}
    assert said == {
        None: True,
        "group": True,
        "n": False,
        "mean_before": True,
        "sd_before": False,
        "mean_after": True,
        "sd_after": False,
        "correlation": False,
        "group seen": True,
        "group reference": True,
        "group population": False,
    }


def test_a_form_for_the_population_needs_that_row_and_only_its_mean(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("group,n,mean_before,sd_before\npopulation,9000,2.1,3.3\n")
    form = read_form(tmp_path / "p.csv", needed=("population",))
    assert form.rows["population"] == GroupFigures(9000, 2.1, 3.3, None, None, None)
    with pytest.raises(RecordsRefused, match="seen"):
        read_form(tmp_path / "p.csv")


def test_the_people_seen_need_both_means(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("group,n,mean_before\nseen,90,2.1\n")
    with pytest.raises(RecordsRefused, match="mean_after"):
        read_form(tmp_path / "s.csv")
