"""Nothing that was withheld of the matched comparison can be had back, whatever a site counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.estimators.attrition import bound_attrition
from righthelp.estimators.balance import Balance
from righthelp.estimators.detectable import Detectable, detect_ratios
from righthelp.estimators.pretrend import Pretrend
from righthelp.estimators.result import Estimate
from righthelp.evidence import gather
from righthelp.onsite.diagnostics import Alike
from righthelp.onsite.disclosure import POLICIES, round_to_base
from righthelp.onsite.rehearsal import DESIGNS, Rehearsal
from righthelp.onsite.release import Answer
from righthelp.onsite.release_matched import list_matched_rows
from righthelp.returns.tables import COVARIATES, TABLES, Released
from tests.lib.answers import make_answer, make_estimate, release_answer
from tests.lib.matched_answers import make_diagnostics, make_matching
from tests.lib.matched_rows import list_rows
from tests.lib.studies import make_study
from tests.unit.report import eight_sites
from tests.unit.report.eight_sites import make_return

STUDY = eight_sites.make_study()
SMALL = {"default": 7, "sacro10": 9}
NAMES = ("matching", "matched_course", "balance", "checks")
MATCHED = [table for table in TABLES if table.name in NAMES]

counts = st.one_of(st.integers(0, 12), st.integers(0, 80), st.integers(0, 5000))
policies = st.sampled_from(sorted(SMALL))
WHY = "there is nothing to compare with"


@st.composite
def estimates(draw: st.DrawFn) -> Estimate:
    """Any estimate of any number of people."""
    n, log_rr = draw(counts), draw(st.floats(-3, 3))
    return draw(
        st.sampled_from(
            [
                Estimate.none(n=n, reason=WHY),
                Estimate.point(log_rr=log_rr, n=n, reason=WHY),
                Estimate.ok(log_rr=log_rr, se=draw(st.floats(1e-4, 5)), n=n),
            ]
        )
    )


@st.composite
def alikes(draw: st.DrawFn) -> tuple[Alike, ...]:
    """Every covariate; one in which the cases do not differ has no difference on either side."""
    found = []
    for name in COVARIATES:
        smds = draw(st.one_of(st.just((None, None)), st.tuples(st.floats(-3, 3), st.floats(-3, 3))))
        sides = [Balance(40.5, 1.5, smd, 1.2, WHY if smd is None else "") for smd in smds]
        found.append(Alike(name, *sides))
    return tuple(found)


@st.composite
def pretrends(draw: st.DrawFn) -> Pretrend | None:
    n, p_value = draw(counts), draw(st.floats(0, 1))
    ok = Pretrend("ok", 3.21, 3, p_value, 0.4, 0.0321, 0.0123, n)
    dull = Pretrend("not_informative", None, 3, None, None, None, None, n, WHY)
    return draw(st.sampled_from([None, ok, dull]))


@st.composite
def detectables(draw: st.DrawFn) -> Detectable:
    return detect_ratios(
        n=draw(counts), expected=draw(st.integers(0, 500)), dispersion=draw(st.floats(1, 5))
    )


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Any matching and any checks, small more often than not."""
    months = range(draw(st.integers(0, 3)))
    return make_answer(
        estimates=[make_estimate(draw(counts), design="projection")],
        matching=make_matching(
            *draw(st.lists(counts, max_size=7)),
            n_unmatched=draw(counts),
            course={month: draw(estimates()) for month in months},
            course_contacts={month: draw(st.tuples(counts, counts)) for month in months},
            control=draw(st.one_of(st.none(), estimates())),
        ),
        diagnostics=make_diagnostics(
            alike=draw(alikes()),
            earlier=draw(estimates()),
            pretrend=draw(pretrends()),
            detectable=draw(detectables()),
            lost=bound_attrition(
                observed=draw(st.integers(0, 500)),
                expected=draw(st.integers(0, 500)),
                n_complete=draw(counts),
                dead_expected=[2.5] * draw(st.integers(0, 30)),
                departed_expected=[2.5] * draw(st.integers(0, 30)),
                complete_after=draw(st.lists(st.integers(0, 9), max_size=5)),
            ),
        ),
        rehearsal=draw(
            st.one_of(
                st.none(),
                st.builds(Rehearsal, st.fixed_dictionaries(dict.fromkeys(DESIGNS, estimates()))),
            )
        ),
    )


def release_under(policy: str, answer: Answer) -> Released:
    return release_answer(answer, make_study(disclosure={"policy": policy}))


@settings(max_examples=150)
@given(answers(), policies)
def test_no_released_count_of_people_is_small_or_exact(answer: Answer, policy: str) -> None:
    released = release_under(policy, answer)
    for table in MATCHED:
        for row in released.tables[table.name]:
            n = row["n"]
            assert n is None or isinstance(n, int)
            assert n is None or n == 0 or (n > SMALL[policy] and n % 5 == 0)


@settings(max_examples=150)
@given(answers(), policies)
def test_nothing_is_said_of_a_few_people(answer: Answer, policy: str) -> None:
    """A row about 1 to 7 people (9 under sacro10) holds no number at all, and a reason that is the
    same for all of them."""
    found, matching, rehearsal = answer.diagnostics, answer.matching, answer.rehearsal
    assert found is not None and matching is not None
    exact = {
        "earlier_level": found.earlier.n,
        "earlier_steady": found.pretrend.n_sets if found.pretrend else found.earlier.n,
        "detectable_fewer": found.detectable.n,
        "detectable_more": found.detectable.n,
        "lost_low": found.lost.both.n_lost,
        "lost_high": found.lost.both.n_lost,
    }
    if matching.control:
        exact["control"] = matching.control.n
    for design, one in rehearsal.estimates.items() if rehearsal else ():
        exact[f"replay_{design.removeprefix('matched_')}"] = one.n
    released = release_under(policy, answer)
    rows = {str(row["check"]): row for row in released.tables["checks"]}
    assert set(rows) == set(exact)
    assert len(rows) == len(released.tables["checks"])
    for name, row in rows.items():
        if 0 < exact[name] <= SMALL[policy]:
            assert [row[key] for key in ("log_rr", "se", "p_value", "n")] == [None] * 4
            assert row["reason"] == "too few people for a number to leave the site"
            assert row["state"] == "suppressed"
        if name.startswith("lost") and answer.estimates[0].estimate.n < 50:
            assert row["log_rr"] is None
    months = released.tables["matched_course"]
    for row, (month, one) in zip(months, matching.course.items(), strict=True):
        few = any(0 < n <= SMALL[policy] for n in matching.course_contacts[month])
        if 0 < one.n < 50 or few:
            assert [row[key] for key in ("log_rr", "se")] == [None, None]
    for row in released.tables["balance"]:
        if matching.matched.n_sets < 50:
            assert [row[key] for key in ("smd_all", "smd_matched", "n")] == [None] * 3


@settings(max_examples=150)
@given(answers(), policies)
def test_a_row_with_something_withheld_says_so(answer: Answer, policy: str) -> None:
    """Every row has a state, and a withheld row shows no number: `check_returns` relies on it."""
    released = release_under(policy, answer)
    for table in MATCHED:
        for row in released.tables[table.name]:
            told = {row[c.name] for c in table.columns if c.role in ("people", "sum")}
            if row["state"] == "suppressed":
                assert told == {None}
            else:
                assert row["n"] is not None
            if row["state"] == "not_estimable":
                assert told == {None, row["n"]}


def release_rungs(policy: str, n: Sequence[int]) -> list[object]:
    """What leaves of people without comparators and on each rung."""
    matching = make_matching(*n[1:], n_unmatched=n[0])
    tables = list_matched_rows(
        matching=matching, diagnostics=None, rehearsal=None, n_projected=0, policy=POLICIES[policy]
    )
    return [row["n"] for row in tables["matching"]]


@pytest.mark.parametrize("policy", sorted(SMALL))
def test_a_withheld_rung_cannot_be_had_from_the_others_and_both_totals(policy: str) -> None:
    """50 to 70 people without comparators and on two rungs: whatever is withheld could have been
    two values at least, for somebody who knows the rule, how many there were (the flow) and how
    many were matched (the estimates)."""
    rule = POLICIES[policy]
    alike: dict[tuple[object, ...], list[tuple[int, ...]]] = defaultdict(list)
    for n in range(50, 71):
        for split in ((a, b, n - a - b) for a in range(n + 1) for b in range(n - a + 1)):
            shown = release_rungs(policy, split)[:3]
            alike[(*shown, rule.people(n)[0], rule.people(n - split[0])[0])].append(split)
    given_back = [
        (look, splits[0])
        for look, splits in alike.items()
        for place in range(3)
        if look[place] is None and len({split[place] for split in splits}) == 1
        if sum(splits[0]) < 68  # from there on some that look the same were not gone through
    ]
    assert given_back == []
    assert any(None in look for look in alike)


@given(st.lists(st.integers(0, 7), min_size=1, max_size=49), policies)
def test_below_50_people_no_rung_is_given_back(places: list[int], policy: str) -> None:
    """All rows are the same then, wherever each of them stands."""
    assert release_rungs(policy, [places.count(rung) for rung in range(8)]) == [None] * 8


@settings(max_examples=150)
@given(st.lists(counts, min_size=8, max_size=8), policies)
def test_the_rungs_leave_by_the_rule(n: list[int], policy: str) -> None:
    """A small count never leaves, nor one rung alone withheld, unless all the rest are noughts;
    where the people without comparators are withheld, so are some on the rungs, if any."""
    matching = make_matching(*n[1:], n_unmatched=n[0])
    rows = release_under(policy, make_answer(matching=matching)).tables["matching"]
    shown = [row["n"] for row in rows]
    gone = [one for one, told in zip(n[1:], shown[1:], strict=True) if told is None and one]
    for row, one in zip(rows, n, strict=True):
        assert row["n"] is None or row["n"] == round_to_base(one)
        assert row["n"] is None or not 0 < one <= SMALL[policy]
        assert row["state"] == ("suppressed" if row["n"] is None else "rounded")
    if sum(n) >= 50:
        assert None not in (told for one, told in zip(n, shown, strict=True) if not one)
        assert (shown[0] is None) is (0 < n[0] <= SMALL[policy])
        assert bool(gone) >= (shown[0] is None and any(n[1:]))
    if gone and len(gone) < sum(one > 0 for one in n[1:]):
        assert len(gone) > 1
        assert sum(gone) > SMALL[policy]


exact = st.one_of(st.integers(0, 7), st.integers(0, 60).map(lambda n: 5 * n))


@settings(max_examples=150)
@given(st.lists(exact, min_size=8, max_size=8), policies)
def test_a_share_that_holds_is_no_artefact_of_what_was_withheld(n: list[int], policy: str) -> None:
    """Counts that rounding leaves alone: whatever is withheld, a share called four in five is."""
    matching = make_matching(*n[1:], n_unmatched=n[0])
    rows = release_under(policy, make_answer(matching=matching)).tables["matching"]
    told = list_rows()
    told["matching"] = [{name: row[name] for name in row if name != "site"} for row in rows]
    provenance = {"protocol_digest": STUDY.digest()}
    evidence = gather(STUDY, [make_return("riverside", provenance=provenance, **told)])
    (share,) = [one for one in evidence.matched.checks if one.name == "share"]
    if share.outcome == "holds":
        assert sum(n[1:]) >= 0.8 * sum(n)
