"""A theory file: what it may say, every problem at once, and how a row is judged."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from righthelp.cli import cli
from righthelp.errors import ProtocolError
from righthelp.evidence.claims import find_causal_words
from righthelp.evidence.meaning.seen import Direction, Seen
from righthelp.evidence.meaning.theory import Judged, judge_row
from righthelp.protocol.indicators import GP_CONTACTS, INDICATORS
from righthelp.protocol.load import load_study
from righthelp.protocol.theory import Theory, load_theory
from righthelp.run import write_report
from tests.lib.studies import make_study

STUDY = """\
[study]
title = "Our study"
{theory}
[[site]]
id = "north"
route = "counts"
path = "north.xlsx"
index_month = "2024-03"
"""
ROW = """\
[[row]]
id = "{id}"
title = "{title}"
context = "People who come often"
mechanism = "Their need is met elsewhere"
outcome = "They turn there"
gp_use = "down"
"""
MET = ROW.format(id="met", title="The need is met")
PASSES = ROW.format(id="passes", title="It passes by itself")
SMALLEST = f'title = "Ours"\n{MET}indicators.need_met = "present"\n'
TWO = (
    f'title = "Ours"\n{MET}indicators.gp_contacts = "down"\nindicators.need_met = "present"\n'
    f'rivals = ["passes"]\nneeds = "frequent_attenders"\n'
    f'{PASSES}indicators.peak_before = "present"\n'
)


def _load(text: str, folder: Path) -> Theory:
    path = folder / "theory.toml"
    path.write_text(text, encoding="utf-8")
    return load_theory(path)


def _judge(theory: Theory, row: str = "met", **directions: Direction) -> Judged:
    own = next(one for one in theory.row if one.id == row)
    return judge_row(own, theory=theory, seen={name: Seen(one) for name, one in directions.items()})


def test_the_smallest_theory_has_a_title_and_a_row_with_an_indicator(tmp_path: Path) -> None:
    theory = _load(SMALLEST, tmp_path)
    assert theory.row[0].indicators == {"need_met": "present"}
    assert (theory.row[0].rivals, theory.row[0].needs, theory.note) == ((), None, ())


def test_every_problem_is_told_at_once_with_its_line_and_what_to_do(tmp_path: Path) -> None:
    text = f"""\
title = ""
{MET}indicators.gp_contact = "down"
indicators.need_met = "up"
indicators.missed = "fewer"
rivals = ["pass", "met"]
needs = "missed"
{ROW.format(id="met", title="Again")}indicators.gp_contacts = "down"
gp_uses = "down"

[[note]]
row = "mett"
text = "A GP told us so."
source = "Meeting"
added_by = "JB"
on = 2026-02-30x
"""
    with pytest.raises(ProtocolError, match="the file is not TOML"):
        _load(text, tmp_path)
    with pytest.raises(ProtocolError) as refused:
        _load(text.replace("2026-02-30x", '"soon"'), tmp_path)
    told = [(one.where, one.what, one.do) for one in refused.value.problems]
    assert [where for where, _, _ in told] == [
        "theory.toml: line 1, title",
        "theory.toml: line 9, row.1.indicators.gp_contact",
        "theory.toml: line 10, row.1.indicators.need_met",
        "theory.toml: line 11, row.1.indicators.missed",
        "theory.toml: line 12, row.1.rivals.1",
        "theory.toml: line 12, row.1.rivals.2",
        "theory.toml: line 13, row.1.needs",
        "theory.toml: line 15, row.2.id",
        "theory.toml: line 21, row.2.indicators.gp_contacts",
        "theory.toml: line 22, row.2.gp_uses",
        "theory.toml: line 25, note.1.row",
        "theory.toml: line 29, note.1.on",
    ]
    what = [(said, do) for _, said, do in told]
    assert what[1] == ("there is no indicator gp_contact", "Did you mean gp_contacts?")
    assert what[2] == ("need_met cannot be expected up", "Expect it present or absent.")
    assert what[4] == ("there is no row pass", "Known here: met, met.")
    assert what[5] == ("a row is no rival of its own", "Leave it out.")
    assert what[6][0] == "missed is a change, and a context is there or not"
    assert what[7] == ("there are two rows met", "Give each its own id.")
    assert what[10] == ("there is no row mett", "Did you mean met?")
    assert refused.value.exit_code == 3


@pytest.mark.parametrize("indicators", ['indicators.gp_contacts = "down"', "indicators = {}"])
def test_a_row_of_which_only_the_direction_of_contacts_is_known_is_refused(
    tmp_path: Path, indicators: str
) -> None:
    with pytest.raises(ProtocolError) as refused:
        _load(f'title = "Ours"\n{MET}{indicators}\n', tmp_path)
    (problem,) = refused.value.problems
    assert problem.what == (
        "the direction of GP contacts alone never identifies a row, and this row has nothing else"
    )
    assert problem.do == "Add an indicator that only this row would show, such as need_met."


def test_a_theory_that_is_made_without_a_file_is_held_to_the_same_rules() -> None:
    row = dict.fromkeys(("id", "title", "context", "mechanism", "outcome"), "x")
    row |= {"gp_use": "down"}
    with pytest.raises(ValueError, match="alone never identifies a row"):
        Theory.model_validate({"title": "x", "row": [{**row, "indicators": {GP_CONTACTS: "up"}}]})


def test_a_note_is_kept_with_its_source_and_is_never_judged(tmp_path: Path) -> None:
    note = '[[note]]\nrow = "met"\ntext = "Two people said so."\nsource = "Interviews"\n'
    theory = _load(f'{SMALLEST}{note}added_by = "JB"\non = 2026-05-04\n', tmp_path)
    (kept,) = theory.notes_on("met")
    assert (kept.text, kept.source, kept.on) == (
        "Two people said so.",
        "Interviews",
        date(2026, 5, 4),
    )
    assert _judge(theory) == _judge(_load(SMALLEST, tmp_path))


def test_fifteen_rows_ship_with_righthelp_and_none_says_why() -> None:
    theory = load_theory()
    assert len(theory.row) == 15
    for row in theory.row:
        assert set(row.indicators) - {GP_CONTACTS}
        assert theory.rivals_of(row.id)
        words = (row.title, row.context, row.mechanism, row.outcome, row.when)
        assert find_causal_words(" ".join(words)) == ()
    used = {name for row in theory.row for name in (*row.indicators, row.needs or GP_CONTACTS)}
    assert used <= set(INDICATORS)


def test_a_rival_holds_both_ways_whichever_row_names_it(tmp_path: Path) -> None:
    theory = _load(TWO, tmp_path)
    assert [one.id for one in theory.rivals_of("met")] == ["passes"]
    assert [one.id for one in theory.rivals_of("passes")] == ["met"]


# Rows: what was seen of gp_contacts (expected down), need_met (present), peak_before (the rival's),
# frequent_attenders (the context); the verdict; how its reason begins.
VERDICTS: list[tuple[tuple[Direction, Direction, Direction, Direction], str, str]] = [
    (("down", "present", "absent", "present"), "consistent", "All that was supplied"),
    (("down", "present", "not_supplied", "present"), "consistent", "All that was supplied"),
    (("not_supplied", "present", "absent", "present"), "consistent", "All that was supplied"),
    (("down", "present", "absent", "not_supplied"), "consistent", "All that was supplied"),
    (("down", "present", "present", "present"), "not_distinguishable", "All that was supplied"),
    (("down", "not_supplied", "absent", "present"), "not_distinguishable", "Of its indicators"),
    (("unclear", "present", "absent", "present"), "not_distinguishable", "Unclear: contacts"),
    (("same", "present", "absent", "present"), "not_distinguishable", "Clearly not as expected"),
    (("down", "present", "absent", "unclear"), "not_distinguishable", "Whether its context"),
    (("up", "present", "absent", "present"), "contradicted", "Clearly the other way: contacts"),
    (("down", "absent", "absent", "present"), "contradicted", "Clearly the other way: the"),
    (("up", "not_supplied", "absent", "present"), "contradicted", "Clearly the other way"),
    (("down", "present", "absent", "absent"), "not_looked_at", "Its context is not there: ten"),
    (("not_supplied", "not_supplied", "present", "present"), "not_looked_at", "Nothing that would"),
]


@pytest.mark.parametrize(("seen", "verdict", "reason"), VERDICTS)
def test_a_row_is_judged_by_the_first_rule_that_fits(
    tmp_path: Path, seen: tuple[Direction, ...], verdict: str, reason: str
) -> None:
    contacts, met, peak, often = seen
    judged = _judge(
        _load(TWO, tmp_path),
        gp_contacts=contacts,
        need_met=met,
        peak_before=peak,
        frequent_attenders=often,
    )
    assert judged.verdict == verdict
    assert judged.reason.startswith(reason)


def test_a_rival_that_could_not_be_looked_at_is_named_as_not_ruled_out(tmp_path: Path) -> None:
    judged = _judge(_load(TWO, tmp_path), need_met="present")
    assert judged.verdict == "consistent"
    assert judged.open_rivals == ("It passes by itself",)
    assert judged.reason.endswith("Not looked at, and so not ruled out: “It passes by itself”.")


def test_the_study_names_its_theory_from_its_own_folder_and_sites_count_the_same(
    tmp_path: Path,
) -> None:
    """Only the report reads a theory, so it is no rule of the counting: the digest is the same."""
    path = tmp_path / "study.toml"
    path.write_text(STUDY.format(theory=""), encoding="utf-8")
    bare = load_study(path)
    path.write_text(STUDY.format(theory='theory = "ours/theory.toml"'), encoding="utf-8")
    named = load_study(path)
    assert bare.study.theory is None
    assert named.study.theory == tmp_path.resolve() / "ours" / "theory.toml"
    assert named.digest() == bare.digest()


def test_check_and_report_tell_what_is_wrong_with_the_theory(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(STUDY.format(theory='theory = "theory.toml"'), encoding="utf-8")
    missing = CliRunner().invoke(cli, ["check", str(path)])
    assert isinstance(missing.exception, ProtocolError)
    assert "the theory file does not exist" in str(missing.exception)
    (tmp_path / "theory.toml").write_text(f'title = "Ours"\n{MET}', encoding="utf-8")
    with pytest.raises(ProtocolError, match="indicators is missing"):
        write_report(load_study(path), [], paths=[tmp_path / "report.html"])
    _load(SMALLEST, tmp_path)
    assert CliRunner().invoke(cli, ["check", str(path)]).exit_code == 0


def test_a_study_without_a_theory_gets_the_one_that_ships() -> None:
    assert load_theory(make_study().study.theory) is load_theory()
