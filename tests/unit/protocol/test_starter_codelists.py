"""The starter lists: small, sourced, in one reason each, and silent about social prescribing."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from righthelp.onsite.sources.vocabulary import read_codes
from righthelp.protocol.meanings import (
    REASONS,
    SOCIAL_PRESCRIBING,
    STARTER,
    check_meanings,
    load_meanings,
)
from righthelp.protocol.snomed import explain_code, has_check_digit
from tests.lib.studies import make_study

FILES = sorted((STARTER / "local_codelists").glob("*.csv"))
STARTERS = load_meanings()


def test_the_starter_lists_are_sound_and_what_a_study_uses_without_its_own() -> None:
    assert check_meanings(STARTER) == []
    assert STARTERS.notes == ()
    assert load_meanings(make_study()) == STARTERS == load_meanings(STARTER)
    assert len(FILES) == len(STARTERS.lists) == 19


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_code_has_a_term_and_the_source_it_was_found_in(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert 10 <= len(rows) <= 40
    told = {one.source for one in STARTERS.meanings if one.list == path.stem}
    for row in rows:
        assert explain_code(row["code"]) is None, row
        assert row["term"] and "/" in row["source"]
        assert all(row["source"] in source.split("; ") for source in told)


def test_every_list_says_its_licence_and_that_it_awaits_review() -> None:
    for one in STARTERS.meanings:
        assert one.review == "starting point for clinical review"
        assert "SNOMED CT licence" in one.licence and one.label


def test_every_reason_and_the_common_conditions_have_codes() -> None:
    found = {(kind, meaning) for _, kind, meaning, _ in STARTERS.rows}
    reasons = {meaning for kind, meaning in found if kind == "reason"}
    assert reasons == set(REASONS) - {"new_problem", "uncoded"}
    assert {meaning for kind, meaning in found if kind == "condition"} == {
        "asthma",
        "atrial_fibrillation",
        "cancer",
        "chronic_kidney_disease",
        "copd",
        "coronary_heart_disease",
        "dementia",
        "diabetes",
        "epilepsy",
        "heart_failure",
        "hypertension",
        "hypothyroidism",
        "osteoarthritis",
        "stroke_tia",
    }
    assert ("clinical_referral", "clinical_referral") in found


def test_no_code_has_two_meanings_of_a_kind() -> None:
    """A code of a condition also says that a long-term condition was cared for, and no more."""
    kinds = Counter((code, kind) for code, kind, _, _ in STARTERS.rows)
    assert set(kinds.values()) == {1}
    reason = {code: word for code, kind, word, _ in STARTERS.rows if kind == "reason"}
    of_conditions = {code for code, kind, _, _ in STARTERS.rows if kind == "condition"}
    assert {reason[code] for code in of_conditions} == {"long_term_condition"}
    assert not {code for code, kind, _, _ in STARTERS.rows if kind == "clinical_referral"} & set(
        reason
    )


def test_what_is_studied_is_in_no_list() -> None:
    """The codes are those by which referrals to social prescribing are read."""
    assert {one.code for one in read_codes()} == set(SOCIAL_PRESCRIBING)
    assert not {code for code, *_ in STARTERS.rows} & set(SOCIAL_PRESCRIBING)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("73211009", None),  # Diabetes mellitus
        ("138875005", None),  # SNOMED CT concept, the root
        ("871731000000106", None),  # Referral to social prescribing service, UK namespace
        ("15964901000119107", None),  # Atypical atrial flutter, 17 digits
        ("73211008", "check digit"),
        ("8.71731E+14", "power of ten"),
        ("44054006.0", "decimal point"),
        ("1090711000000100", "check digit"),  # 1090711000000102 as a spreadsheet keeps it
        ("15964901000119000", "check digit"),
        ("073211009", "leading noughts"),
        ("900000000000003001", None),  # Fully specified name, of the core module: 18 digits
        ("٧٣٢١١٠٠٩", "not made of digits"),
        ("XE0ox", "not made of digits"),
        ("121589010", "description"),  # the term Diabetes mellitus
    ],
)
def test_identifiers_are_known_from_what_is_none(code: str, why: str | None) -> None:
    told = explain_code(code)
    assert told is None if why is None else why in (told or "")


def test_the_check_digit_is_verhoeffs() -> None:
    """The worked example of the usual description: 236 has the check digit 3."""
    assert [digit for digit in "0123456789" if has_check_digit(f"236{digit}")] == ["3"]
