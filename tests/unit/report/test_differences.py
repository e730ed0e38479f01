"""What changed between two reports and why: each cause by itself, several, and none."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from righthelp.evidence import gather
from righthelp.protocol.requests import Entry
from righthelp.protocol.study import Study
from righthelp.protocol.theory import load_theory
from righthelp.report.difference_words import NOTHING, attribute, dump_changes, say_changes
from righthelp.report.differences import Changes, compare_records
from righthelp.report.record import make_record
from righthelp.returns.tables import Released
from tests.unit.report.eight_sites import make_returns, make_study

STUDY = make_study()
RETURNS = make_returns(STUDY)
RECORD = make_record(gather(STUDY, RETURNS))
Json = dict[str, Any]


def _record(returns: list[Released], study: Study = STUDY, **more: Any) -> Json:
    return make_record(gather(study, returns, **more))


def _shift(released: Released, by: float) -> Released:
    """The return with every estimate moved."""
    rows = tuple(
        {**row, "log_rr": None if row["log_rr"] is None else float(str(row["log_rr"])) + by}
        for row in released.tables["estimates"]
    )
    return replace(released, tables={**released.tables, "estimates": rows})


def _told(released: Released, **provenance: Any) -> Released:
    return replace(released, provenance={**released.provenance, **provenance})


def _kinds(changes: Changes) -> list[tuple[str, str]]:
    return [(one.kind, one.name) for one in changes.causes]


def _study(**sections: Json) -> Study:
    told = STUDY.model_dump()
    for name, section in sections.items():
        told[name] = {**told[name], **section}
    return Study.model_validate(told)


def _recounted(study: Study, *, by: float = 0.0, **provenance: Any) -> list[Released]:
    """What the sites send when they count the same files again under other rules."""
    digest = study.digest()
    return [_shift(_told(one, protocol_digest=digest, **provenance), by) for one in RETURNS]


def test_a_report_beside_itself_has_not_changed() -> None:
    changes = compare_records(RECORD, RECORD)
    assert changes == Changes((), (), (), (), (), (), ())
    assert changes.is_empty
    assert say_changes(changes) == (NOTHING,)


def test_a_new_return_is_named_with_what_it_moved() -> None:
    before = _record([one for one in RETURNS if one.site != "riverside"])
    changes = compare_records(before, RECORD)
    assert _kinds(changes) == [("return_new", "riverside")]
    assert attribute(changes).startswith("All of it comes of one thing: Riverside has answered")
    moved = {(one.where, one.what): (one.was, one.now) for one in changes.numbers}
    assert moved["Riverside", "as counted"] == ("", "0.83 (0.76\u00a0to\u00a00.91)")
    assert moved["Sites together", "sites brought together"] == ("4 sites", "5 sites")
    assert changes.astray == ()
    assert "flow" in [one.name for one in changes.tables]
    assert "twins" not in [one.name for one in changes.tables]


def test_a_withdrawn_return_is_the_same_the_other_way_round() -> None:
    before = _record([one for one in RETURNS if one.site != "riverside"])
    changes, back = compare_records(RECORD, before), compare_records(before, RECORD)
    assert _kinds(changes) == [("return_gone", "riverside")]
    assert {(one.what, one.was, one.now) for one in changes.numbers} == {
        (one.what, one.now, one.was) for one in back.numbers
    }


def test_a_new_site_is_named_and_a_gone_one() -> None:
    fewer = _study()
    fewer = fewer.model_copy(update={"site": fewer.site[1:]})
    rest = [one for one in RETURNS if one.site != "riverside"]
    changes = compare_records(_record(rest, fewer), RECORD)
    assert _kinds(changes) == [("site_new", "riverside")]
    assert "Riverside is new in the study" in attribute(changes)
    changes = compare_records(RECORD, _record(rest, fewer))
    assert _kinds(changes) == [("site_gone", "riverside")]


def test_a_new_site_that_is_silent_moves_no_number() -> None:
    fewer = _study()
    fewer = fewer.model_copy(
        update={"site": tuple(one for one in fewer.site if one.id != "harbour")}
    )
    changes = compare_records(_record(RETURNS, fewer), RECORD)
    assert _kinds(changes) == [("site_new", "harbour")]
    assert not (changes.numbers or changes.verdicts or changes.astray)
    assert "supply" in [one.name for one in changes.tables]


def test_a_replaced_return_is_named_with_its_day_and_its_files() -> None:
    other = _told(_shift(RETURNS[0], 0.2), made_on="2024-08-01", inputs_sha256={"a.csv": "0"})
    changes = compare_records(RECORD, _record([other, *RETURNS[1:]]))
    assert _kinds(changes) == [("return_replaced", "riverside")]
    assert changes.causes[0].words == (
        "Riverside has another return, of 2024-08-01, from other files; the earlier one was of "
        "2024-07-01."
    )
    assert [one.now for one in changes.numbers if one.where == "Riverside"]
    assert changes.verdicts
    assert changes.verdicts[0].was == "cannot tell"


def test_a_return_made_again_with_the_same_numbers_changes_nothing_that_is_said() -> None:
    again = _told(RETURNS[0], made_on="2024-08-01")
    changes = compare_records(RECORD, _record([again, *RETURNS[1:]]))
    assert _kinds(changes) == [("return_made_again", "riverside")]
    assert not changes.has_results
    assert attribute(changes) == ""
    assert "  Nothing that the report says has changed." in say_changes(changes)


@pytest.mark.parametrize(
    ("section", "setting", "words"),
    [
        ("windows", {"after_months": 3}, "The setting windows.after_months: 3, was 6."),
        ("contacts", {"roles": ("gp", "nurse")}, "The setting contacts.roles: gp, nurse, was gp."),
        ("index", {"who": "all"}, "The setting index.who: all, was new."),
        (
            "support",
            {"target_days_first_contact": 21},
            "The setting support.target_days_first_contact: 21, was not set.",
        ),
    ],
)
def test_one_setting_is_named_and_the_sites_counted_again_follow_from_it(
    section: str, setting: Json, words: str
) -> None:
    """All returns are new then; they are a consequence, and not a cause."""
    study = _study(**{section: setting})
    changes = compare_records(RECORD, _record(_recounted(study, by=0.1), study))
    assert _kinds(changes) == [("setting", f"{section}.{next(iter(setting))}")]
    assert changes.causes[0].words == words
    assert changes.counted_again == tuple(site.label for site in STUDY.site if site.id != "harbour")
    assert attribute(changes) == f"All of it comes of one thing: {words}"


def test_of_a_site_that_names_no_files_it_is_said_that_they_are_not_known() -> None:
    """A spreadsheet's checksum never leaves, as it could be guessed."""
    plain = [_told(one, inputs_sha256={}) if one.site == "city" else one for one in RETURNS]
    study = _study(windows={"after_months": 3})
    sent = [_told(one, protocol_digest=study.digest()) for one in plain]
    changes = compare_records(_record(plain), _record([_shift(one, 0.1) for one in sent], study))
    assert _kinds(changes) == [("setting", "windows.after_months")]
    assert changes.unsure == ("City",)
    assert attribute(changes).endswith(
        "3, was 6. Whether City counted the same files as before is not known."
    )


def test_a_setting_with_other_files_cannot_be_told_apart() -> None:
    study = _study(windows={"after_months": 3})
    sent = _recounted(study, by=0.1)
    sent[0] = _told(sent[0], inputs_sha256={"riverside.csv": "other"})
    changes = compare_records(RECORD, _record(sent, study))
    assert _kinds(changes) == [
        ("return_replaced", "riverside"),
        ("setting", "windows.after_months"),
    ]
    assert attribute(changes).startswith("2 things changed at once.")


def test_a_version_is_named_once_for_the_report_and_the_sites_counted_again() -> None:
    sent = _recounted(STUDY, by=0.1, versions={"righthelp": "9.9.9"})
    new = {**_record(sent), "righthelp": "9.9.9"}
    changes = compare_records({**RECORD, "righthelp": "0.1.0"}, new)
    assert _kinds(changes) == [("version", "report")]
    assert len(changes.counted_again) == 7
    assert "9.9.9, was 0.1.0" in attribute(changes)
    alone = compare_records(RECORD, {**new, "righthelp": RECORD["righthelp"]})
    assert _kinds(alone) == [("version", "returns")]
    assert alone.causes[0].words.startswith("Counted by righthelp 9.9.9, was 0.1.0: Riverside, ")


def test_a_title_changes_no_number_and_is_no_suspect() -> None:
    study = _study(study={"title": "Ours"})
    changes = compare_records(RECORD, _record(RETURNS, study))
    assert _kinds(changes) == [("setting", "study.title")]
    assert not changes.has_results
    both = compare_records(RECORD, _record(RETURNS[1:], study))
    assert _kinds(both) == [("return_gone", "riverside"), ("setting", "study.title")]
    assert "is no longer in the report" in attribute(both)


def test_a_price_reaches_the_table_of_capacity_alone() -> None:
    prices = {"gp_contact": (40.0, 42.0, 45.0), "year": "2024", "basis": "made up"}
    changes = compare_records(RECORD, _record(RETURNS, _study(cost=prices)))
    assert {name for _, name in _kinds(changes)} == {f"cost.{one}" for one in prices}
    assert [one.name for one in changes.tables] == ["capacity"]
    assert changes.astray == ()


def test_another_theory_reaches_its_own_tables_alone() -> None:
    theory = load_theory()
    fewer = theory.model_copy(update={"row": theory.row[:3]})
    changes = compare_records(RECORD, _record(RETURNS, theory=fewer))
    assert _kinds(changes) == [("theory", "")]
    assert {one.name.partition("_")[0] for one in changes.tables} == {"theory"}
    assert changes.astray == ()


def test_a_name_and_a_note_of_asking_are_told_and_move_no_number() -> None:
    told = STUDY.model_dump()
    told["site"][0]["name"] = "Riverbank"
    changes = compare_records(RECORD, _record(RETURNS, Study.model_validate(told)))
    assert _kinds(changes) == [("site_named", "riverside")]
    assert not (changes.numbers or changes.verdicts or changes.astray)
    day = STUDY.site[0].extract_from
    assert day is not None
    log = (Entry("city", day, "asked", 1.5, ""),)
    changes = compare_records(RECORD, _record(RETURNS, log=log))
    assert _kinds(changes) == [("site_told", "city")]
    assert [one.name for one in changes.tables] == ["sites"]
    assert changes.astray == ()


def test_another_order_of_the_sites_is_told() -> None:
    turned = STUDY.model_copy(update={"site": STUDY.site[::-1]})
    changes = compare_records(RECORD, _record(RETURNS, turned))
    assert _kinds(changes) == [("site_order", "")]
    assert not (changes.numbers or changes.verdicts or changes.astray)


@pytest.mark.parametrize(
    ("break_it", "named"),
    [
        (lambda one: one["results"][0].__setitem__(3, "0.50"), "Riverside, as counted"),
        (lambda one: one["tables"]["flow"].__setitem__(1, "0" * 12), "People at each step"),
    ],
)
def test_what_changes_with_nothing_to_account_for_it_is_said_to_be_a_bug(
    break_it: Callable[[Json], None], named: str
) -> None:
    broken = copy.deepcopy(RECORD)
    break_it(broken)
    changes = compare_records(RECORD, broken)
    assert changes.astray == (named,)
    said = say_changes(changes)
    assert "it is a bug of ours" in said[-1]
    assert named in said[-1]
    assert "  Nothing that the two records hold is different." in said


def test_a_name_is_no_excuse_for_a_number() -> None:
    """A cause that cannot reach what changed does not hide a bug."""
    broken = copy.deepcopy(RECORD)
    broken["results"][0][3] = "0.50"
    broken["sites"][0]["label"] = "Riverbank"
    assert compare_records(RECORD, broken).astray == ("Riverbank, as counted",)


def test_rules_that_differ_in_a_digest_alone_are_told() -> None:
    changes = compare_records(RECORD, {**RECORD, "protocol": "0" * 64})
    assert _kinds(changes) == [("rules", "")]


def test_a_setting_that_another_version_has_not_is_told() -> None:
    older = copy.deepcopy(RECORD)
    del older["settings"]["windows"]["washout_days"]
    changes = compare_records(older, RECORD)
    assert _kinds(changes) == [("setting", "windows.washout_days")]
    assert changes.causes[0].words == "The setting windows.washout_days: 0, was not set."


def test_a_setting_that_is_empty_before_and_after_is_no_difference() -> None:
    older = copy.deepcopy(RECORD)
    assert older["settings"]["outcomes"].pop("population_mean") in ({}, None)
    assert compare_records(older, RECORD).causes == ()


def test_why_comes_before_what_and_nothing_steers_the_terminal() -> None:
    broken = copy.deepcopy(_record(RETURNS[1:]))
    broken["sites"][0]["label"] = "\x1b[31mRed\x1b[0m"
    said = say_changes(compare_records(RECORD, broken))
    assert said.index("Why") < said.index("What")
    assert "\x1b" not in "".join(said)


def test_a_machine_is_told_the_same() -> None:
    changes = compare_records(RECORD, _record(RETURNS[1:]))
    told = dump_changes(changes)
    assert told["causes"][0]["kind"] == "return_gone"
    assert told["attribution"] == attribute(changes)
    assert len(told["numbers"]) == len(changes.numbers)
