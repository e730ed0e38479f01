"""A living synthesis: taking in, replacing, withdrawing, and the table of how it came about."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from righthelp.errors import DataRefused, ProtocolError, UsageError
from righthelp.evidence import gather
from righthelp.living import read_living, receive_returns, withdraw_return
from righthelp.protocol.load import load_study
from righthelp.report.changes import list_changes, say_standing
from righthelp.report.record import make_record
from righthelp.report.tables import list_all
from righthelp.returns.fingerprint import take_fingerprint
from righthelp.returns.history import LOG, Standing
from tests.lib.living import RETURNS, STUDY, send, write_study_file

ON = datetime(2024, 7, 1, 12, 30, tzinfo=UTC)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study_file(tmp_path)


def _send(study: Path, *sites: str) -> list[Path]:
    return [send(study.parent, RETURNS[site]) for site in sites]


def _kept(study: Path) -> set[str]:
    return {path.name for path in (study.parent / "returns").iterdir()}


def test_returns_are_kept_and_the_log_says_how_the_result_stood(study: Path) -> None:
    step = receive_returns(study, _send(study, "riverside", "hillview"), because="first", at=ON)
    assert _kept(study) == {"riverside.zip", "hillview.zip", LOG}
    assert step.before == Standing(0)
    assert [one.after.n_sites for one in step.entries] == [1, 2]
    returns, entries = read_living(study)
    evidence = gather(STUDY, list(returns))
    assert [one.site for one in evidence.twins] == ["riverside", "hillview"]
    last = entries[-1]
    assert (last.on, last.did, last.site, last.because) == (ON, "received", "hillview", "first")
    assert last.digest == take_fingerprint(RETURNS["hillview"]).whole
    together = evidence.adjusted
    assert last.after.adjusted == pytest.approx(_exp(together.log_rr), rel=1e-5)
    assert last.after.low == pytest.approx(_exp(together.low), rel=1e-5)
    assert last.after.high == pytest.approx(_exp(together.high), rel=1e-5)
    assert last.after.crude == pytest.approx(_exp(evidence.crude.log_rr), rel=1e-5)
    assert last.after.verdict == together.claim.verdict


def _exp(log_rr: float | None) -> float:
    assert log_rr is not None
    return math.exp(log_rr)


def test_a_return_takes_the_place_of_an_earlier_one(study: Path) -> None:
    receive_returns(study, _send(study, "riverside"), at=ON)
    other = replace(
        RETURNS["riverside"], provenance={**RETURNS["riverside"].provenance, "made_on": "later"}
    )
    step = receive_returns(study, [send(study.parent, other)], because="two\nlines", at=ON)
    (entry,) = step.entries
    assert (entry.did, entry.because) == ("replaced", "two lines")
    assert entry.replaced_digest == take_fingerprint(RETURNS["riverside"]).whole
    (kept,) = read_living(study)[0]
    assert kept.provenance["made_on"] == "later"


def test_one_that_is_refused_keeps_the_others_out_and_every_problem_is_told(study: Path) -> None:
    rules = {**RETURNS["chapel"].provenance, "protocol_digest": "0" * 64}
    broken = study.parent / "broken.zip"
    broken.write_bytes(b"no zip")
    strange = send(study.parent, replace(RETURNS["city"], site="elsewhere"))
    paths = [
        *_send(study, "riverside"),
        broken,
        send(study.parent, replace(RETURNS["chapel"], provenance=rules)),
        strange,
    ]
    with pytest.raises(DataRefused) as refused:
        receive_returns(study, paths)
    assert [one.what for one in refused.value.problems] == [
        "this is neither a folder nor a zip",
        "it was made under other rules than this study's",
        "the study has no such site",
    ]
    assert not (study.parent / "returns").exists()


def test_the_same_return_again_is_no_step(study: Path) -> None:
    receive_returns(study, _send(study, "riverside"))
    step = receive_returns(study, _send(study, "riverside", "city"))
    assert ([one.site for one in step.entries], step.same) == (["city"], ("riverside",))
    again = receive_returns(study, _send(study, "riverside"))
    assert (again.entries, again.same, again.before) == ((), ("riverside",), again.after)
    assert len(read_living(study)[1]) == 2


def test_two_returns_of_one_site_at_once_are_refused(study: Path) -> None:
    paths = [*_send(study, "city"), send(study.parent, RETURNS["city"], name="again.zip")]
    with pytest.raises(DataRefused, match="2 returns of site city"):
        receive_returns(study, paths)


def test_a_withdrawal_leaves_nothing_but_a_digest_and_the_reason(study: Path) -> None:
    receive_returns(study, _send(study, "riverside", "hillview"), at=ON)
    alone = gather(STUDY, [RETURNS["hillview"]])
    step = withdraw_return(study, "riverside", because=" they asked ", at=ON + timedelta(days=1))
    assert _kept(study) == {"hillview.zip", LOG}
    assert (step.before.n_sites, step.after.n_sites) == (2, 1)
    assert step.after.adjusted == pytest.approx(_exp(alone.adjusted.log_rr))
    returns, entries = read_living(study)
    assert [one.site for one in returns] == ["hillview"]
    last = entries[-1]
    assert (last.did, last.because) == ("withdrawn", "they asked")
    assert last.digest == take_fingerprint(RETURNS["riverside"]).whole


def test_the_last_return_can_be_withdrawn(study: Path) -> None:
    receive_returns(study, _send(study, "city"))
    assert withdraw_return(study, "city", because="they asked").after == Standing(0)
    with pytest.raises(UsageError, match="none is kept beside the study"):
        read_living(study)


def test_a_return_that_cannot_be_read_can_be_withdrawn_and_replaced(study: Path) -> None:
    """And one that cannot be read does not keep another in."""
    receive_returns(study, _send(study, "city", "riverside"))
    damaged = study.parent / "returns" / "city.zip"
    damaged.write_bytes(b"damaged")
    with pytest.raises(DataRefused, match="neither a folder nor a zip"):
        read_living(study)
    step = withdraw_return(study, "riverside", because="they asked")
    assert step.aside == {"city.zip": "this is neither a folder nor a zip"}
    step = receive_returns(study, _send(study, "city"))
    assert (step.entries[0].did, step.entries[0].replaced_digest) == ("replaced", "")
    damaged.write_bytes(b"damaged")
    step = withdraw_return(study, "city", because="they asked")
    assert (step.entries[0].digest, step.aside) == ("", {})
    assert _kept(study) == {LOG}


@pytest.mark.parametrize(("site", "because"), [("city", "why"), ("riverside", " ")])
def test_a_withdrawal_needs_a_return_and_a_reason(site: str, because: str, study: Path) -> None:
    receive_returns(study, _send(study, "riverside"))
    with pytest.raises(UsageError) as refused:
        withdraw_return(study, site, because=because)
    assert refused.value.problems[0].do
    assert len(read_living(study)[1]) == 1


def test_under_other_rules_what_is_kept_is_set_aside_until_it_is_counted_again(
    study: Path, tmp_path: Path
) -> None:
    receive_returns(study, _send(study, "riverside", "hillview"))
    other = STUDY.model_copy(
        update={"windows": STUDY.windows.model_copy(update={"washout_days": 7})}
    )
    write_study_file(tmp_path, other)
    digest = load_study(study).digest()
    assert digest != STUDY.digest()
    again = replace(
        RETURNS["riverside"],
        provenance={**RETURNS["riverside"].provenance, "protocol_digest": digest},
    )
    step = receive_returns(study, [send(tmp_path, again)])
    assert (step.before, step.after.n_sites) == (Standing(0), 1)
    assert step.aside == {"hillview": "it was made under other rules than this study's"}
    withdraw_return(study, "hillview", because="they do not count again")
    assert [one.site for one in read_living(study)[0]] == ["riverside"]


def test_a_log_that_cannot_be_read_is_mended_first(study: Path) -> None:
    receive_returns(study, _send(study, "city"))
    log = study.parent / "returns" / LOG
    log.write_text(log.read_text(encoding="utf-8") + "x\n", encoding="utf-8")
    for act in (
        lambda: receive_returns(study, _send(study, "riverside")),
        lambda: read_living(study),
    ):
        with pytest.raises(ProtocolError, match="log"):
            act()
    assert _kept(study) == {"city.zip", LOG}


def test_the_report_shows_how_the_synthesis_came_about(study: Path) -> None:
    receive_returns(study, _send(study, "riverside", "hillview"), because="first", at=ON)
    withdraw_return(study, "riverside", because="they asked", at=ON + timedelta(days=1))
    returns, entries = read_living(study)
    evidence = gather(STUDY, returns, history=entries)
    table = list_changes(evidence)
    texts = [[text for text, _ in row] for row in table.texts()]
    assert [row[:5] for row in texts] == [
        ["1 July 2024", "Riverside", "return taken in", "first", "1"],
        ["1 July 2024", "Hill View", "return taken in", "first", "2"],
        ["2 July 2024", "Riverside", "return withdrawn and deleted", "they asked", "1"],
    ]
    assert texts[0][5:] == ["0.83", "0.99 (0.89\u00a0to\u00a01.09)", "cannot tell"]
    assert len(table.notes) == 1
    assert "changes" in [one.name for one in list_all(evidence)]
    plain = gather(STUDY, returns)
    assert list_changes(plain).rows == ()
    assert make_record(plain) == make_record(evidence), "the log is no result"


def test_a_return_that_the_log_does_not_know_is_said_to_be_one(study: Path) -> None:
    receive_returns(study, _send(study, "riverside", "hillview"), at=ON)
    entries = read_living(study)[1]
    evidence = gather(STUDY, [RETURNS["riverside"], RETURNS["city"]], history=entries)
    assert list_changes(evidence).notes[-1] == (
        "Not noted here as it is in this report: the return of City."
    )


SAID = "3 returns; as counted 0.84; against what was expected 0.97 (0.90 to 1.04), cannot tell"


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (Standing(0), "no return"),
        (
            Standing(1),
            "1 return; as counted not estimable; against what was expected not brought together",
        ),
        (
            Standing(3, 0.97, 0.9, 1.04, "cannot_tell", 0.84),
            SAID,
        ),
    ],
)
def test_the_result_is_said_on_one_line(standing: Standing, said: str) -> None:
    assert say_standing(standing) == said
