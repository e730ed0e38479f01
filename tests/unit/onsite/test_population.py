"""The population as the designs see it: a histogram of counts in three windows."""

from __future__ import annotations

from collections import Counter

import pytest

from righthelp.onsite import rules
from righthelp.onsite.people import Population, read_counted
from tests.lib import oracle
from tests.lib.counting import count, counted_engine
from tests.lib.oracle import Question
from tests.lib.records import Records, make_person
from tests.lib.studies import make_study, site_of

EARLIER, BEFORE, AFTER = "2023-04-{}", "2023-11-{}", "2024-06-{}"


def _make_list() -> Records:
    """People with 0 to 2 contacts in each window, some seen, one of them before the index month."""
    held = Records()
    for number in range(40):
        days = [
            window.format(10 + day)
            for window, base in ((EARLIER, 3), (BEFORE, 2), (AFTER, 5))
            for day in range(number % base % 3)
        ]
        seen = {5: ["2024-03-09"], 6: ["2024-01-09", "2024-03-10"], 7: ["2024-05-01"]}
        held += make_person(f"p{number:02}", gp=days, link_worker=seen.get(number, ()))
    held += make_person("joins_late", registered=[("2023-06-01", None)])
    return held


def _read(held: Records) -> Population:
    with counted_engine(held, make_study()) as (engine, _):
        population = read_counted(engine, None).population
    assert population is not None
    return population


def test_the_histogram_is_that_of_the_people() -> None:
    """Everybody at risk in all three windows, seen or not."""
    held, study = _make_list(), make_study()
    ask = Question(study, site_of(study))
    expected = Counter(
        (unit.earlier, unit.before, unit.after)
        for unit in oracle.follow_population(held, ask).values()
        if unit.has_earlier
    )
    found = _read(held)
    rows = zip(found.earlier, found.before, found.after, found.weight, strict=True)
    assert {tuple(row): int(weight) for *row, weight in rows} == dict(expected)
    assert found.weight.sum() == 40
    assert found.time_before == 182


def test_a_very_long_list_is_a_sample_drawn_by_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above so many people about that many are taken, the same on every machine."""
    held = make_person("seen", gp=["2024-02-01"], link_worker=["2024-03-05"])
    for number in range(400):
        held += make_person(f"p{number}")
    assert len(count(held, make_study()).of("population")) == 401
    monkeypatch.setattr(rules, "POPULATION_PEOPLE", 100)
    drawn = set(count(held, make_study()).of("population"))
    # 100 of 401: the standard deviation of such a draw is 8.7.
    assert 100 - 27 < len(drawn) < 100 + 27
    assert drawn == set(count(held, make_study(), backwards=True).of("population"))
    other = set(count(held, make_study(reference={"seed": 2})).of("population"))
    assert drawn != other
