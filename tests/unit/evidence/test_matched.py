"""The matched comparison from returns: each check by hand, both ways, and what they allow."""

from __future__ import annotations

import math
from typing import Any

import pytest

from righthelp.evidence import Evidence, gather
from righthelp.evidence.checks import Check
from righthelp.evidence.claims import find_causal_words
from righthelp.evidence.matched import MatchedEvidence
from righthelp.returns.tables import COVARIATES
from tests.lib.matched_rows import list_rows, make_check
from tests.unit.report.eight_sites import estimate, make_return, make_returns, make_study

STUDY = make_study()
Z95 = 1.959963984540054


def gather_sites(*sites: dict[str, Any]) -> Evidence:
    """The evidence of the first sites with records, each with its tables."""
    names = ("riverside", "hillview", "station", "oldtown")
    provenance = {"protocol_digest": STUDY.digest()}
    return gather(
        STUDY,
        [
            make_return(name, provenance=provenance, **tables)
            for name, tables in zip(names, sites, strict=False)
        ],
    )


def look(**facts: Any) -> MatchedEvidence:
    """The matched evidence of one site, in which every check holds unless told."""
    return gather_sites(list_rows(**facts)).matched


def find_check(matched: MatchedEvidence, name: str) -> Check:
    (check,) = [one for one in matched.checks if one.name == name]
    return check


def test_where_every_check_holds_the_claim_is_compared() -> None:
    matched = look()
    assert {one.name: one.outcome for one in matched.checks} == dict.fromkeys(
        [one.name for one in matched.checks], "holds"
    )
    assert {one.name for one in matched.checks} >= {
        "share",
        "balance",
        "earlier_level",
        "earlier_steady",
        "replay",
    }
    assert (matched.claim.level, matched.claim.verdict) == ("compared", "fewer")
    assert matched.claim.reason == ""
    assert find_causal_words(matched.claim.sentence) == ("reduced",)


BREAK_ONE: dict[str, dict[str, Any]] = {
    "share": {"unmatched": 200},
    "balance": {"balance": {"missed": 0.2}},
    "earlier_level": {"checks": {"earlier_level": (0.12, 0.03, None)}},
    "earlier_steady": {"checks": {"earlier_steady": (None, None, 0.01)}},
    "replay": {"checks": {"replay_change": (0.12, 0.03, None)}},
    "control": {"checks": {"control": (0.12, 0.03, None)}},
    "others": {"others": {"projection_declined": (0.2, 0.05)}},
}
LOSE_ONE: dict[str, dict[str, Any]] = {
    "share": {"withheld": True},
    "balance": {"balance": dict.fromkeys(COVARIATES)},
    "earlier_level": {"checks": {"earlier_level": None}},
    "earlier_steady": {"checks": {"earlier_steady": None}},
    "replay": {"checks": {"replay_after": None}},
    "control": {"checks": {"control": None}},
}


@pytest.mark.parametrize(
    ("spoilt", "outcome", "name"),
    [
        *((BREAK_ONE, "fails", name) for name in BREAK_ONE),
        *((LOSE_ONE, "not_informative", name) for name in LOSE_ONE),
    ],
)
def test_one_check_that_does_not_hold_takes_the_word_away(
    spoilt: dict[str, dict[str, Any]], outcome: str, name: str
) -> None:
    """Failed or not informative: the number stays, the verb goes, and the rule is named."""
    matched = look(**spoilt[name])
    assert {one.name for one in matched.checks if one.outcome != "holds"} == {name}
    check = find_check(matched, name)
    assert check.outcome == outcome
    assert (matched.claim.level, matched.claim.verdict) == ("adjusted", "fewer")
    assert find_causal_words(matched.claim.sentence) == ()
    assert "Why is left open" in matched.claim.sentence
    assert check.rule in matched.claim.sentence
    assert matched.span == look().span


def test_every_check_can_fail_and_every_one_can_be_lost() -> None:
    """A check that is added later must be broken above too."""
    told = look(others={"projection_waiting": (-0.2, 0.05)})
    assert {one.name for one in told.checks} == set(BREAK_ONE) == {*LOSE_ONE, "others"}


@pytest.mark.parametrize(
    ("declined", "outcome", "level"),
    [
        ((-0.20, 0.05), "holds", "triangulated"),
        # Too wide to agree; it does not contradict either.
        ((-0.10, 0.10), "holds", "compared"),
        # Wholly above the range (-0.2588 to -0.0716), wholly below it.
        ((0.03, 0.05), "fails", "adjusted"),
        ((-0.40, 0.05), "fails", "adjusted"),
        ((None, None), None, "compared"),
        ((-0.20, None), None, "compared"),
    ],
)
def test_people_who_declined_may_agree_or_contradict(
    declined: tuple[float | None, float | None], outcome: str | None, level: str
) -> None:
    matched = look(others={"projection_declined": declined})
    assert [one.outcome for one in matched.checks if one.name == "others"] == (
        [outcome] if outcome else []
    )
    assert matched.claim.level == level
    assert bool(find_causal_words(matched.claim.sentence)) is (level != "adjusted")
    assert matched.claim.sentence.endswith("declined say the same.") is (level == "triangulated")


@pytest.mark.parametrize(
    ("rungs", "unmatched", "outcome", "found"),
    [
        ((300, 60, 40), 0, "holds", "100%"),
        ((300, 60, 40), 100, "holds", "80%"),
        ((300, 60, 40), 105, "fails", "79%"),
        # A withheld number without comparators counts as ten; withheld rungs count for nobody.
        ((50, 0, 0), 3, "holds", "83%"),
        ((30, 0, 0), 3, "fails", "75%"),
        ((40, 6, 6), 15, "fails", "73%"),
        ((0, 0, 0), 60, "not_informative", "nobody was matched, or it was withheld"),
        ((5, 0, 0), 0, "not_informative", "nobody was matched, or it was withheld"),
    ],
)
def test_the_share_that_was_matched(
    rungs: tuple[int, ...], unmatched: int, outcome: str, found: str
) -> None:
    check = find_check(look(rungs=rungs, unmatched=unmatched), "share")
    assert (check.outcome, check.found) == (outcome, found)


def test_the_share_is_over_the_sites() -> None:
    sites = [list_rows(rungs=(90,), unmatched=10), list_rows(rungs=(30,), unmatched=40)]
    check = find_check(gather_sites(*sites).matched, "share")
    assert (check.outcome, check.found) == ("fails", "71%")  # 120 of 170


@pytest.mark.parametrize(
    ("n", "smd", "outcome"),
    [
        (400, 0.14, "holds"),
        # 2.576 sqrt((1 + 1/3)/400) is 0.149: beyond it chance is no excuse.
        (400, -0.15, "fails"),
        (4000, 0.10, "holds"),
        (4000, 0.11, "fails"),
        # Of 145 people 0.24 may still be chance (2.576 sqrt((1 + 1/3)/145) is 0.247).
        (145, 0.24, "holds"),
        (145, -0.25, "fails"),
    ],
)
def test_balance_fails_beyond_a_tenth_and_beyond_chance(n: int, smd: float, outcome: str) -> None:
    matched = look(rungs=(n,), unmatched=0, balance={"missed": smd})
    check = find_check(matched, "balance")
    assert (check.outcome, check.found) == (
        outcome,
        f"largest {abs(smd):.2f}, in missed appointments, year before",
    )


@pytest.mark.parametrize("smd", [0.02, 0.24, -1.5])
def test_balance_of_fewer_than_about_140_people_does_not_say_who_is_alike(smd: float) -> None:
    """Chance alone allows more than a quarter of a standard deviation."""
    check = find_check(look(rungs=(140,), unmatched=0, balance={"missed": smd}), "balance")
    assert check.outcome == "not_informative"
    assert check.found.endswith("too few people to say")


@pytest.mark.parametrize(("smd", "outcome"), [(0.19, "holds"), (0.20, "fails"), (0.6, "fails")])
def test_opposite_differences_at_two_sites_do_not_make_each_other_good(
    smd: float, outcome: str
) -> None:
    """They cancel over the sites; of one site 3.291 sqrt((1 + 1/3)/400) = 0.190 may be chance."""
    sites = [list_rows(balance={"age_years": sign * smd}) for sign in (1, -1)]
    matched = gather_sites(*sites).matched
    assert matched.balance[0].smd_matched == pytest.approx(0.0)
    assert find_check(matched, "balance").outcome == outcome


def test_the_difference_among_all_is_weighted_by_those_who_gave_it() -> None:
    silent = list_rows()
    for row in silent["balance"]:
        row["smd_all"] = None
    assert gather_sites(silent, list_rows()).matched.balance[0].smd_all == pytest.approx(0.3)
    assert gather_sites(silent).matched.balance[0].smd_all is None


def test_balance_is_weighted_by_matched_people_by_hand() -> None:
    """(300 x 0.12 - 100 x 0.04)/400 is 0.08; who released no difference does not count."""
    sites = [
        list_rows(rungs=(300,), balance={"age_years": 0.12}),
        list_rows(rungs=(100,), balance={"age_years": -0.04, "imd_decile": None}),
        list_rows(rungs=(500,), balance={"age_years": None}),
    ]
    pooled = {one.covariate: one for one in gather_sites(*sites).matched.balance}
    assert list(pooled) == list(COVARIATES)
    age = pooled["age_years"]
    assert age.smd_matched == pytest.approx(0.08)
    assert age.smd_all == pytest.approx(0.3)
    assert (age.n, age.label) == (400, "Age")
    assert pooled["imd_decile"].n == 800


def test_a_covariate_without_a_number_is_left_out() -> None:
    rows = list_rows()
    for row in rows["balance"]:
        if row["covariate"] == "missed":
            row |= {"smd_all": None, "smd_matched": None, "state": "not_estimable"}
        if row["covariate"] == "age_years":
            row |= {"smd_all": None, "smd_matched": None, "n": None, "state": "suppressed"}
    matched = gather_sites(rows).matched
    assert {one.covariate for one in matched.balance} == set(COVARIATES) - {"missed", "age_years"}


@pytest.mark.parametrize("name", ["earlier_level", "replay", "control"])
@pytest.mark.parametrize(
    ("log_rr", "se", "outcome"),
    [
        (0.0, 0.05, "holds"),
        (0.09, 0.05, "holds"),
        (0.14, 0.05, "fails"),
        (-0.14, 0.05, "fails"),
        # Within the margin of 0.95 to 1.05 however sure.
        (math.log(1.049), 0.001, "holds"),
        (math.log(1.051), 0.001, "fails"),
        (math.log(0.951), 0.001, "holds"),
        (math.log(0.949), 0.001, "fails"),
        # The interval reaches further than 1.25 on a side: 1.96 x 0.115 is log 1.253.
        (0.0, 0.113, "holds"),
        (0.0, 0.115, "not_informative"),
        (1.5, 0.115, "not_informative"),
    ],
)
def test_a_ratio_that_should_be_1(name: str, log_rr: float, se: float, outcome: str) -> None:
    """It holds 1 or lies within the margin, and is sharp enough to say so."""
    row = "replay_after" if name == "replay" else name
    matched = look(checks={row: (log_rr, se, None)})
    assert find_check(matched, name).outcome == outcome


@pytest.mark.parametrize(
    ("name", "edge"), [("earlier_level", 1.96), ("control", 1.96), ("replay_change", 2.576)]
)
@pytest.mark.parametrize("sign", [1, -1])
def test_how_far_from_1_is_more_than_chance(name: str, edge: float, sign: int) -> None:
    """5% for what was counted; 1% for the rehearsal, a draw with chance of its own, twice."""
    rule = name.split("_change")[0]
    for times, outcome in ((0.99, "holds"), (1.01, "fails")):
        matched = look(checks={name: (sign * times * edge * 0.05, 0.05, None)})
        assert find_check(matched, rule).outcome == outcome


def test_what_was_found_of_such_a_ratio_is_said() -> None:
    check = find_check(look(checks={"earlier_level": (0.02, 0.05, None)}), "earlier_level")
    low, high = math.exp(0.02 - Z95 * 0.05), math.exp(0.02 + Z95 * 0.05)
    assert check.found == f"ratio 1.02 ({low:.2f} to {high:.2f})"
    wide = find_check(look(checks={"earlier_level": (0.02, 0.5, None)}), "earlier_level")
    assert wide.found.endswith("too wide to say")
    gone = find_check(look(checks={"earlier_level": None}), "earlier_level")
    assert gone.found == "the records do not reach so far"


def test_such_a_ratio_is_brought_together_over_the_sites() -> None:
    """By precision: weights 100 and 400 give (100 x 0.2 + 400 x 0.05)/500 = 0.08, error 0.0447."""
    sites = [
        list_rows(checks={"earlier_level": (log_rr, se, None)})
        for log_rr, se in ((0.2, 0.1), (0.05, 0.05))
    ]
    check = find_check(gather_sites(*sites).matched, "earlier_level")
    half = Z95 / math.sqrt(500)
    low, high = math.exp(0.08 - half), math.exp(0.08 + half)
    assert (check.outcome, check.found) == ("holds", f"ratio 1.08 ({low:.2f} to {high:.2f})")


@pytest.mark.parametrize("name", ["earlier_level", "earlier_steady", "replay", "control"])
@pytest.mark.parametrize(("n", "outcome"), [(400, "holds"), (405, "not_informative")])
def test_a_check_is_of_the_whole_where_half_of_the_people_were_looked_at(
    name: str, n: int, outcome: str
) -> None:
    """One site with 400 people could look, one with as many or more could not."""
    row = "replay_after" if name == "replay" else name
    sites = [list_rows(), list_rows(rungs=(n,), checks={row: None})]
    matched = gather_sites(*sites).matched
    check = find_check(matched, name)
    assert check.outcome == outcome
    assert ("less than half of the people" in check.found) is (outcome != "holds")
    assert matched.claim.level == ("compared" if outcome == "holds" else "adjusted")


def test_one_site_of_four_that_could_look_does_not_carry_the_claim() -> None:
    blind = list_rows(checks={"earlier_level": None, "earlier_steady": None}, rungs=(900, 60, 40))
    matched = gather_sites(list_rows(rungs=(150,), unmatched=0), blind, blind, blind).matched
    assert {one.name for one in matched.checks if one.outcome != "holds"} == {
        "earlier_level",
        "earlier_steady",
    }
    assert matched.claim.level == "adjusted"


@pytest.mark.parametrize(
    ("after", "change", "outcome"),
    [
        ((0.0, 0.03, None), (0.0, 0.03, None), "holds"),
        ((0.2, 0.03, None), (0.0, 0.03, None), "fails"),
        ((0.0, 0.03, None), (-0.2, 0.03, None), "fails"),
        ((0.0, 0.3, None), (0.0, 0.03, None), "not_informative"),
        ((0.0, 0.03, None), None, "not_informative"),
        # One that fails outweighs one that could not be made.
        ((0.2, 0.03, None), None, "fails"),
    ],
)
def test_the_rehearsal_must_land_at_1_with_both_estimates(
    after: Any, change: Any, outcome: str
) -> None:
    matched = look(checks={"replay_after": after, "replay_change": change})
    assert find_check(matched, "replay").outcome == outcome


def test_the_rehearsals_of_other_designs_do_not_count() -> None:
    odd = (0.5, 0.03, None)
    matched = look(checks={"replay_projection": odd, "replay_adjusted": odd})
    assert matched.claim.level == "compared"


@pytest.mark.parametrize(
    ("p_values", "outcome", "found"),
    [
        ((0.05,), "holds", "p = 0.05 over 1 site"),
        ((0.04,), "fails", "p = 0.04 over 1 site"),
        # Of two sites the smaller, doubled.
        ((0.04, 0.9), "holds", "p = 0.08 over 2 sites"),
        ((0.02, 0.9), "fails", "p = 0.04 over 2 sites"),
        ((0.9, 0.9, 0.9), "holds", "p = 1.00 over 3 sites"),
        # A site that could not test it does not count, if it holds no more people.
        ((0.04, None), "fails", "p = 0.04 over 1 site"),
        (
            (0.04, None, None),
            "not_informative",
            "p = 0.04 over 1 site with less than half of the people",
        ),
        ((None, None), "not_informative", "no site could test it"),
    ],
)
def test_steadiness_is_one_test_over_the_sites(
    p_values: tuple[float | None, ...], outcome: str, found: str
) -> None:
    sites = [
        list_rows(checks={"earlier_steady": None if p is None else (None, None, p)})
        for p in p_values
    ]
    check = find_check(gather_sites(*sites).matched, "earlier_steady")
    assert (check.outcome, check.found) == (outcome, found)


def test_a_study_without_a_control_is_not_checked_by_one() -> None:
    rows = list_rows()
    rows["checks"] = [row for row in rows["checks"] if row["check"] != "control"]
    matched = gather_sites(rows).matched
    assert "control" not in {one.name for one in matched.checks}
    assert matched.claim.level == "compared"


# The estimates and their range.


@pytest.mark.parametrize(
    ("after", "change"),
    [((-0.20, 0.03), (-0.15, 0.04)), ((0.1, 0.2), (0.1, 0.01)), ((-1.0, 0.1), (1.0, 0.1))],
)
def test_the_range_is_the_hull_of_both_intervals(
    after: tuple[float, float], change: tuple[float, float]
) -> None:
    """The third estimate has no part in it, nor in the verdict."""
    matched = look(after=after, change=change, adjusted=(3.0, 0.5))
    ends = [point + sign * Z95 * se for point, se in (after, change) for sign in (-1, 1)]
    assert matched.span == pytest.approx((min(ends), max(ends)))
    assert matched.claim == look(after=after, change=change).claim


@pytest.mark.parametrize(
    ("after", "change", "verdict"),
    [
        ((-0.20, 0.03), (-0.15, 0.04), "fewer"),
        ((0.20, 0.03), (0.15, 0.04), "more"),
        # One estimate within the margin of 0.95.
        ((-0.20, 0.03), (-0.04, 0.01), "cannot_tell"),
        # One interval holds 1.
        ((-0.20, 0.03), (-0.15, 0.09), "cannot_tell"),
        # They disagree, each being sure.
        ((-0.20, 0.03), (0.20, 0.03), "cannot_tell"),
        # The hull, not each by itself, lies within a tenth either way.
        ((-0.02, 0.02), (0.03, 0.02), "as_expected"),
        ((-0.07, 0.02), (0.07, 0.01), "cannot_tell"),
    ],
)
def test_the_verdict_needs_both(
    after: tuple[float, float], change: tuple[float, float], verdict: str
) -> None:
    claim = look(after=after, change=change).claim
    assert claim.verdict == verdict
    assert bool(find_causal_words(claim.sentence)) is (verdict in ("fewer", "more"))


@pytest.mark.parametrize("gone", ["after", "change"])
@pytest.mark.parametrize("pair", [(None, None), (-0.2, None)])
def test_with_one_of_the_two_missing_nothing_is_estimable(gone: str, pair: Any) -> None:
    """A point without an interval is no help."""
    matched = look(**{gone: pair})
    assert (matched.span, matched.claim.verdict) == (None, "not_estimable")
    assert (matched.claim.level, matched.claim.number) == ("adjusted", "")
    assert matched.claim.sentence == (
        "A comparison with matched people is not estimable here, because no site gave both matched "
        "estimates with an interval."
    )


def test_without_any_matched_rows_there_is_nothing_and_it_is_not_in_the_summary() -> None:
    evidence = gather(STUDY, make_returns(STUDY))
    matched = evidence.matched
    assert (matched.sites, matched.balance, matched.span) == ((), (), None)
    assert {one.outcome for one in matched.checks} == {"not_informative"}
    assert matched.claim.verdict == "not_estimable"
    assert not any("matched people" in sentence for sentence in evidence.summary.found)


@pytest.mark.parametrize("gone", ["estimates", "after", "change"])
def test_only_a_site_with_both_estimates_carries_anything(gone: str) -> None:
    """Its checks do not speak for another site, and one of the two does not go into the range."""
    whole = list_rows(after=(-0.3, 0.02), change=(-0.3, 0.02))
    facts: dict[str, Any] = {"change": (-0.3, 0.02), "after": (-0.1, 0.02)}
    if gone in facts:
        facts[gone] = (-0.3, None)
    half = list_rows(unmatched=400, checks={"earlier_level": (0.5, 0.03, None)}, **facts)
    if gone == "estimates":
        half["estimates"] = []
    alone, both = gather_sites(whole).matched, gather_sites(whole, half).matched
    assert {one.estimate.site for one in both.after.members} == {"riverside"}
    assert {one.estimate.site for one in both.change.members} == {"riverside"}
    assert (both.claim, both.checks, both.balance) == (alone.claim, alone.checks, alone.balance)
    without = {**list_rows(), "estimates": []}
    apart = gather_sites({"estimates": whole["estimates"]}, without).matched
    assert apart.claim.level == "adjusted"
    assert {one.outcome for one in apart.checks} == {"not_informative"}


@pytest.mark.parametrize("who", ["ongoing", "all"])
def test_only_new_people_have_a_part_in_the_matched_comparison(who: str) -> None:
    rows = list_rows()
    rows["estimates"] += [
        estimate(design, -3.0, 0.01, who=who) for design in ("matched_after", "matched_change")
    ]
    assert gather_sites(rows).matched.claim == look().claim


def test_a_rival_definition_has_no_part_in_the_matched_comparison() -> None:
    rows = list_rows()
    rival = {"definition": "face_to_face"}
    rows["estimates"] += [
        estimate(design, 2.0, 0.01, **rival) for design in ("matched_after", "matched_change")
    ]
    assert gather_sites(rows).matched.claim == look().claim


def test_the_summary_holds_the_sentence_of_the_claim_once() -> None:
    evidence = gather_sites(list_rows())
    assert evidence.summary.found.count(evidence.matched.claim.sentence) == 1


@pytest.mark.parametrize(
    ("facts", "open_why"),
    [
        ({}, False),
        ({"after": (0.20, 0.03), "change": (0.15, 0.04)}, False),
        # No word says why: not different, or a check failed.
        ({"after": (-0.02, 0.02), "change": (0.03, 0.02)}, True),
        ({"checks": {"earlier_steady": (None, None, 0.001)}}, True),
        ({"after": (None, None)}, True),
    ],
)
def test_the_limits_do_not_deny_what_the_claim_says(facts: dict[str, Any], open_why: bool) -> None:
    summary = gather_sites(list_rows(**facts)).summary
    denied = [one for one in summary.limits if one.startswith("It does not say why contacts")]
    assert bool(denied) is open_why
    assert any(find_causal_words(sentence) for sentence in summary.found) is not open_why


# What is told of each site.


def test_what_each_site_could_find_is_kept_by_site() -> None:
    able = {"detectable_fewer": (-0.3, None, None), "detectable_more": (0.25, None, None)}
    unable = {"detectable_fewer": None, "detectable_more": (0.9, None, None)}
    matched = gather_sites(list_rows(checks=able), list_rows(checks=unable)).matched
    told = {one.site: [(c.value, c.state) for c in one.detectable] for one in matched.sites}
    assert told == {
        "riverside": [(math.exp(-0.3), "rounded"), (math.exp(0.25), "rounded")],
        "hillview": [(None, "not_estimable"), (math.exp(0.9), "rounded")],
    }


def test_what_a_site_could_find_may_be_withheld_or_never_collected() -> None:
    rows = list_rows()
    for row in rows["checks"]:
        if row["check"] == "detectable_fewer":
            row |= {"log_rr": None, "n": None, "state": "suppressed"}
    rows["checks"] = [row for row in rows["checks"] if row["check"] != "detectable_more"]
    (site,) = gather_sites(rows).matched.sites
    assert [one.state for one in site.detectable] == ["suppressed", "not_collected"]


def test_what_was_the_same_is_kept_by_rung_and_the_unmatched_apart() -> None:
    (site,) = look(rungs=(300, 60, 5), unmatched=15).sites
    assert site.unmatched.value == 15
    by_rung = {rung: count.value for (rung, _), count in site.alike.items()}
    assert by_rung == {1: 300, 2: 60, 3: None, 4: 0, 5: 0, 6: 0, 7: 0}


def test_a_return_without_the_row_of_the_unmatched_is_read() -> None:
    rows = list_rows()
    rows["matching"] = [row for row in rows["matching"] if row["rung"]]
    (site,) = gather_sites(rows).matched.sites
    assert (site.unmatched.value, site.unmatched.state) == (None, "not_collected")
    assert len(site.alike) == len(rows["matching"])


def test_a_site_on_sheets_alone_has_no_matching() -> None:
    rows = list_rows()
    both = gather_sites(rows, {"estimates": [estimate("projection", 0.0, 0.1)]})
    assert [one.site for one in both.matched.sites] == ["riverside"]
    assert make_check("earlier_level", None)["state"] == "not_estimable"


def test_small_sites_that_withhold_everything_do_not_count_as_matched() -> None:
    """150 matched and none without; three sites of 45 matched might leave 49 each: 285 of 432."""
    small = [list_rows(rungs=(45,), unmatched=40, withheld=True) for _ in range(3)]
    share = find_check(gather_sites(list_rows(rungs=(150,), unmatched=0), *small).matched, "share")
    assert (share.outcome, share.found) == ("fails", "66%")


def test_a_site_without_the_table_of_matching_takes_the_share_away() -> None:
    silent = {**list_rows(rungs=(3000,)), "matching": []}
    share = find_check(gather_sites(list_rows(rungs=(150,)), silent).matched, "share")
    assert share.outcome == "not_informative"


def test_balance_at_a_site_with_less_than_half_of_the_people_says_nothing_of_the_whole() -> None:
    silent = list_rows(rungs=(3000,), balance=dict.fromkeys(COVARIATES))
    balance = find_check(gather_sites(list_rows(rungs=(150,)), silent).matched, "balance")
    assert balance.outcome == "not_informative"


def test_opposite_ratios_at_two_sites_do_not_make_each_other_good() -> None:
    sites = [list_rows(checks={"earlier_level": (sign, 0.05, None)}) for sign in (1.0, -1.0)]
    earlier = find_check(gather_sites(*sites).matched, "earlier_level")
    assert earlier.outcome == "fails"
    assert earlier.found.startswith("ratio 1.00 ")
