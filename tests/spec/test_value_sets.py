"""A value set that the study names: two forms of file, and all that can be wrong with one."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from righthelp.errors import ProtocolError
from righthelp.protocol.instruments import find_scale
from righthelp.protocol.instruments.value_sets import UtilityTable, read_value_set

DIMENSIONS = ("mobility", "self_care", "usual_activities", "pain_discomfort", "anxiety_depression")
# Made up: of no country, and not near any.
STEPS = {2: 0.03, 3: 0.06, 4: 0.12, 5: 0.25}
LINES = [f"{item},{level},{step}" for item in DIMENSIONS for level, step in STEPS.items()]
SUMS = ["dimension,level,decrement", *LINES]


def state_lines() -> list[str]:
    """The same made-up set by its states."""
    steps = {1: 0.0, **STEPS}
    return [
        f"{''.join(map(str, state))},{1 - sum(steps[level] for level in state):.4f}"
        for state in itertools.product(range(1, 6), repeat=5)
    ]


def read(folder: Path, lines: list[str]) -> UtilityTable:
    path = folder / "set.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    scale = find_scale("eq5d5l_utility")
    assert scale is not None
    return read_value_set(path, "made up", scale=scale)


def refuse(folder: Path, lines: list[str]) -> list[str]:
    with pytest.raises(ProtocolError) as refused:
        read(folder, lines)
    assert all(problem.do for problem in refused.value.problems)
    return [f"{problem.where}: {problem.what}" for problem in refused.value.problems]


def test_a_utility_is_one_less_its_decrements(tmp_path: Path) -> None:
    made = read(tmp_path, SUMS)
    assert len(made.utilities) == 3125
    assert made.utilities[0] == 1
    assert made.utilities[1] == pytest.approx(0.97)  # 11112
    assert made.utilities[5**4] == pytest.approx(0.97)  # 21111
    assert made.utilities[-1] == pytest.approx(-0.25)  # 55555
    assert made.version == "made up" and len(made.sha256) == 64


def test_both_forms_of_one_set_say_the_same(tmp_path: Path) -> None:
    by_state = read(tmp_path, ["state,utility", *reversed(state_lines())])
    assert by_state.utilities == pytest.approx(read(tmp_path, SUMS).utilities, abs=1e-12)


def test_level_one_may_stand_there_with_nothing_to_take_off(tmp_path: Path) -> None:
    assert read(tmp_path, [*SUMS, "mobility,1,0"]).utilities == read(tmp_path, SUMS).utilities
    assert refuse(tmp_path, [*SUMS, "mobility,1,0.1"]) == [
        "set.csv: line 22: level 1 has the decrement 0.1"
    ]


@pytest.mark.parametrize(
    ("lines", "problems"),
    [
        (["a,b", "1,2"], ["set.csv: the columns are a, b"]),
        (SUMS[:-1], ["line 1: 1 levels have no decrement, such as anxiety_depression 5"]),
        (
            [*SUMS, "mobility,5,0.2", "walking,2,0.1", "self_care,6,x"],
            [
                "line 22: mobility 5 stands there twice",
                "line 23: 'walking', '2' is no level of a dimension",
                "line 24: 'self_care', '6' is no level of a dimension",
                "line 24: 'x' is not a number",
            ],
        ),
        (["state,utility"], ["line 1: 3125 states have no utility, such as 11111, 11112, 11113"]),
        (
            ["state,utility", *state_lines(), "11111,1", "1111,1", "61111,1", "12345,inf"],
            [
                "line 3127: the state 11111 stands there twice",
                "line 3128: '1111' is not a state",
                "line 3129: '61111' is not a state",
                "line 3130: 'inf' is not a number",
                "line 3130: the state 12345 stands there twice",
            ],
        ),
        (
            [line.replace(",0.25", ",2.5") for line in SUMS],
            ["line 1: utilities run from -11.5 to 1"],
        ),
        (
            [SUMS[0], *(line.replace(",0.", ",-0.0") for line in LINES)],
            ["line 1: utilities run from 1 to 1.125"],
        ),
        (
            ["state,utility", *(line.replace("-0.2500", "0.5") for line in state_lines())],
            ["line 1: full health has not the highest utility, or the worst state not the lowest"],
        ),
    ],
)
def test_all_that_is_wrong_is_told_at_once(
    lines: list[str], problems: list[str], tmp_path: Path
) -> None:
    assert refuse(tmp_path, lines) == [
        one if one.startswith("set.csv") else f"set.csv: {one}" for one in problems
    ]


def test_a_value_set_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    scale = find_scale("eq5d5l_utility")
    assert scale is not None
    with pytest.raises(ProtocolError, match="the value set does not exist"):
        read_value_set(tmp_path / "none.csv", "made up", scale=scale)
