"""What counts as a contact."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from righthelp.errors import ProtocolError
from righthelp.protocol.categories import list_categories, suggest_category
from righthelp.protocol.contacts import ACC08, list_definitions, read_rivals
from righthelp.protocol.load import load_study
from righthelp.protocol.records import STATUSES
from tests.lib.counting import count, count_by
from tests.lib.records import Appointment, make_person
from tests.lib.studies import make_study

DAY = date(2024, 1, 10)
RIVALS = "primary every_appointment seen_by_status not_attended_too face_to_face"


def _before(*appointments: Appointment, role_missing: bool = False, **contacts: Any) -> int:
    held = make_person("ann", appointments=appointments, link_worker=["2024-03-09"])
    told = count(held, make_study(contacts=contacts), role_missing=role_missing)
    return int(told.of("seen")["ann"]["before"])


@pytest.mark.parametrize("status", STATUSES)
def test_by_default_only_an_attended_appointment_counts(status: str) -> None:
    """Arrived, in progress, waiting and walked out count in the definition band alone."""
    assert _before(Appointment("ann", DAY, status=status)) == (status == "attended")


@pytest.mark.parametrize(
    ("role", "counts"),
    [("gp", 1), ("nurse", 0), ("other_direct_care", 0), ("admin", 0), ("unknown", 0)],
)
def test_by_default_only_gps_count(role: str, counts: int) -> None:
    assert _before(Appointment("ann", DAY, role=role)) == counts
    assert _before(Appointment("ann", DAY, role=role), roles=("gp", "nurse")) == (
        role in ("gp", "nurse")
    )


def test_a_link_worker_never_counts() -> None:
    """Not even where a site cannot tell roles apart and every member of staff counts."""
    every = ("gp", "nurse", "other_direct_care", "admin", "unknown")
    assert _before(Appointment("ann", DAY, role="link_worker"), roles=every) == 0
    assert _before(Appointment("ann", DAY, role="link_worker"), role_missing=True) == 0


def test_every_mode_counts_unless_told() -> None:
    modes = ("face_to_face", "telephone", "video", "home_visit", "written", "unknown")
    for mode in modes:
        assert _before(Appointment("ann", DAY, mode=mode)) == 1
    assert _before(Appointment("ann", DAY, mode="telephone"), modes=("face_to_face",)) == 0


@pytest.mark.parametrize(
    ("category", "allowed", "counts"),
    [
        (None, (), 1),
        ("Planned", (), 1),
        ("Planned", ("Planned", "Acute"), 1),
        ("Social", ("Planned", "Acute"), 0),
        # An appointment without a category is none of those that were named.
        (None, ("Planned", "Acute"), 0),
    ],
)
def test_categories_count_where_the_study_names_them(
    category: str | None, allowed: tuple[str, ...], counts: int
) -> None:
    assert _before(Appointment("ann", DAY, category=category), categories=allowed) == counts


def test_one_contact_a_day_unless_told() -> None:
    """Two appointments on one day are one contact; on two days, two."""
    same_day = [Appointment("ann", DAY), Appointment("ann", DAY, mode="telephone")]
    assert _before(*same_day) == 1
    assert _before(*same_day, same_day="all") == 2
    assert _before(Appointment("ann", DAY), Appointment("ann", date(2024, 1, 11))) == 2


def test_an_appointment_that_does_not_count_does_not_use_up_the_day() -> None:
    missed = Appointment("ann", DAY, status="did_not_attend")
    assert _before(missed, Appointment("ann", DAY, mode="telephone")) == 1


def test_records_without_roles_count_all_staff_and_are_marked() -> None:
    """if_role_missing = all_staff_marked: the role is unknown on every row; every row counts."""
    assert _before(Appointment("ann", DAY, role="unknown"), role_missing=True) == 1


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("primary", 1),
        ("every_appointment", 2),
        ("seen_by_status", 2),
        ("not_attended_too", 2),
        ("face_to_face", 0),
        ("all_staff", 2),
    ],
)
def test_the_definition_band_counts_again_under_each_rival(name: str, counts: int) -> None:
    """Each rival changes one thing of the study's own definition."""
    appointments = [
        Appointment("ann", date(2024, 1, 10), mode="telephone"),
        Appointment("ann", date(2024, 1, 10), mode="video"),
        Appointment("ann", date(2024, 1, 11), mode="telephone", status="walked_out"),
        Appointment("ann", date(2024, 1, 12), mode="telephone", status="unknown"),
        Appointment("ann", date(2024, 1, 13), mode="telephone", role="nurse"),
        Appointment("ann", date(2024, 1, 14), role="link_worker"),
    ]
    held = make_person("ann", appointments=appointments, link_worker=["2024-03-09"])
    assert count_by(held, make_study(), name).of("seen")["ann"]["before"] == counts


@pytest.mark.parametrize(
    ("name", "counts"), [("primary", 5), ("iif_acc08", 2), ("any_mode", 5), ("all_staff", 6)]
)
def test_the_eight_national_categories_of_acc08(name: str, counts: int) -> None:
    """A clinic, an appointment that is not mapped and one of the site's own kind are not counted.

    The other rivals, and the study's own definition, count as if there were no categories.
    """
    categories = ["Walk-in", "Home Visit", "Planned Clinics", "Unmapped", "Bloods", None]
    appointments = [
        Appointment(
            "ann", date(2024, 1, day), category=category, role="nurse" if day == 6 else "gp"
        )
        for day, category in enumerate(categories, start=1)
    ]
    held = make_person("ann", appointments=appointments, link_worker=["2024-03-09"])
    study = make_study(contacts={"modes": ("face_to_face",)} if name == "any_mode" else {})
    told = count_by(held, study, name, with_categories=True)
    assert told.of("seen")["ann"]["before"] == counts


def test_acc08_is_shown_where_categories_are_recorded_and_the_study_names_none() -> None:
    def names(with_categories: bool, **contacts: Any) -> list[str]:
        study = make_study(contacts=contacts)
        definitions = list_definitions(
            study.contacts, role_missing=False, with_categories=with_categories
        )
        return [one.name for one in definitions]

    assert names(False) == f"{RIVALS} all_staff".split()
    assert names(True) == f"{RIVALS} all_staff iif_acc08".split()
    assert "iif_acc08" not in names(True, categories=("Walk-in",))


def test_every_definition_and_category_has_a_source() -> None:
    assert all(one.source for one in read_rivals())
    assert all(one.source for one in list_categories())
    assert len(ACC08) == 8
    assert {one.context for one in list_categories()} == {"care related encounter", "not known"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Walk-in", "Walk-in"),
        ("  general  CONSULTATION acute ", "General Consultation Acute"),
        ("Bloods", "Bloods"),
        ("General Consultation Planned", "General Consultation Planned"),
    ],
)
def test_case_and_blanks_of_a_category_do_not_matter(written: str, meant: str) -> None:
    """A category of the sites' own stays as it is written."""
    assert make_study(contacts={"categories": (written,)}).contacts.categories == (meant,)
    assert suggest_category(written) is None


def test_a_national_category_misspelt_is_a_problem_of_the_study(tmp_path: Path) -> None:
    text = """[study]
title = "T"
[contacts]
categories = ["Walk-in", "General Consultation Accute", "Bloods", "Clinical Triadge"]
[[site]]
id = "a"
route = "summary"
path = "form.xlsx"
index_month = "2024-03"
"""
    (tmp_path / "study.toml").write_text(text)
    with pytest.raises(ProtocolError) as refused:
        load_study(tmp_path / "study.toml")
    assert [(one.where, one.do) for one in refused.value.problems] == [
        ("study.toml: line 4, contacts.categories", "Did you mean Clinical Triage?"),
        ("study.toml: line 4, contacts.categories", "Did you mean General Consultation Acute?"),
    ]


@pytest.mark.parametrize(
    ("contacts", "role_missing", "names"),
    [
        (
            {},
            False,
            f"{RIVALS} all_staff",
        ),
        # Where the study itself counts every appointment, that rival says nothing new.
        (
            {"same_day": "all"},
            False,
            "primary seen_by_status not_attended_too face_to_face all_staff",
        ),
        (
            {"modes": ("face_to_face",)},
            False,
            f"{RIVALS} any_mode all_staff",
        ),
        # Records without roles cannot tell all staff from GPs.
        ({}, True, RIVALS),
    ],
)
def test_a_rival_that_says_the_same_is_left_out(
    contacts: dict[str, Any], role_missing: bool, names: str
) -> None:
    study = make_study(contacts=contacts)
    definitions = list_definitions(study.contacts, role_missing=role_missing)
    assert " ".join(one.name for one in definitions) == names
