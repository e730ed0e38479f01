"""What is read of each indicator from returns: by hand, and intervals beside a library's."""

from __future__ import annotations

import math
from typing import Any

import pytest
from statsmodels.stats.proportion import proportion_confint

from righthelp.evidence import gather
from righthelp.evidence.counts import Count
from righthelp.evidence.estimates import Z95
from righthelp.evidence.meaning.indicators import (
    READERS,
    Material,
    Reader,
    read_indicators,
    read_material,
)
from righthelp.evidence.meaning.seen import (
    NOT_SUPPLIED,
    Reading,
    Seen,
    Share,
    bound_share,
    read_ratios,
    read_shares,
    see_ratio,
)
from righthelp.protocol.indicators import INDICATORS
from righthelp.returns.tables import BANDS, TABLES
from tests.unit.report.eight_sites import estimate, make_return, make_study

STUDY = make_study()
DIGEST = {"protocol_digest": STUDY.digest()}
Tables = dict[str, list[dict[str, Any]]]


def read_material_of(**sites: Tables) -> Material:
    """What the readers read, of sites with the tables given."""
    returns = [make_return(name, provenance=DIGEST, **tables) for name, tables in sites.items()]
    evidence = gather(STUDY, returns)
    rows = {
        table.name: tuple(row for one in returns for row in one.tables[table.name])
        for table in TABLES
    }
    return read_material(
        rows,
        STUDY,
        twins=evidence.twins,
        adjusted=evidence.adjusted,
        meaning=evidence.meaning,
    )


def see(name: str, **tables: list[dict[str, Any]]) -> Seen:
    """What is seen of one indicator at one site, from its tables."""
    return read_indicators(read_material_of(riverside=tables)).sites["riverside"][name]


def course(group: str, se: float = 0.02, **months: float) -> list[dict[str, Any]]:
    """A course: log ratio 0 in every month but those given, as m_2 for month -2 and p1 for 1."""
    told = {int(k.replace("m_", "-").replace("p", "")): v for k, v in months.items()}
    return [
        {
            "group": group,
            "month": month,
            "rate_per_100": 50.0,
            "log_rr": told.get(month, 0.0),
            "se": se,
            "n": 400,
            "state": "rounded",
        }
        for month in range(-12, 7)
    ]


def step(name: str, n: int | None, state: str = "rounded") -> dict[str, Any]:
    return {"position": 1, "step": name, "kind": "kept", "reason": name, "n": n, "state": state}


def test_every_reader_reads_an_indicator_of_the_vocabulary_from_a_declared_table() -> None:
    declared = {table.name for table in TABLES}
    assert {INDICATORS[name].table for name in READERS} <= declared


@pytest.mark.parametrize(
    ("log_rr", "se", "direction"),
    [
        (-0.20, 0.05, "down"),
        (0.20, 0.05, "up"),
        (0.0, 0.04, "same"),
        (-0.04, 0.01, "same"),
        (-0.04, 0.04, "unclear"),
        (0.0, 0.20, "unclear"),
        (-0.20, None, "unclear"),
        (None, None, "not_supplied"),
    ],
)
def test_contacts_have_a_direction_only_by_the_rule_of_claims(
    log_rr: float | None, se: float | None, direction: str
) -> None:
    """down, up: the interval leaves out 1 and the point lies beyond 0.95 to 1.05."""
    rows = [estimate("projection", log_rr, se)] if log_rr is not None else []
    assert see("gp_contacts", estimates=rows).direction == direction


def test_the_words_give_the_figures() -> None:
    words = see("gp_contacts", estimates=[estimate("projection", math.log(0.8), 0.05)]).words
    assert words == "80 for every 100 expected (95% interval 73 to 88)"
    told = see_ratio(0.0, low=None, high=None, against="before")
    assert told == Seen("unclear", "100 for every 100 before, without an interval")


@pytest.mark.parametrize(
    ("peak", "direction"), [(0.3, "present"), (0.0, "absent"), (-0.3, "absent"), (0.03, "unclear")]
)
def test_a_peak_is_the_mean_of_the_two_months_before(peak: float, direction: str) -> None:
    """The error is the mean of the months' errors, 0.05: 0.03 leaves both open."""
    seen = see("peak_before", course=course("seen", 0.05, m_2=peak + 0.1, m_1=peak - 0.1))
    assert seen.direction == direction


def test_a_peak_by_hand() -> None:
    seen = see("peak_before", course=course("seen", 0.05, m_2=0.4, m_1=0.2))
    low, high = (100 * math.exp(0.3 + sign * Z95 * 0.05) for sign in (-1, 1))
    assert seen.words == (
        f"{100 * math.exp(0.3):.0f} for every 100 a month in months 7 to 12 before "
        f"(95% interval {low:.0f} to {high:.0f})"
    )


def test_a_month_without_a_number_leaves_the_peak_unsaid() -> None:
    rows = course("seen", m_2=0.4, m_1=0.4)
    next(row for row in rows if row["month"] == -1).update(log_rr=None, se=None, n=None)
    next(row for row in rows if row["month"] == -1).update(state="suppressed", rate_per_100=None)
    assert see("peak_before", course=rows) == NOT_SUPPLIED


def test_a_burst_is_set_against_the_months_that_follow_and_against_reference_people() -> None:
    early = {"p1": 0.5, "p2": 0.5}
    seen = [*course("seen", **early), *course("reference")]
    assert see("early_burst", course=seen).direction == "present"
    assert see("late_rise", course=seen).direction == "absent"
    both = [*course("seen", **early), *course("reference", **early)]
    assert see("early_burst", course=both).direction == "absent"
    assert see("early_burst", course=course("seen", **early)) == NOT_SUPPLIED


def test_a_burst_by_hand() -> None:
    """(0.5 - 0) - (0.1 - 0); four errors of 0.02 that do not hang together: 0.04."""
    rows = [
        *course("seen", p1=0.6, p2=0.4),
        *course("reference", p1=0.1, p2=0.1),
    ]
    low, high = (100 * math.exp(0.4 + sign * Z95 * 0.04) for sign in (-1, 1))
    assert see("early_burst", course=rows).words == (
        f"{100 * math.exp(0.4):.0f} for every 100 in the months that follow, beyond reference "
        f"people (95% interval {low:.0f} to {high:.0f})"
    )


def test_a_late_rise_is_of_the_last_two_months_of_the_window() -> None:
    rows = [*course("seen", p5=0.4, p6=0.4), *course("reference")]
    assert see("late_rise", course=rows).direction == "present"
    assert see("early_burst", course=rows).direction == "absent"
    earlier = [*course("seen", p3=0.4, p4=0.4), *course("reference")]
    assert see("late_rise", course=earlier).direction == "absent"


@pytest.mark.parametrize(
    ("after", "direction"), [(-0.3, "present"), (0.0, "absent"), (0.3, "absent")]
)
def test_comparators_fall_where_their_months_after_lie_below_those_before(
    after: float, direction: str
) -> None:
    months = {f"p{month}": after for month in range(1, 7)}
    assert see("comparators_fall_too", course=course("reference", **months)).direction == direction
    assert see("comparators_fall_too", course=course("seen", **months)) == NOT_SUPPLIED


@pytest.mark.parametrize(
    ("died", "left", "direction"), [(40, 60, "present"), (10, 0, "absent"), (20, 20, "unclear")]
)
def test_people_lost_are_a_share_of_those_new(died: int, left: int, direction: str) -> None:
    rows = [step("new", 400), step("died", died), step("left", left)]
    assert see("died_or_left", flow=rows).direction == direction


def test_people_lost_are_not_known_where_the_route_does_not_say() -> None:
    assert see("died_or_left", flow=[step("new", 400), step("left", 100)]) == NOT_SUPPLIED


def test_missed_appointments_have_no_interval_and_so_no_direction() -> None:
    row = {"who": "new", "status": "did_not_attend", "n": 100, "before_per_100": 61.0}
    seen = see("missed", not_held=[row | {"after_per_100": 44.0, "state": "rounded"}])
    assert seen == Seen("unclear", "61 per 100 people before, 44 after, without an interval")


@pytest.mark.parametrize(("k", "n"), [(3, 60), (50, 400), (0, 75), (80, 80)])
def test_the_interval_of_a_share_is_wilsons(k: int, n: int) -> None:
    low, high = proportion_confint(k, n, alpha=0.05, method="wilson")
    words = read_shares({"a": Share(k, k, n, n)}).sites["a"].words
    assert words.endswith(f"(95% interval {100 * low:.0f}% to {100 * high:.0f}%)")


def test_rounding_and_withholding_widen_a_share() -> None:
    """A withheld number may be large: it may be withheld to protect another."""
    rounded, withheld = Count(40.0, "rounded"), Count(None, "suppressed")
    of = Count(400.0, "given")
    assert bound_share([rounded], of=Count(400.0, "rounded")) == Share(37.5, 42.5, 397.5, 402.5)
    whole = Share(37.5, 400, 400, 400, is_withheld_in_part=True)
    assert bound_share([rounded, withheld], of=of) == whole
    left = Share(37.5, 102.5, 400, 400, is_withheld_in_part=True)
    rest = [Count(300.0, "rounded"), withheld]
    assert bound_share([rounded, withheld], of=of, rest=rest) == left
    assert bound_share([rounded], of=withheld) is None
    assert bound_share([Count(None, "not_collected")], of=rounded) is None


def test_a_share_is_unclear_where_what_is_withheld_could_decide() -> None:
    """30 of 500 known, and of the rest 430: from 6% up to 14%."""
    withheld, known, of = Count(None, "suppressed"), Count(30.0, "given"), Count(500.0, "given")
    assert read_shares({"a": bound_share([known], of=of)}).sites["a"].direction == "absent"
    share = bound_share([known, withheld], of=of, rest=[Count(430.0, "given")])
    seen = read_shares({"a": share}).sites["a"]
    assert seen.direction == "unclear"
    assert seen.words.startswith("6% to 14%, some being withheld, of 500 people (95% interval ")


@pytest.mark.parametrize(("k", "n"), [(450, 400), (402, 400)])
def test_more_than_everybody_is_everybody(k: int, n: int) -> None:
    """Rounding can make a part look larger than the whole."""
    seen = read_shares({"a": Share(k, k, n, n)}).sites["a"]
    assert (seen.direction, seen.words[-8:]) == ("present", "to 100%)")


def test_over_the_sites_people_are_added_up_and_ratios_brought_together() -> None:
    """Each site by itself is unclear; the people of ten are enough."""
    one = Share(14, 14, 100, 100)
    shares = read_shares({str(number): one for number in range(10)})
    assert {seen.direction for seen in shares.sites.values()} == {"unclear"}
    assert (shares.together.direction, shares.together.n) == ("present", 1000)
    ratios = read_ratios({str(number): (-0.1, 0.06) for number in range(10)}, against="before")
    assert {seen.direction for seen in ratios.sites.values()} == {"unclear"}
    assert ratios.together.direction == "down"


def test_sites_without_an_interval_say_nothing_together() -> None:
    reading = read_ratios({"a": (-0.4, None), "b": None}, against="before", present="down")
    assert reading == Reading(
        {"a": Seen("unclear", "67 for every 100 before, without an interval")},
        Seen("unclear", "no site released an interval"),
    )
    assert read_ratios({"a": None}, against="before").together == NOT_SUPPLIED


def test_people_with_many_contacts_before_are_read_from_the_joint_picture() -> None:
    """80 of 400 with 10 or more; 40 and some withheld, in five cells of up to nine, with none."""

    def cell(before: str, after: str, n: int | None) -> dict[str, Any]:
        state = "suppressed" if n is None else "rounded"
        return {"who": "new", "before_band": before, "after_band": after, "n": n, "state": state}

    pattern = [cell("10+", after, 20) for after in BANDS[1:]]
    pattern += [cell("0", after, None) for after in BANDS]
    change = [{"who": "new", "n": 400, "state": "rounded"}]
    material = read_material_of(riverside={"pattern": pattern, "change": change})
    seen = read_indicators(material).sites["riverside"]
    assert (seen["frequent_attenders"].direction, seen["frequent_attenders"].n) == ("present", 400)
    assert seen["frequent_attenders"].words.startswith("about 20% of 400 people")
    assert seen["rare_attenders"].direction == "unclear"


def test_one_site_alone_is_the_whole_also_where_it_may_not_be_brought_together() -> None:
    weaker = {"estimates": [estimate("ratio_of_ratios", -0.4, 0.05)]}
    alone = read_indicators(read_material_of(riverside=weaker))
    assert alone.together == alone.sites["riverside"]
    assert alone.together["gp_contacts"].direction == "unclear"
    two = read_indicators(read_material_of(riverside=weaker, hillview=weaker))
    assert two.together["gp_contacts"] == NOT_SUPPLIED


def test_a_measure_that_lands_later_is_one_more_reader() -> None:
    further: dict[str, Reader] = {
        "wellbeing": lambda _: read_ratios({"riverside": (0.5, 0.1)}, against="before")
    }
    material = read_material_of(riverside={}, hillview={})
    readings = read_indicators(material, readers={**READERS, **further})
    assert readings.sites["riverside"]["wellbeing"].direction == "up"
    assert readings.sites["hillview"]["wellbeing"] == NOT_SUPPLIED
    assert readings.together["wellbeing"].direction == "up"
    assert set(readings.together) == set(INDICATORS)
