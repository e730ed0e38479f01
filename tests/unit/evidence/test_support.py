"""Referrals and help over sites: sums of what was released, shares of sites that gave both."""

from __future__ import annotations

import math
from typing import Any

import pytest

from righthelp.evidence.meaning.support import SupportEvidence, gather_support
from righthelp.returns.support import SUPPORT_TABLES

Rows = list[dict[str, Any]]


def gather(**tables: Rows) -> SupportEvidence:
    """The evidence of these rows; one without a state is rounded, or withheld."""
    filled = {
        table.name: [_fill(row, table.names) for row in tables.get(table.name, [])]
        for table in SUPPORT_TABLES
    }
    return gather_support(filled)


def _fill(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    number = next((row[name] for name in ("n", "share", "n_seen") if name in row), None)
    state = "suppressed" if number is None else "rounded"
    return {**dict.fromkeys(names), "state": state, **row}


def measure(site: str, n: int | None, of: int | None) -> dict[str, Any]:
    """A row of people whose referral was returned."""
    return {"site": site, "referrer": "all", "measure": "returned", "n": n, "of": of}


def test_a_share_is_of_the_sites_that_gave_both_its_numbers() -> None:
    rows = [measure("a", 10, 100), measure("b", None, None), measure("c", 20, 300)]
    share = gather(referrals_in=rows).shares["returned"]
    assert share.share == pytest.approx(30 / 400)
    assert (share.n_sites, share.n_withheld) == (2, 1)


def test_where_nobody_collected_it_there_is_no_share() -> None:
    rows = [{**measure("a", None, None), "state": "not_collected"}]
    share = gather(referrals_in=rows).shares["returned"]
    assert (share.share, share.state, share.n_withheld) == (None, "not_collected", 0)


def test_steps_are_summed_and_withheld_ones_said() -> None:
    rows: Rows = [
        {"site": "a", "step": "referred", "fate": "reached", "n": 100},
        {"site": "b", "step": "referred", "fate": "reached", "n": 50},
        {"site": "a", "step": "seen", "fate": "reached", "n": 80},
        {"site": "b", "step": "seen", "fate": "reached", "n": None},
        {"site": "a", "step": "seen", "fate": "declined", "n": 20},
    ]
    found = gather(referral_funnel=rows)
    steps = {one.step: one for one in found.funnel}
    assert found.sites == ("a", "b")
    assert (steps["referred"].total.value, steps["seen"].total.value) == (150, 80)
    assert steps["seen"].total.n_withheld == 1
    assert steps["seen"].lost["declined"]["a"].value == 20


def test_a_site_that_withholds_everything_has_referrals_all_the_same() -> None:
    rows: Rows = [
        {"site": "a", "step": "referred", "fate": "reached", "n": None},
        {"site": "b", "step": "referred", "fate": "reached", "n": None, "state": "not_collected"},
    ]
    assert gather(referral_funnel=rows).sites == ("a",)


def test_a_point_carries_an_interval_that_stays_between_0_and_1() -> None:
    """On the scale of log(-log): 0.5, error 0.05, by hand."""
    row = {"site": "a", "event": "first_contact", "day": 28, "share": 0.5, "se": 0.05, "n": 100}
    (wait,) = gather(days_to_help=[{**row, "n_at_risk": 60}]).waits
    point = wait.at(28)
    assert point is not None
    half = 1.959964 * 0.05 / (0.5 * math.log(0.5))
    assert point.low == pytest.approx(0.5 ** math.exp(-half), abs=1e-6)
    assert point.high == pytest.approx(0.5 ** math.exp(half), abs=1e-6)
    assert wait.at(14) is None


def level(site: str, name: str, seen: int | None, registered: int | None) -> dict[str, Any]:
    """A row of who was seen by sex."""
    return {
        "site": site,
        "characteristic": "sex",
        "level": name,
        "n_seen": seen,
        "n_registered": registered,
    }


def test_a_level_is_set_against_what_its_own_site_would_expect() -> None:
    """Site a sees 3 in 100 (60 of 2,000), b 10 in 100 (200 of 2,000): of the women 30 and 100 were
    to be expected of 1,000 each; 40 and 120 were seen, so 160 over 130, not over the crude rate."""
    rows = [
        *(level("a", "female", 40, 1000), level("a", "male", 20, 1000)),
        *(level("b", "female", 120, 1000), level("b", "male", 80, 1000)),
    ]
    women, men = gather(reach_of_list=rows).reach
    assert women.log_ratio == pytest.approx(math.log(160 / 130))
    assert women.per_1000 == pytest.approx(80)
    assert men.log_ratio == pytest.approx(math.log(100 / 130))
    half = 1.959964 * math.sqrt(1 / 160 - 1 / 260 + 2 * 2 / 160**2)
    assert women.low == pytest.approx(math.log(160 / 130) - half)


def test_a_site_that_expects_too_few_at_a_level_does_not_enter_there() -> None:
    """Where few are expected the number is known only when it happens to be high."""
    rows = [
        *(level("a", "female", 90, 3000), level("a", "intersex", 10, 300)),
        *(level("b", "female", 60, 2000), level("b", "intersex", None, None)),
    ]
    found = {one.level: one for one in gather(reach_of_list=rows).reach}
    assert found["intersex"].log_ratio is None
    assert found["intersex"].seen.value == 10
    assert found["female"].log_ratio is not None
