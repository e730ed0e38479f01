"""Continuity of care: the twenty worked patients of a paper."""

from __future__ import annotations

import pytest

from righthelp.estimators.continuity import Continuity, continuity
from tests.golden.estimators.cases import read_expected, read_rows

CASE = "continuity_worked_patients"
ROWS = read_rows(CASE)
# Two decimals; the paper prints two thirds both as 0.67 and as 0.66.
PRINTED = 0.0068


def _measure(rows: list[dict[str, str]], *, at_least: int = 2) -> Continuity:
    """Return the indices from one row an appointment."""
    each = [(int(row["patient"]), ord(doctor)) for row in rows for doctor in row["appointments"]]
    return continuity(
        person=[patient for patient, _ in each],
        clinician=[doctor for _, doctor in each],
        n_visits=[1] * len(each),
        at_least=at_least,
    )


def test_every_patient_has_the_printed_indices() -> None:
    found = _measure(ROWS)
    printed = [row for row in ROWS if row["upc"]]
    assert len(printed) == 18
    assert found.person.tolist() == [int(row["patient"]) for row in printed]
    assert found.upc == pytest.approx([float(row["upc"]) for row in printed], abs=PRINTED)
    assert found.coc == pytest.approx([float(row["coc"]) for row in printed], abs=0.005)
    assert found.n_visits.tolist() == [len(row["appointments"]) for row in printed]


def test_the_patient_of_one_appointment_on_each_list_has_none() -> None:
    assert _measure(ROWS).n_below == 2


@pytest.mark.parametrize("practice_list", ["A", "B", "all"])
def test_means_of_the_lists_and_of_the_practice(practice_list: str) -> None:
    found = _measure([row for row in ROWS if practice_list in (row["list"], "all")])
    printed = read_expected(CASE)["mean"][practice_list]
    assert found.mean_upc == pytest.approx(printed["upc"], abs=0.005)
    assert found.mean_coc == pytest.approx(printed["coc"], abs=0.005)
