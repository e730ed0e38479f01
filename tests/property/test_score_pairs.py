"""The engine's choice of scores equals the rule in plain Python; the order of rows says nothing."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.protocol.outcomes import Outcomes
from tests.lib.scores import Sent, choose_pair, list_pairs, pair_scores
from tests.lib.studies import make_study

PEOPLE = ("ann", "bob", "cy")
# Days at and about every edge, so that ties and neighbours are drawn often.
EDGES = (-61, -60, -10, -1, 0, 1, 10, 30, 31, 59, 60, 172, 182, 192, 365, 366)
DAYS = st.one_of(st.sampled_from(EDGES), st.integers(-80, 400))
SENT = st.builds(
    Sent,
    patient_id=st.sampled_from(PEOPLE),
    day=DAYS,
    score=st.integers(3, 9).map(float),
    version=st.sampled_from([None, None, "", "a", "A", "b"]),
)


@st.composite
def settings_of_outcomes(draw: st.DrawFn) -> Outcomes:
    start = draw(st.sampled_from([0, 30]))
    follow_from = draw(st.sampled_from([start + 1, 60]))
    return Outcomes(
        before_days=draw(st.sampled_from([0, 60])),
        start_days=start,
        follow_up_from_days=follow_from,
        follow_up_days=draw(st.sampled_from([follow_from, 182])),
        follow_up_to_days=draw(st.sampled_from([182, 365])),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(SENT, max_size=14), settings_of_outcomes())
def test_the_engine_chooses_as_the_rule_says(sent: list[Sent], outcomes: Outcomes) -> None:
    study = make_study(outcomes=outcomes.model_dump())
    told = pair_scores(PEOPLE, sent, study=study).get("ucla3")
    expected = {
        name: choose_pair([row for row in sent if row.patient_id == name], outcomes)
        for name in PEOPLE
    }
    pairs = {name: pair for name, (_, pair) in expected.items() if pair}
    assert list_pairs(PEOPLE, told) == pairs
    if told is None:
        assert not sent
        return
    standing = [word for word, _ in expected.values()]
    assert told.n_seen == len(PEOPLE)
    assert told.n_first_only == standing.count("first_only")
    assert told.n_last_only == standing.count("last_only")
    assert told.n_versions_differ == standing.count("versions_differ")
    assert told.n_neither == standing.count("neither")


@settings(max_examples=20, deadline=None)
@given(st.data(), st.lists(SENT, max_size=10))
def test_the_order_of_the_rows_changes_nothing(data: st.DataObject, sent: list[Sent]) -> None:
    shuffled = data.draw(st.permutations(sent))
    one, other = (pair_scores(PEOPLE, rows).get("ucla3") for rows in (sent, shuffled))
    assert list_pairs(PEOPLE, one) == list_pairs(PEOPLE, other)
