"""Whatever came and went, the kept returns say what those that are in would say by themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.errors import UsageError
from righthelp.evidence import Evidence, gather
from righthelp.living import read_living, receive_returns, withdraw_return
from righthelp.report.differences import compare_records
from righthelp.report.record import make_record
from righthelp.returns.fingerprint import take_fingerprint
from righthelp.returns.tables import Released
from righthelp.run import read_returns
from tests.lib.living import RETURNS, STUDY, send, write_study_file

SITES = ("riverside", "hillview", "meadows", "city")
sites = st.sampled_from(SITES)
versions = st.sampled_from(("2024-07-01", "2024-08-01"))
steps = st.lists(st.tuples(sites, st.one_of(st.none(), versions)), min_size=1, max_size=6)
"""A site, and the day of the return that it sends; None withdraws what it sent."""


def _return(site: str, made_on: str) -> Released:
    one = RETURNS[site]
    return replace(one, provenance={**one.provenance, "made_on": made_on})


def _kept(study: Path) -> Evidence:
    return gather(STUDY, read_living(study)[0])


@settings(max_examples=25)
@given(steps=steps)
def test_what_is_kept_is_what_would_have_been_received_alone(
    steps: list[tuple[str, str | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Receive A and B, withdraw B: A alone. The same return again is no step."""
    folder = tmp_path_factory.mktemp("living")
    study = write_study_file(folder)
    model: dict[str, str] = {}
    done = 0
    for site, made_on in steps:
        if made_on is not None:
            step = receive_returns(study, [send(folder, _return(site, made_on))])
            if model.get(site) == made_on:
                assert (step.entries, step.same, step.before) == ((), (site,), step.after)
                continue
            assert step.entries[0].did == ("replaced" if site in model else "received")
            model[site] = made_on
        elif site in model:
            step = withdraw_return(study, site, because="they asked")
            del model[site]
        else:
            with pytest.raises(UsageError):
                withdraw_return(study, site, because="they asked")
            continue
        done += 1
        assert step.after.n_sites == len(model)
    names = {path.name for path in (folder / "returns").glob("*")}
    assert names == {f"{site}.zip" for site in model} | ({"log.csv"} if done else set())
    if model:
        alone = [send(folder / "alone", _return(*one)) for one in model.items()]
        assert _kept(study) == gather(STUDY, read_returns(alone))
        assert len(read_living(study)[1]) == done


@settings(max_examples=15)
@given(kept=st.sets(sites, min_size=1), site=sites)
def test_the_same_return_again_changes_nothing(
    kept: set[str], site: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("living")
    study = write_study_file(folder)
    for one in sorted(kept | {site}):
        receive_returns(study, [send(folder, RETURNS[one])])
    before, log = _kept(study), read_living(study)[1]
    files = {path.name: path.read_bytes() for path in (folder / "returns").glob("*.zip")}
    step = receive_returns(study, [send(folder, RETURNS[site])])
    assert (step.entries, step.same, step.before) == ((), (site,), step.after)
    assert _kept(study) == before
    assert {path.name: path.read_bytes() for path in (folder / "returns").glob("*.zip")} == files
    assert read_living(study)[1] == log
    assert compare_records(make_record(before), make_record(_kept(study))).is_empty


@settings(max_examples=25)
@given(old=st.sets(sites, min_size=1), new=st.sets(sites, min_size=1))
def test_what_changed_between_two_reports_is_told_by_returns_that_came_and_went(
    old: set[str], new: set[str]
) -> None:
    """Both ways round; nothing is ever left without something that could account for it."""
    records = [make_record(gather(STUDY, [RETURNS[one] for one in own])) for own in (old, new)]
    there, back = compare_records(*records), compare_records(*records[::-1])
    assert {one.name for one in there.causes if one.kind == "return_new"} == new - old
    assert {one.name for one in there.causes if one.kind == "return_gone"} == old - new
    assert len(there.causes) == len(old ^ new)
    assert there.is_empty == (old == new)
    assert there.astray == back.astray == ()
    assert {(one.what, one.was, one.now) for one in there.numbers} == {
        (one.what, one.now, one.was) for one in back.numbers
    }


@settings(max_examples=30)
@given(site=st.sampled_from(list(RETURNS)), made_on=st.dates())
def test_two_returns_have_one_fingerprint_only_if_they_are_the_same(
    site: str, made_on: object
) -> None:
    one, other = RETURNS[site], _return(site, str(made_on))
    same = one.provenance["made_on"] == str(made_on)
    assert (take_fingerprint(one).whole == take_fingerprint(other).whole) == same
    assert take_fingerprint(one).tables == take_fingerprint(other).tables
