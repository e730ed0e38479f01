"""For all theories and all that can be seen: the verdicts are the rule's, and no more is said."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.evidence.claims import find_causal_words
from righthelp.evidence.counts import Count
from righthelp.evidence.meaning.seen import Seen, bound_share, read_shares
from righthelp.evidence.meaning.theory import Judged, judge_row, judge_theory
from righthelp.protocol.indicators import GP_CONTACTS, INDICATORS, MANY
from righthelp.protocol.theory import Theory, TheoryRow
from tests.lib.theory_oracle import CHANGES, PRESENCES, fits, judge

NOTHING = ("unclear", "not_supplied")
SMALL = (GP_CONTACTS, "contacts_social", "need_met")


def make_row(name: str, indicators: Mapping[str, str], **more: Any) -> dict[str, Any]:
    words = {one: f"{one} of {name}" for one in ("title", "context", "mechanism", "outcome")}
    return {"id": name, **words, "gp_use": "any", "indicators": dict(indicators), **more}


def make_theory(*rows: dict[str, Any]) -> Theory:
    return Theory.model_validate({"title": "A theory", "row": rows})


def see(directions: Mapping[str, str]) -> dict[str, Seen]:
    return {name: Seen(direction) for name, direction in directions.items()}  # type: ignore[arg-type]


def look(theory: Theory, row: str, directions: Mapping[str, str]) -> Judged:
    own = next(one for one in theory.row if one.id == row)
    return judge_row(own, theory=theory, seen=see(directions))


def possible(name: str) -> tuple[str, ...]:
    return INDICATORS[name].allowed


def every_row() -> Iterator[dict[str, str]]:
    """Every set of expectations of three indicators that a theory may hold."""
    for choice in itertools.product(*((None, *possible(name)) for name in SMALL)):
        row = {name: one for name, one in zip(SMALL, choice, strict=True) if one}
        if set(row) - {GP_CONTACTS}:
            yield row


def everything_seen() -> Iterator[dict[str, str]]:
    for choice in itertools.product(*((*possible(name), *NOTHING) for name in SMALL)):
        yield dict(zip(SMALL, choice, strict=True))


@st.composite
def expectations(draw: st.DrawFn) -> dict[str, str]:
    names = draw(st.sets(st.sampled_from(sorted(INDICATORS)), min_size=1, max_size=4))
    row = {name: draw(st.sampled_from(possible(name))) for name in sorted(names)}
    if set(row) == {GP_CONTACTS}:
        row["need_met"] = draw(st.sampled_from(PRESENCES))
    return row


@st.composite
def theories(draw: st.DrawFn) -> Theory:
    """Two to four rows with any rivals and contexts, often the same indicators."""
    first = draw(expectations())
    n = draw(st.integers(2, 4))
    there = [name for name in sorted(INDICATORS) if INDICATORS[name].kind == "presence"]
    rows = []
    for number in range(n):
        others = [f"row{other}" for other in range(n) if other != number]
        rows.append(
            make_row(
                f"row{number}",
                first if draw(st.booleans()) else draw(expectations()),
                rivals=draw(st.lists(st.sampled_from(others), unique=True)),
                needs=draw(st.one_of(st.none(), st.sampled_from(there))),
            )
        )
    return make_theory(*rows)


@st.composite
def sights(draw: st.DrawFn, theory: Theory) -> dict[str, str]:
    """What is seen of every indicator, mostly as the first row expects it."""
    expected: dict[str, str] = dict(theory.row[0].indicators)
    if theory.row[0].needs:
        expected[theory.row[0].needs] = "present"
    seen = {}
    for name in sorted(INDICATORS):
        if name in expected and draw(st.integers(0, 3)):
            seen[name] = expected[name]
        else:
            seen[name] = draw(st.sampled_from((*possible(name), *NOTHING)))
    return seen


def test_every_row_of_three_indicators_is_judged_by_the_rule_whatever_is_seen() -> None:
    seen = list(everything_seen())
    verdicts = set()
    for row in every_row():
        theory = make_theory(make_row("one", row))
        for one in seen:
            judged = look(theory, "one", one)
            assert judged.verdict == judge(row, one)
            verdicts.add(judged.verdict)
    assert len(verdicts) == 4


def test_whatever_else_is_missing_the_direction_of_contacts_never_makes_a_row_consistent() -> None:
    for row in every_row():
        theory = make_theory(make_row("one", row))
        for direction in (*CHANGES, *NOTHING):
            assert look(theory, "one", {GP_CONTACTS: direction}).verdict != "consistent"


@settings(max_examples=150)
@given(data=st.data())
def test_rows_with_rivals_and_contexts_are_judged_by_the_rule(data: st.DataObject) -> None:
    theory = data.draw(theories())
    seen = data.draw(sights(theory))
    rows = {one.id: one for one in theory.row}
    for row in theory.row:
        others = [
            one
            for one in rows.values()
            if one.id != row.id and (one.id in row.rivals or row.id in one.rivals)
        ]
        judged = look(theory, row.id, seen)
        assert judged.verdict == judge(
            row.indicators,
            seen,
            needs=row.needs,
            rivals=[(one.indicators, one.needs) for one in others],
        )
        assert set(judged.rivals) == {
            one.title for one in others if fits(one.indicators, seen, needs=one.needs)
        }


@settings(max_examples=150)
@given(data=st.data())
def test_a_further_rival_can_only_weaken(data: st.DataObject) -> None:
    theory = data.draw(theories())
    seen = data.draw(sights(theory))
    first, *others = theory.row
    further = data.draw(st.sampled_from(others)).id
    told = first.model_copy(update={"rivals": tuple({*first.rivals, further})})
    rivalled = theory.model_copy(update={"row": (told, *others)})
    for row in theory.row:
        before, after = (look(one, row.id, seen).verdict for one in (theory, rivalled))
        assert after == before or (before, after) == ("consistent", "not_distinguishable")


@settings(max_examples=150)
@given(data=st.data())
def test_what_was_not_supplied_counts_neither_for_nor_against(data: st.DataObject) -> None:
    """The verdict is that of a theory that had never named what was not supplied."""
    theory = data.draw(theories())
    seen = data.draw(sights(theory))

    def forget(row: TheoryRow) -> TheoryRow:
        kept = {k: v for k, v in row.indicators.items() if seen[k] != "not_supplied"}
        needs = row.needs if row.needs and seen[row.needs] != "not_supplied" else None
        return row.model_copy(update={"indicators": kept, "needs": needs})

    forgotten = theory.model_copy(update={"row": tuple(forget(row) for row in theory.row)})
    for row in theory.row:
        assert look(forgotten, row.id, seen).verdict == look(theory, row.id, seen).verdict


@settings(max_examples=150)
@given(data=st.data())
def test_every_verdict_has_a_plain_reason_without_a_word_on_why(data: st.DataObject) -> None:
    theory = data.draw(theories())
    places = {name: see(data.draw(sights(theory))) for name in ("north", "south")}
    judged = judge_theory(theory, sites=places, together=see(data.draw(sights(theory))))
    for row in judged.rows:
        assert [found.indicator for found in row.together.found] == list(row.row.indicators)
        for one in (row.together, *row.sites.values()):
            assert one.reason[0].isupper()
            assert one.reason.endswith(".")
            assert find_causal_words(one.reason) == ()
            assert not any(odd in one.reason for odd in ("..", "None", "not_", "  "))
            assert not one.open_rivals or one.verdict == "consistent"


@given(
    parts=st.lists(
        st.tuples(st.integers(0, 300), st.sampled_from(["given", "rounded", "suppressed"])),
        min_size=2,
        max_size=8,
    ),
    n_own=st.integers(1, 7),
)
def test_a_share_holds_the_truth_however_much_is_rounded_or_withheld(
    parts: list[tuple[int, str]], n_own: int
) -> None:
    """Parts that add up to a released whole; any of them may be withheld, large or small."""

    def release(n: int, state: str) -> Count:
        numbers = {"given": n, "rounded": 5 * round(n / 5)}
        return Count(float(numbers[state]) if state in numbers else None, state)

    counts = [release(n, state) for n, state in parts]
    own, rest = counts[:n_own], counts[n_own:]
    whole = sum(n for n, _ in parts)
    share = bound_share(own, of=release(whole, "rounded"), rest=rest)
    if share is None:
        assert whole <= 2
        return
    assert share.low <= sum(n for n, _ in parts[:n_own]) <= share.high
    assert share.n_low <= whole <= share.n_high
    (seen,) = read_shares({"north": share}).sites.values()
    truth = sum(n for n, _ in parts[:n_own]) / whole
    assert seen.direction != ("present" if truth < MANY else "absent") or truth == MANY
