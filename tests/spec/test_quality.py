"""Each look at a site's records: raised by records that are broken in that way, and only then."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from righthelp.engine import open_engine
from righthelp.onsite.findings import Finding, Ledger
from righthelp.onsite.quality import Quality, look_at
from righthelp.onsite.quality_page import write_quality
from righthelp.protocol.study import Study
from tests.lib.records import Appointment, ClinicalEvent, Records, load_records, make_person
from tests.lib.studies import make_study, site_of

FIRST, END = date(2022, 1, 1), date(2025, 1, 1)
LEDGER = (Ledger("appointments", 1_000, 995, {"duplicate_row": 5}),)


def make_records(**changes: Any) -> Records:
    """Twenty people with an appointment a month each, and a contact and a referral every month."""
    held = Records()
    months = [date(year, month, 10) for year in (2022, 2023, 2024) for month in range(1, 13)]
    for number in range(20):
        held += make_person(
            f"p{number}",
            appointments=[Appointment("", day) for day in months],
            link_worker=[str(day) for day in months] if number == 0 else (),
            referred=[str(day) for day in months] if number == 0 else (),
        )
    return dataclasses.replace(
        held, **{name: change(getattr(held, name)) for name, change in changes.items()}
    )


def look(
    records: Records, study: Study | None = None, ledger: tuple[Ledger, ...] = LEDGER
) -> Quality:
    study = study or make_study(site={"extract_from": FIRST, "extract_to": END})
    with open_engine(threads=1) as engine:
        load_records(engine, records)
        return look_at(engine, study, site=site_of(study), ledger=ledger)


def raised(quality: Quality) -> dict[str, str]:
    return {one.name: one.outcome for one in quality.looks if one.outcome != "good"}


def replace_some(every: int, **facts: Any) -> Any:
    return lambda rows: tuple(
        dataclasses.replace(row, **facts) if place % every == 0 else row
        for place, row in enumerate(rows)
    )


def from_month(first: date, **facts: Any) -> Any:
    return lambda rows: tuple(
        dataclasses.replace(row, **facts) if row.start_date >= first else row for row in rows
    )


def test_good_records_raise_nothing() -> None:
    quality = look(make_records())
    assert raised(quality) == {}
    assert not quality.blocks
    assert len(quality.months) == 36
    first = quality.months[0]
    assert (first.n_appointments, first.n_attended, first.registered) == (20, 20, 20)
    assert (first.n_contacts, first.n_referrals) == (1, 1)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        (
            "months",
            {"appointments": lambda rows: tuple(r for r in rows if r.start_date.month != 7)},
        ),
        ("role", {"appointments": replace_some(10, role="unknown")}),
        ("booked", {"appointments": replace_some(15, status="booked")}),
        ("change", {"appointments": from_month(date(2023, 6, 1), mode="telephone")}),
        (
            "outside",
            {"practice_registrations": replace_some(20, start_date=date(2023, 6, 1))},
        ),
        ("contacts", {"link_worker_contacts": lambda rows: (*rows[:10], *rows[12:])}),
        ("referrals", {"referrals": lambda rows: (*rows[:10], *rows[12:])}),
        ("referrals", {"referrals": lambda rows: ()}),
    ],
)
def test_each_fault_is_raised_once(name: str, changes: dict[str, Any]) -> None:
    assert raised(look(make_records(**changes))) == {name: "look"}


def test_a_practice_below_one_appointment_a_person_a_year_blocks() -> None:
    """NHS England leaves such practices out; here every sixteenth appointment is there."""
    thin = look(make_records(appointments=lambda rows: rows[::16]))
    assert raised(thin)["volume"] == "blocks"
    assert thin.blocks
    two = make_records(
        appointments=lambda rows: (
            *rows,
            *(dataclasses.replace(r, practice_id="P2") for r in rows[:2]),
        ),
        practice_registrations=lambda rows: (
            *rows,
            *(dataclasses.replace(row, practice_id="P2") for row in rows[:4]),
        ),
    )
    assert raised(look(two)) == {"volume": "look"}
    seen = next(one.seen for one in look(two).looks if one.name == "volume")
    assert seen == "Appointments a registered person a year: P2 0.2."


@pytest.mark.parametrize("practice", [None, "P9"])
def test_appointments_of_no_practice_of_the_list_are_set_against_everybody(
    practice: str | None,
) -> None:
    quality = look(make_records(appointments=from_month(FIRST, practice_id=practice)))
    assert raised(quality) == {}
    seen = next(one.seen for one in quality.looks if one.name == "volume")
    assert seen == "Appointments a registered person a year: all practices 12.0."


def test_copies_and_covid_and_cover() -> None:
    many = (Ledger("appointments", 1_000, 900, {"duplicate_row": 100}),)
    assert raised(look(make_records(), ledger=many)) == {"doubled": "look"}
    records = make_records().shifted(0)
    study = make_study(site={"extract_from": FIRST + timedelta(500), "extract_to": END})
    assert raised(look(records, study)) == {"cover": "look"}
    early = make_study(
        site={"index_month": "2020-06", "extract_from": date(2019, 1, 1), "extract_to": END}
    )
    assert raised(look(records, early))["covid"] == "look"


def test_the_page_and_the_workbook_hold_the_same(tmp_path: Path) -> None:
    """Every look and finding in both; a value that begins like a formula stays text."""
    quality = look(make_records())
    found = (Finding("unknown_word", "appointments", "status", "a.csv", 3, "=1+1", 2),)
    page, workbook = write_quality(quality, found, ledger=LEDGER, folder=tmp_path)
    text = page.read_text(encoding="utf-8")
    book = load_workbook(workbook)
    assert book.sheetnames == [
        "The records as a whole",
        "Single rows",
        "Every row read",
        "Month by month",
    ]
    for one in quality.looks:
        assert one.title.replace("'", "&#x27;") in text
    rows = [[cell.value for cell in row] for row in book["Single rows"].iter_rows()]
    assert rows[1][2] == "A word is not in the vocabulary and was taken as unknown (=1+1) [2 rows]"
    assert "(=1+1)" in text
    assert len(list(book["Month by month"].iter_rows())) == 37
    assert "stays at the practice" in text


DIABETES, LONELY = "44054006", "267076002"


def code_some(*, without: tuple[date, date] | None = None, codes: tuple[str, ...]) -> Any:
    """An entry of each code beside every person's appointment of a month, but for a spell."""
    days = [date(year, month, 10) for year in (2022, 2023, 2024) for month in range(1, 13)]
    first, end = without or (END, END)
    return tuple(
        ClinicalEvent(f"p{number}", day, code)
        for number in range(20)
        for day in days
        for code in codes
        if not (code == LONELY and first <= day < end)
    )


def test_a_code_that_fell_silent_is_told_with_its_months() -> None:
    """One list is enough: others go on. A list that is never used says nothing."""
    steady = dataclasses.replace(
        make_records(), clinical_events=code_some(codes=(DIABETES, LONELY))
    )
    assert raised(look(steady)) == {}
    spell = date(2023, 5, 1), date(2023, 7, 1)
    gap = dataclasses.replace(
        make_records(), clinical_events=code_some(without=spell, codes=(DIABETES, LONELY))
    )
    quality = look(gap)
    assert raised(quality) == {"codes": "look"}
    seen = next(one.seen for one in quality.looks if one.name == "codes")
    assert "none in May 2023, June 2023" in seen and "100% of attended" in seen


def test_a_fall_of_all_coding_is_told() -> None:
    """No list is silent, as the middle month has no entries by then; the share tells it."""
    spell = date(2023, 7, 1), END
    quality = look(
        dataclasses.replace(
            make_records(), clinical_events=code_some(without=spell, codes=(LONELY,))
        )
    )
    assert raised(quality) == {"codes": "look"}
    seen = next(one.seen for one in quality.looks if one.name == "codes")
    assert "From July 2023 the share of attended appointments with a code fell by 100" in seen
