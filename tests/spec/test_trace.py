"""`trace`: why one person is in or out, and which of their contacts counted."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from righthelp.errors import UsageError
from righthelp.onsite.trace import Trace, trace_person
from tests.lib.records import Appointment, Records, make_person, write_records
from tests.lib.studies import make_study

SEEN = make_person("other", gp=["2023-12-01"], link_worker=["2024-03-05"])


def _trace(held: Records, folder: Path, person: str = "ann", **sections: Any) -> Trace:
    site = {"path": str(write_records(held, folder)), **sections.pop("site", {})}
    return trace_person(make_study(site=site, **sections), "north", person=person)


def _ann(*appointments: Appointment, **facts: Any) -> Records:
    return make_person(
        "ann",
        appointments=appointments,
        link_worker=["2024-03-09"],
        referred=["2024-02-01"],
        **facts,
    )


def test_every_appointment_is_told_with_its_window_and_why_it_counted_or_not(
    tmp_path: Path,
) -> None:
    """One row an appointment, in order; the first reason that applies."""
    held = _ann(
        Appointment("ann", date(2023, 8, 31)),
        Appointment("ann", date(2023, 9, 1)),
        Appointment("ann", date(2023, 9, 1), mode="telephone"),
        Appointment("ann", date(2023, 10, 1), role="nurse"),
        Appointment("ann", date(2023, 10, 2), status="did_not_attend"),
        Appointment("ann", date(2023, 10, 3), role="link_worker"),
        Appointment("ann", date(2024, 3, 15)),
        Appointment("ann", date(2024, 4, 1)),
    )
    told = _trace(held, tmp_path)
    assert (told.step, told.before, told.after) == ("compared", 1, 1)
    assert [(str(one.on), one.window, one.counted, one.why) for one in told.contacts] == [
        ("2023-08-31", "outside", False, "outside both windows"),
        ("2023-09-01", "before", True, "counted"),
        ("2023-09-01", "before", False, "a second contact on the same day"),
        ("2023-10-01", "before", False, "role nurse does not count"),
        ("2023-10-02", "before", False, "status did_not_attend does not count"),
        ("2023-10-03", "before", False, "role link_worker does not count"),
        ("2024-03-15", "index", False, "at the index: in neither window"),
        ("2024-04-01", "after", True, "counted"),
    ]


@pytest.mark.parametrize(
    ("index", "gap"),
    [
        ({"anchor": "month"}, ["2024-03-01", "2024-03-31", "2024-04-14"]),
        (
            {"anchor": "date", "index_from": date(2024, 3, 1), "index_to": date(2024, 4, 1)},
            ["2024-03-09", "2024-03-23"],
        ),
    ],
)
def test_what_is_marked_as_counted_is_what_was_counted(
    index: dict[str, Any], gap: list[str], tmp_path: Path
) -> None:
    """The contacts marked in each window are as many as the counts say; none in between."""
    days = ["2023-09-15", "2023-09-15", "2024-02-28", *gap, "2024-05-01", "2024-08-01"]
    held = _ann(gp=days)
    told = _trace(held, tmp_path, index=index, windows={"washout_days": 14})
    marked = [one.window for one in told.contacts if one.counted]
    assert marked.count("before") == told.before == 2
    assert marked.count("after") == told.after == 2
    assert len(marked) == 4


def test_a_person_left_out_is_told_the_reason_of_the_flow(tmp_path: Path) -> None:
    held = SEEN + _ann(died="2024-05-01", gp=["2024-01-10", "2024-04-20"])
    told = _trace(held, tmp_path)
    assert (told.step, told.reason) == ("died", "Died before the end of the after window")
    assert told.at_risk_to == date(2024, 5, 2)
    assert (told.before, told.after) == (1, 1)
    assert told.qualifying_on == date(2024, 1, 10)


def test_a_person_who_is_not_registered_has_no_days_and_no_counts(tmp_path: Path) -> None:
    elsewhere = make_person("ann", gp=["2024-01-10"], link_worker=["2024-03-09"], practice="P9")
    told = _trace(SEEN + elsewhere, tmp_path, site={"practices": ("P1",)})
    assert told.step == "not_registered"
    assert told.at_risk_from is None
    assert (told.before, told.after) == (None, None)
    assert [one.counted for one in told.contacts] == [False]


def test_a_person_who_was_not_seen_is_told_what_they_were_used_for(tmp_path: Path) -> None:
    seen = make_person(
        "seen", gp=["2024-02-01"], referred=["2024-02-01"], link_worker=["2024-03-05"]
    )
    told = _trace(seen + make_person("ann", gp=["2024-02-10"]), tmp_path)
    assert told.step == "not_seen"
    assert told.roles == ("population", "reference")
    assert told.reason == (
        "Not seen by the link worker in the index period; population and reference"
    )
    told = _trace(seen + make_person("ann", practice="P9"), tmp_path, site={"practices": ("P1",)})
    assert told.reason.endswith("not used for any comparison")
    assert (told.roles, told.contacts, told.index_on) == ((), (), None)


def test_somebody_whom_the_records_do_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        _trace(SEEN, tmp_path, person="nobody")
    assert str(refused.value) == (
        "site north has no person nobody\n    Give the patient_id of the records."
    )


def test_a_site_without_records_cannot_be_traced(tmp_path: Path) -> None:
    study = make_study(site={"route": "counts", "path": str(tmp_path / "sheet.csv")})
    with pytest.raises(UsageError, match="holds no records to trace"):
        trace_person(study, "north", person="ann")
