"""How people fared, brought together from returns alone."""

from __future__ import annotations

from typing import Any

import pytest

from righthelp.estimators.synthesis import synthesise
from righthelp.evidence.meaning.wellbeing import WellbeingEvidence, gather_wellbeing
from righthelp.returns.wellbeing import WELLBEING_TABLES
from tests.lib.fared_rows import TABLE, list_rows
from tests.unit.report.eight_sites import make_return


def gather(**sites: Any) -> WellbeingEvidence:
    """The evidence of sites, each given as the rows that it let out."""
    returns = [make_return(site, **rows) for site, rows in sites.items()]
    return gather_wellbeing(
        {
            table.name: [row for one in returns for row in one.tables[table.name]]
            for table in WELLBEING_TABLES
        }
    )


def test_nothing_sent_is_nothing_told() -> None:
    assert gather(a={}) == WellbeingEvidence((), (), (), ())


def test_mean_changes_come_together_by_random_effects() -> None:
    pairs = {"a": (1.5, 0.2), "b": (0.4, 0.3), "c": (1.1, 0.25)}
    found = gather(**{site: list_rows(change=pair, beyond=pair) for site, pair in pairs.items()})
    (scale,) = found.scales
    values, errors = zip(*pairs.values(), strict=True)
    assert scale.change == synthesise(log_rr=values, se=errors)
    assert scale.change.k == 3
    assert scale.sites[0].low == pytest.approx(1.5 - 1.96 * 0.2, abs=1e-4)


@pytest.mark.parametrize(
    ("beyond", "verdict"),
    [
        ((0.9, 0.25), "more"),
        ((-0.9, 0.25), "less"),
        ((0.4, 0.25), "unclear"),
        (None, "not_known"),
    ],
)
def test_a_change_is_beyond_regression_only_where_its_interval_is(
    beyond: tuple[float, float] | None, verdict: str
) -> None:
    (scale,) = gather(a=list_rows(beyond=beyond)).scales
    assert scale.verdict == verdict


def test_a_site_that_withholds_its_change_is_listed_and_not_brought_together() -> None:
    found = gather(a=list_rows(), b=list_rows(change=None, counts={"worsened": 3}))
    (scale,) = found.scales
    assert [one.site for one in scale.sites] == ["a", "b"]
    assert (scale.change.k, scale.change.log_rr) == (1, 1.5)
    worse = scale.counts["worsened", "counted"]
    assert (worse.value, worse.n_withheld) == (30, 1)


def test_the_four_scores_of_ons4_stay_four() -> None:
    names = ("ons4_satisfied", "ons4_happy", "ons4_worthwhile", "ons4_anxious")
    rows: dict[str, list[dict[str, Any]]] = {}
    for name in names:
        for table, made in list_rows(scale=name).items():
            rows.setdefault(table, []).extend(made)
    assert [one.scale for one in gather(a=rows).scales] == list(names)


def test_quadrants_add_up_over_sites_with_bounds_for_those_without_scores() -> None:
    (table,) = gather(a=list_rows(), b=list_rows()).together
    assert table.cells["fewer", "better"].value == 80
    assert table.expected["more", "worse"].value == 20
    total = 2 * sum(map(sum, TABLE))
    assert table.bounds["withdrawn"] == pytest.approx((20 / total, (20 + 160) / total))
    assert table.bounds["activated"] == pytest.approx((60 / total, (60 + 120) / total))


def test_beside_a_count_stands_what_was_expected_where_it_is_shown() -> None:
    few = ((40, 60, 3, 80), (10, 20, 10, 40), (30, 50, 10, 60))
    (table,) = gather(a=list_rows(), b=list_rows(table=few)).together
    worse = table.cells["fewer", "worse"]
    assert (worse.value, worse.n_withheld) == (10, 1)
    assert table.expected["fewer", "worse"].value == 10
    assert table.expected["fewer", "better"].value == 80
    assert table.bounds == {}


def test_sites_where_nothing_can_be_expected_stay_out_of_the_sum_if_others_can() -> None:
    found = gather(a=list_rows(), b=list_rows(expected=None))
    (table,) = found.together
    assert (table.cells["fewer", "better"].value, table.left_out) == (40, ("b",))
    assert [one.site for one in found.sites] == ["a", "b"]
    (alone,) = gather(b=list_rows(expected=None)).together
    assert (alone.cells["fewer", "better"].value, alone.expected, alone.left_out) == (40, {}, ())


def test_wellbeing_and_activation_have_a_table_each() -> None:
    rows: dict[str, list[dict[str, Any]]] = {}
    for one in (list_rows(scale="pam", kind="activation"), list_rows()):
        for table, made in one.items():
            rows.setdefault(table, []).extend(made)
    assert [(one.kind, one.scale) for one in gather(a=rows).together] == [
        ("wellbeing", "swemwbs"),
        ("activation", "pam"),
    ]
