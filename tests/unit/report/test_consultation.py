"""The part on the consultation itself: what it shows, what it says, and what it never says."""

from __future__ import annotations

import math
import re

import pytest

from righthelp.evidence import Evidence, gather
from righthelp.evidence.claims import find_causal_words
from righthelp.report import render_page
from righthelp.report.figures import draw_all
from righthelp.report.meaning.capacity import NOT_CASH, list_capacity, say_capacity
from righthelp.report.meaning.consultation import (
    list_consultation,
    list_dose,
    list_site_consultation,
    list_site_dose,
    say_consultation,
    say_dose,
)
from righthelp.report.tables import write_tables
from tests.lib.consultation_rows import list_measure
from tests.unit.evidence.test_consultation import PRICES, make_evidence
from tests.unit.report.eight_sites import make_return, make_returns, make_study

BOTH = {"riverside": 4.0, "hillview": 5.5}


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    cost = type(make_study().cost).model_validate(PRICES)
    return make_evidence(make_study().model_copy(update={"cost": cost}), mean_after=BOTH)


def part_of(page: str) -> str:
    found = re.search(r'<section id="consultation">.*?</section>', page, re.DOTALL)
    assert found
    return found[0]


def test_every_table_and_the_figure_are_on_the_page(evidence: Evidence) -> None:
    part = part_of(render_page(evidence))
    for name in ("consultation", "site_consultation", "dose", "site_dose", "capacity"):
        assert f'id="table-{name}"' in part
    assert 'id="figure-consultation"' in part
    assert "consultation" in draw_all(evidence)


def test_a_row_holds_each_group_with_its_interval(evidence: Evidence) -> None:
    table = list_consultation(evidence)
    shown = {row[0][0]: [text for text, _ in row] for row in table.texts()}
    assert set(shown) >= {"Followed by another within 7 days, per 100"}
    assert shown["Missed, per 100 booked"] == [
        "Missed, per 100 booked",
        "10.0",
        "12.0",
        "+2.0 (+1.4 to +2.6)".replace(" to ", "\u00a0to\u00a0"),
        "+0.5 (\u22120.1 to +1.1)".replace(" to ", "\u00a0to\u00a0"),
        "+1.5 (+0.9 to +2.1)".replace(" to ", "\u00a0to\u00a0"),
        "higher",
        "200",
        "5.0",
        "5.0",
    ]
    record = next(one for one in table.records() if one["measure"] == "Length in minutes")
    assert (record["before"], record["difference"]) == (10.0, 1.5)
    assert record["difference_low"] == pytest.approx(1.5 - 1.959964 * 0.4 / math.sqrt(2))


def test_sentences_name_what_can_be_told_and_not_whether_it_is_good(evidence: Evidence) -> None:
    said = say_consultation(evidence)
    assert sum("the change is higher than in matched people" in one for one in said) == 6
    (sign,) = [one for one in said if "sign of the link worker" in one]
    assert "differs by its nature" in sign and "changed" not in sign
    (dose,) = say_dose(evidence)
    assert dose == (
        "People saw the link worker 3.5 to 4.5 times on average by the end of the after window; "
        "10 of every 100 saw them once only."
    )


def test_capacity_is_time_and_its_price_has_a_year_a_basis_and_a_range(evidence: Evidence) -> None:
    """500 contacts expected and 400 counted of 100 people, at 42 pounds; 350 with the link worker,
    at 20.50 pounds for half an hour."""
    one = make_evidence(evidence.study, mean_after={"riverside": 4.0})
    said = say_capacity(one)
    assert said[0].startswith("Capacity freed, by the adjusted estimate: 100 GP contacts per 100")
    assert said[1] == "Beside it stand 350 contacts with the link worker per 100 people."
    assert re.match(
        r"At prices of 2023/24 \(with and without direct care staff\) that is 4,200 pounds "
        r"\(range [\d,]+ to [\d,]+\) per 100 people\.",
        said[2],
    )
    assert said[3].startswith(
        "The link worker's own contacts, at prices of 2023/24, are 7,180 pounds (range 6,820 to "
    )
    assert said[-1] == NOT_CASH
    notes = " ".join(list_capacity(one).notes)
    assert "2023/24" in notes
    assert "42 pounds (37 to 49)" in notes
    assert "with and without direct care staff" in notes
    assert list_capacity(evidence).rows[-1][0] == "Sites together"


@pytest.mark.parametrize(
    ("log_rr", "se", "words"),
    [
        (math.log(1.25), 0.03, "Capacity used, by the adjusted estimate: 80 GP contacts"),
        (-0.02, 0.2, "The data cannot tell whether capacity was freed or used"),
    ],
)
def test_capacity_used_and_what_cannot_be_told_are_said_so(
    log_rr: float, se: float, words: str
) -> None:
    evidence = make_evidence(make_study(), mean_after={"riverside": 4.0}, log_rr=log_rr, se=se)
    assert say_capacity(evidence)[0].startswith(words)
    assert "pounds" not in " ".join(say_capacity(evidence))
    assert [one.key for one in list_capacity(evidence).headings][-1] == "link_worker"


def test_a_site_without_counts_is_named_and_the_others_keep_their_numbers() -> None:
    means = {"riverside": 4.0, "hillview": 4.0, "station": None}
    evidence = make_evidence(make_study(), mean_after=means)
    assert evidence.capacity.together.freed is None
    label = evidence.label("station")
    assert say_capacity(evidence) == (
        (
            "Two sites have a number for capacity freed or used, each its own, in the table. For "
            "the sites together it is not estimable here, because the contacts of the people "
            f"concerned did not leave {label}."
        ),
    )


def test_no_word_of_the_part_says_why(evidence: Evidence) -> None:
    part = re.sub(r"<[^>]*>", " ", part_of(render_page(evidence)))
    assert find_causal_words(part) == ()
    assert "saving" not in part


def test_a_site_that_lacks_a_column_says_so_and_is_no_nought() -> None:
    study = make_study()
    reason = "the site did not supply how long appointments took"
    rows = list_measure("length", seen=None, others=None, state="not_collected", reason=reason)
    returned = make_return(
        "riverside",
        provenance={"protocol_digest": study.digest(), "disclosure_policy": "default"},
        consultation=[*rows, *list_measure("wait")],
    )
    evidence = gather(study, [returned])
    (length, *_) = list_site_consultation(evidence).texts()
    assert [text for text, _ in length][2:] == [*["not collected"] * 3, reason]
    missing = say_consultation(evidence)[-1]
    assert missing.startswith("No site could say: ")
    assert "Length in minutes" in missing
    assert "Days from booking" not in missing


def test_where_no_site_could_say_there_is_one_sentence(tmp_path) -> None:  # type: ignore[no-untyped-def]
    study = make_study()
    evidence = gather(study, make_returns(study))
    said = say_consultation(evidence)
    assert len(said) == 1
    assert said[0].startswith("Nothing can be said of the consultation itself, because ")
    assert say_dose(evidence) == ()
    assert "consultation" not in draw_all(evidence)
    for table in (list_consultation, list_site_consultation, list_dose, list_site_dose):
        assert table(evidence).rows == ()
    written = {path.name for path in write_tables(evidence, tmp_path)}
    assert {"consultation.csv", "capacity.csv", "dose.csv"} <= written
