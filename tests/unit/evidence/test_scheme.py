"""The scheme as a whole: each site's series, and practices by when they started."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm

from righthelp.estimators import staggered
from righthelp.evidence.scheme import AT_ONE_TIME, NO_QUARTER, TOO_FEW, gather_scheme

SEASON = (1.1, 1.05, 1.1, 1.0, 1.0, 0.95, 0.95, 0.9, 1.0, 1.05, 1.05, 0.95)
Rows = list[dict[str, Any]]


def list_practice(
    practice: int = 1,
    *,
    site: str = "north",
    start: int = 30,
    n_months: int = 48,
    people: int = 8000,
    rate: float = 0.3,
    level: float = 1.0,
    first_year: int = 2020,
) -> Rows:
    """A practice's rows: January of the first year on, the start `start` months after it."""
    rng = np.random.default_rng(practice)
    rows = []
    for at in range(n_months):
        mean = people * rate * SEASON[at % 12] * (level if at >= start else 1.0)
        rows.append(
            {
                "site": site,
                "practice": practice,
                "month": f"{first_year + at // 12}-{at % 12 + 1:02d}",
                "contacts": int(5 * round(rng.poisson(mean) / 5)),
                "people": people,
                "months_since_start": at - start,
                "state": "rounded",
            }
        )
    return rows


def withhold(rows: Rows, *months: str) -> Rows:
    """The same rows, some months of them withheld."""
    gone = {"contacts": None, "people": None, "state": "suppressed"}
    return [{**row, **gone} if row["month"] in months else row for row in rows]


def test_a_site_that_started_at_one_time_has_its_ratio_as_statsmodels_fits_it() -> None:
    rows = list_practice(1, level=0.9) + list_practice(2, level=0.9)
    (site,) = gather_scheme(rows).sites
    assert (site.started_in, site.n_practices, site.n_before, site.n_after) == (
        "2022-07",
        2,
        30,
        18,
    )
    assert not site.by_waves and not site.reason
    counts = np.array([row["contacts"] for row in rows]).reshape(2, -1).sum(axis=0)
    month = np.arange(48)
    design = np.column_stack(
        [month >= 30, np.ones(48), month, *(month % 12 == at for at in range(1, 12))]
    ).astype(float)
    fit = sm.GLM(counts, design, family=sm.families.Poisson(), exposure=np.full(48, 16000.0)).fit()
    assert site.log_rr == pytest.approx(fit.params[0], abs=1e-7)
    assert site.low is not None and site.high is not None
    assert site.low < math.log(0.9) < site.high
    assert site.months[0].rate == pytest.approx(1000 * counts[0] / 16000)


@pytest.mark.parametrize(
    ("start", "by_waves", "reason"),
    [
        (24, False, ""),
        (23, True, ""),
        (12, True, ""),
        (11, True, "fewer than 12 months before the scheme began tell season from trend"),
        (-5, True, "fewer than 12 months before the scheme began tell season from trend"),
        (43, False, "there are fewer than 6 months after the scheme began"),
        (90, False, "there are fewer than 6 months after the scheme began"),
    ],
)
def test_few_months_make_waves_of_the_season_and_fewer_no_ratio(
    start: int, by_waves: bool, reason: str
) -> None:
    (site,) = gather_scheme(list_practice(start=start)).sites
    assert (site.by_waves, site.reason) == (by_waves, reason)
    assert (site.log_rr is None) == bool(reason)


def test_a_month_withheld_at_one_practice_counts_for_nothing_at_the_site() -> None:
    rows = list_practice(1) + withhold(list_practice(2), "2020-03", "2023-01")
    (site,) = gather_scheme(rows).sites
    assert (site.n_before, site.n_after) == (29, 17)
    assert [one.month for one in site.months if one.rate is None] == ["2020-03", "2023-01"]
    assert site.log_rr is not None


def test_practices_that_started_in_different_months_have_no_common_series() -> None:
    (site,) = gather_scheme(list_practice(1, start=24) + list_practice(2, start=30)).sites
    assert (site.started_in, site.log_rr) == (None, None)
    assert site.reason == "its practices started in different months"
    assert len(site.months) == 48


def test_practices_whose_start_is_not_known_are_counted_and_left_out() -> None:
    unknown = dict.fromkeys(list_practice()[0]) | {"site": "north", "practice": 2}
    (site,) = gather_scheme([*list_practice(), unknown]).sites
    assert (site.n_practices, site.n_left_out) == (1, 1)
    assert gather_scheme([unknown]).sites == ()


def _stagger(n: int = 24) -> Rows:
    """Practices of two sites: a third each starts in month 18, 30 and beyond the end."""
    starts = (18, 30, 70)
    return [
        row
        for at in range(n)
        for row in list_practice(
            at + 1, site=("north", "south")[at % 2], start=starts[at % 3], level=0.8, people=4000
        )
    ]


def test_practices_by_their_start_give_a_change_for_each_anticipation() -> None:
    """A fifth fewer of about 900 contacts per 1,000 people a quarter."""
    rows = _stagger()
    scheme = gather_scheme(rows)
    contacts = np.array([row["contacts"] for row in rows]).reshape(24, 16, 3).sum(axis=2)
    plain = staggered.anticipation_sensitivity(
        rates=contacts / 4, start=[(6, 10, 23)[at % 3] for at in range(24)]
    )
    assert [one.anticipation_periods for one in scheme.staggered] == [0, 1, 2]
    # The practices of a site stand together, so that sums are made in another order.
    assert [one.simple.att for one in scheme.staggered] == pytest.approx(
        [one.simple.att for one in plain]
    )
    for one in scheme.staggered:
        assert (one.n_started, one.n_compared, one.n_left_out) == (16, 8, 0)
        assert one.n_periods == 16
        interval = one.simple.interval()
        assert one.simple.att == pytest.approx(-180, abs=15)
        assert interval is not None
        assert interval[1] < 0
    assert scheme.reason == ""


def test_only_quarters_that_every_site_covers_are_used() -> None:
    """The second site begins in November: its first whole quarter is the next year's first."""
    late = [row for row in _stagger() if row["site"] == "north" or row["month"] >= "2020-11"]
    assert gather_scheme(late).staggered[0].n_periods == 12


def test_a_practice_with_a_quarter_withheld_is_left_out_and_counted() -> None:
    rows = [
        {**row, "contacts": None, "people": None} if row["practice"] == 3 else row
        for row in _stagger()
    ]
    scheme = gather_scheme(rows)
    assert scheme.n_incomplete == 1
    assert scheme.staggered[0].n_started + scheme.staggered[0].n_compared == 23


def test_without_the_library_every_row_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(staggered, "_find_library", lambda: None)
    scheme = gather_scheme(_stagger())
    assert {one.simple.reason for one in scheme.staggered} == {staggered.MISSING_LIBRARY}
    assert {one.simple.att for one in scheme.staggered} == {None}


def test_too_few_practices_and_one_time_are_reasons_in_words() -> None:
    few = gather_scheme(_stagger(4)).staggered
    assert {one.simple.reason for one in few} == {"fewer than 5 practices can be compared with"}
    together = gather_scheme(list_practice(1) + list_practice(2, start=32))
    assert (together.staggered, together.reason) == ((), AT_ONE_TIME)
    assert gather_scheme(list_practice(1)).reason == TOO_FEW
    apart = list_practice(1) + list_practice(2, site="south", first_year=2030)
    assert gather_scheme(apart).reason == NO_QUARTER
    assert gather_scheme([]).sites == ()
    assert gather_scheme([]).staggered == ()
