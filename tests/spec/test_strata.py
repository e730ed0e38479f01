"""Strata of age and sex, within which reference people are set beside people seen."""

from __future__ import annotations

from datetime import date

import pytest

from tests.lib.counting import count
from tests.lib.records import Patient, Records, make_person
from tests.lib.studies import make_study


@pytest.mark.parametrize(
    ("born", "band"),
    [
        # Born on the first of a month (the day is not known): the birthday is that day.
        ("2024-03-01", "0-39"),
        ("1984-04-01", "0-39"),
        ("1984-03-01", "40-64"),
        ("1959-04-01", "40-64"),
        ("1959-03-01", "65-79"),
        ("1944-04-01", "65-79"),
        ("1944-03-01", "80+"),
        ("1910-01-01", "80+"),
        # Born after the index: an age cannot be told.
        ("2024-04-01", "unknown"),
    ],
)
def test_the_age_is_that_at_the_index(born: str, band: str) -> None:
    """Whole years on the index day, here 1 March 2024; bands begin at 40, 65 and 80."""
    held = make_person("ann", born=born, link_worker=["2024-03-31"])
    assert count(held, make_study()).of("seen")["ann"]["age_band"] == band


def test_the_protocol_sets_the_bands() -> None:
    held = make_person("ann", born="1984-03-01", link_worker=["2024-03-09"])
    for bands, band in (((40,), "40+"), ((41,), "0-40"), ((), "0+"), ((18, 30, 50), "30-49")):
        told = count(held, make_study(reference={"age_bands": bands}))
        assert told.of("seen")["ann"]["age_band"] == band


def test_a_stratum_is_an_age_band_and_a_sex() -> None:
    """The finest stratum is both, the next the age band alone."""
    held = Records()
    people = {
        "old_woman": ("1940-01-01", "female"),
        "old_man": ("1941-01-01", "male"),
        "young_man": ("1990-01-01", "male"),
        "other_young_man": ("1991-01-01", "male"),
    }
    for name, (born, sex) in people.items():
        held += make_person(name, born=born, sex=sex, link_worker=["2024-03-09"])
    held += Records(patients=(Patient("no_sex", date(1990, 1, 1), None, "unknown"),))
    held += Records(
        practice_registrations=make_person("no_sex").practice_registrations,
        link_worker_contacts=make_person("no_sex", link_worker=["2024-03-09"]).link_worker_contacts,
    )
    rows = count(held, make_study()).of("seen")
    strata = {name: row["stratum"] for name, row in rows.items()}
    ages = {name: row["age_stratum"] for name, row in rows.items()}
    assert strata["young_man"] == strata["other_young_man"]
    assert len(set(strata.values())) == 4
    assert ages["old_woman"] == ages["old_man"] != ages["young_man"] == ages["no_sex"]


def test_without_an_age_people_stand_together() -> None:
    """Everybody whose age cannot be told is one band, not dropped."""
    held = make_person("ann", born="2030-01-01", link_worker=["2024-03-09"])
    held += make_person("bob", born="2031-01-01", link_worker=["2024-03-09"])
    rows = count(held, make_study()).of("seen")
    assert rows["ann"]["stratum"] == rows["bob"]["stratum"]
    assert rows["ann"]["age_band"] == "unknown"
