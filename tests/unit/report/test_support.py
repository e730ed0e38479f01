"""The part on the right help, in time: its sentences, tables and figures, and nothing judged."""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from righthelp.evidence import Evidence, gather
from righthelp.evidence.claims import find_causal_words
from righthelp.evidence.counts import Count
from righthelp.onsite.disclosure import POLICIES
from righthelp.onsite.meaning.support import Part, StepCount, Support, measure_wait
from righthelp.onsite.meaning.support_rows import list_support_rows
from righthelp.protocol.study import Study
from righthelp.report import render_page
from righthelp.report.meaning.support import list_support_tables
from righthelp.report.meaning.support_figures import draw_support, list_funnel
from righthelp.report.meaning.support_words import say_support
from righthelp.returns.support import (
    ALL,
    DAYS,
    EVENTS,
    FATES,
    FLAGS,
    MEASURES,
    REFERRERS,
    RETURNED_FOR,
)
from righthelp.returns.tables import Released
from tests.property.test_support_release import EVERYTHING
from tests.unit.report.eight_sites import make_returns, make_study

JUDGED = re.compile(r"\b(good|bad|better|worse|poor|best|worst|success|fail\w*|improve\w*)\b")


def make_support() -> Support:
    """A site of 400 people referred: 320 accepted, 300 seen, 250 offered, 200 begun."""
    losses = (
        ("accepted", 320, {"declined": 60, "returned": 20}),
        ("seen", 300, {"waiting": 20}),
        ("offered", 250, {"closed": 50}),
        ("taken_up", 220, {"closed": 30}),
        ("started", 200, {"closed": 20}),
        ("closed", 150, {"waiting": 50}),
    )
    steps = [StepCount("referred", 400, {})]
    steps += [StepCount(name, n, {f: lost.get(f, 0) for f in FATES}) for name, n, lost in losses]
    told = {"referred": 400, "need_recorded": 380, "served": 360, "returned": 20, "repeated": 0}
    nobody = Part.of_people(0, 0)
    referrals = {(role, name): nobody for role in REFERRERS for name in MEASURES}
    for role in (ALL, "gp"):
        referrals |= {(role, name): Part.of_people(n, 400) for name, n in told.items()}
    needs = {
        (need, name): Part.of_people(n, 100 if name == "seen" else n if name == "recorded" else 80)
        for need in (ALL, "housing")
        for name, n in (
            *(("recorded", 100), ("seen", 80), ("offered", 70)),
            *(("fitting_offered", 60), ("fitting_started", 40), ("met", 20)),
        )
    }
    needs |= {("other", name): nobody for _, name in list(needs)}
    days = np.repeat([5, 20, 40, 300], 100)
    kinds = np.repeat([1, 1, 1, 0], 100)
    waits = [measure_wait(event, day=days, kind=kinds, at_days=DAYS) for event in EVENTS]
    flags = {kind: Part.of_people(20 if kind in ("any", "medical") else 0, 200) for kind in FLAGS}
    reach = {"sex": {"female": (150, 5000), "male": (50, 5000), "not recorded": (0, 0)}}
    reasons = dict.fromkeys(RETURNED_FOR, 0) | {"need_not_served": 20}
    return Support(EVERYTHING, referrals, tuple(steps), reasons, needs, tuple(waits), flags, reach)


@cache
def gather_support(target: int | None = None) -> Evidence:
    """The eight sites; Riverside and Hill View with referrals."""
    made = make_study()
    settings = made.support.model_copy(update={"target_days_first_contact": target})
    study: Study = made.model_copy(update={"support": settings})
    rows = list_support_rows(make_support(), POLICIES["default"])

    def add(released: Released) -> Released:
        if released.site not in ("riverside", "hillview"):
            return released
        own = {
            name: tuple({"site": released.site, **row} for row in part)
            for name, part in rows.items()
        }
        return Released(released.site, {**released.tables, **own}, released.provenance)

    return gather(study, [add(one) for one in make_returns(study)])


def read_part(page: str) -> str:
    """The words of the part."""
    (part,) = re.findall(r'<section id="support">(.*?)</section>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def test_without_a_site_that_could_say_the_part_says_why() -> None:
    study = make_study()
    evidence = gather(study, make_returns(study))
    part = read_part(render_page(evidence))
    assert "No site could say whether the help was right and in time" in part
    assert draw_support(evidence) == {}
    assert all(table.rows == () for table in list_support_tables(evidence))


def test_the_sentences_say_shares_of_both_sites() -> None:
    """800 referred; of every 100, 90 with a served need, 5 returned; 60 of 80 needs fitted."""
    said = " ".join(say_support(gather_support()))
    assert "about 800 people were referred to the link worker at 2 sites" in said
    assert "a need that the scheme serves was recorded for 90" in said
    assert "returned as unsuitable for 5" in said
    assert "support that fits was offered for 75, it was begun for 50" in said
    assert "Station Road, Old Town, The Meadows, Chapel Street and City could not say" in said
    assert "Seen less than their share of the registered people: sex male (0.50 times)" in said
    assert "Seen more than their share of the registered people: sex female (1.50 times)" in said


def test_the_target_is_the_studys_or_said_to_be_missing() -> None:
    """Half had a first contact by day 28, three quarters by day 42."""
    told = " ".join(say_support(gather_support()))
    assert "Within 28 days of the referral (the study sets no target), of every 100" in told
    told = " ".join(say_support(gather_support(target=42)))
    assert "Within 42 days of the referral (the study's target)" in told
    assert "75 at Riverside and 75 at Hill View had had a first contact" in told


def test_the_funnel_is_of_both_sites_and_names_what_was_lost() -> None:
    funnel = list_funnel(gather_support())
    assert funnel is not None
    assert funnel.sites == ("Riverside", "Hill View")
    assert [(bar.label, bar.n) for bar in funnel.bars][:3] == [
        ("Referred", 800),
        ("Accepted", 640),
        ("Seen by the link worker", 600),
    ]
    assert funnel.bars[1].lost == "120 declined, 40 returned"
    tables = {table.name: table for table in list_support_tables(gather_support())}
    rows = {row[0]: row[1] for row in tables["referral_funnel"].rows}
    assert rows["Support offered"] == Count(500, "rounded", 2)
    assert rows["no further: declined"] == Count(120, "rounded", 2)


def test_the_part_shows_its_figures_and_judges_nobody() -> None:
    page = render_page(gather_support(target=28))
    assert 'id="figure-referral_funnel"' in page
    assert 'id="figure-days_to_help"' in page
    assert page.index('id="counted"') < page.index('id="support"') < page.index('id="happened"')
    part = read_part(page)
    assert JUDGED.search(part) is None
    assert not find_causal_words(part)
    assert "does not say whom the link worker should have seen" in part
