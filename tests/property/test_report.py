"""For all returns: a page comes of them, withheld stays withheld, and nobody is told why."""

from __future__ import annotations

import html
import re
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from righthelp.evidence import gather
from righthelp.evidence.claims import find_causal_words
from righthelp.evidence.counts import Count, add_counts
from righthelp.report import render_page
from righthelp.returns.tables import BANDS, DESIGNS
from tests.unit.report.eight_sites import estimate, make_return, make_study

STUDY = make_study()
SITES = [site.id for site in STUDY.site]
PEOPLE = st.integers(1, 400).map(lambda n: 5 * n if n > 1 else 0)
"""Nobody, or as many as may leave a site."""
COUNTS = st.one_of(
    PEOPLE.map(lambda n: Count(float(n), "rounded")),
    st.just(Count(None, "suppressed")),
    st.just(Count(None, "not_collected")),
)


@st.composite
def estimates(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Any designs for anybody, with and without numbers and intervals."""
    rows = []
    for design in draw(st.lists(st.sampled_from(sorted(DESIGNS)), unique=True, max_size=6)):
        log_rr = draw(st.one_of(st.none(), st.floats(-3, 3)))
        se = None if log_rr is None else draw(st.one_of(st.none(), st.floats(0.001, 2)))
        row = estimate(design, log_rr, se, n=draw(PEOPLE))
        row["who"] = draw(st.sampled_from(["new", "ongoing", "all"]))
        row["definition"] = draw(st.sampled_from(["primary", "face_to_face"]))
        if row["status"] != "ok":
            row["reason"] = "too little was known"
        if draw(st.booleans()) and log_rr is None:
            row |= {"state": "suppressed", "n": None}
        rows.append(row)
    return rows


@st.composite
def changes(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One row of change: whole, in parts, or withheld."""
    if draw(st.booleans()):
        return [{"who": "new", "state": "suppressed"}]
    names = ("fell", "stayed", "rose")
    row: dict[str, Any] = {name: draw(st.one_of(st.none(), PEOPLE)) for name in names}
    means = {name: draw(st.one_of(st.none(), st.floats(0, 30))) for name in ("before", "after")}
    row |= {f"mean_{name}": mean for name, mean in means.items()}
    return [{"who": "new", "n": draw(PEOPLE), "state": "rounded", **row}]


@st.composite
def patterns(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A joint picture with some cells withheld."""
    cells = [(before, after) for before in BANDS for after in BANDS]
    numbers = draw(st.lists(st.one_of(st.none(), PEOPLE), min_size=25, max_size=25))
    return [
        {
            "who": "new",
            "before_band": before,
            "after_band": after,
            "n": n,
            "state": "suppressed" if n is None else "rounded",
        }
        for (before, after), n in zip(cells, numbers, strict=True)
    ]


@st.composite
def returns(draw: st.DrawFn) -> list[Any]:
    """Returns of some of the sites, each with what it happens to hold."""
    made = []
    for site in draw(st.lists(st.sampled_from(SITES), unique=True, max_size=4)):
        tables = {"estimates": draw(estimates())}
        if draw(st.booleans()):
            tables |= {"change": draw(changes()), "pattern": draw(patterns())}
        made.append(make_return(site, provenance={"protocol_digest": STUDY.digest()}, **tables))
    return made


@settings(max_examples=8, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(made=returns())
def test_any_returns_make_a_page_without_a_causal_verb(made: list[Any]) -> None:
    page = render_page(gather(STUDY, made))
    words = html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL))
    assert find_causal_words(words) == ()
    assert not re.search(r"\bNone\b|\bnan\b|\binf\b|[{}]", words)


@settings(max_examples=40)
@given(made=returns())
def test_every_site_that_answered_has_a_verdict_and_a_reason_or_a_number(made: list[Any]) -> None:
    evidence = gather(STUDY, made)
    assert len(evidence.twins) == len(made)
    for twin in evidence.twins:
        assert twin.claim.verdict is not None
        if twin.claim.verdict == "not_estimable":
            assert twin.claim.reason
    entered = {one.estimate.site for one in evidence.adjusted.members}
    strong = {twin.site for twin in evidence.twins if twin.strength == "adjusted"}
    assert entered <= strong


@given(counts=st.lists(COUNTS, max_size=8))
def test_a_sum_is_of_the_known_and_counts_the_withheld(counts: list[Count]) -> None:
    total = add_counts(counts)
    known = [one.value for one in counts if one.value is not None]
    assert total.n_withheld == sum(one.state == "suppressed" for one in counts)
    if total.value is None:
        assert not sum(known)
    else:
        assert total.value == sum(known)
