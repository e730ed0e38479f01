"""What a study says of consultations and prices: defaults, and every problem at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from righthelp.errors import ProtocolError
from righthelp.protocol.consultation_settings import Cost
from righthelp.protocol.load import load_study
from tests.lib.studies import make_study

SMALLEST = (
    '[study]\ntitle = "Our study"\n[[site]]\nid = "north"\nroute = "counts"\n'
    'path = "north.xlsx"\nindex_month = "2024-03"\n'
)
NAMED: dict[str, Any] = {"year": "2023/24", "basis": "PSSRU, without qualification"}


def _refuse(text: str, folder: Path) -> list[str]:
    path = folder / "study.toml"
    path.write_text(SMALLEST + text, encoding="utf-8")
    with pytest.raises(ProtocolError) as refused:
        load_study(path)
    assert all(problem.do for problem in refused.value.problems)
    return [f"{problem.where}: {problem.what}" for problem in refused.value.problems]


def test_no_price_is_named_unless_the_study_names_one() -> None:
    study = make_study()
    assert [study.cost.gp, study.cost.link_worker] == [None, None]
    asked = study.consultation
    assert (asked.repeat_days, asked.visible_days, asked.at_least_visits) == (7, 30, 2)


def test_the_link_worker_has_a_price_by_the_contact_or_by_the_hour() -> None:
    """45 minutes of an hour at 39 pounds are 29.25 pounds."""
    contact = Cost(**NAMED, link_worker_contact=(20, 30, 40))
    assert list(contact.link_worker or ()) == [20, 30, 40]
    hour = Cost(**NAMED, link_worker_hour=(39, 44, 48), link_worker_minutes=45)
    assert list(hour.link_worker or ()) == [29.25, 33, 36]
    assert hour.gp is None


def test_every_problem_of_the_prices_is_told_at_once(tmp_path: Path) -> None:
    text = """[cost]
year = "2023/24"
gp_contact = [49, 42, 37]
link_worker_contact = [20, 30, 40]
link_worker_minutes = 45
[consultation]
repeat_days = 0
"""
    prices, basis, both, days = _refuse(text, tmp_path)
    place = "study.toml: line 10, cost.gp_contact"
    assert prices == f"{place}: 49, 42, 37 are not a low, a central and a high price"
    assert basis == f"{place}: a price has no basis"
    assert both.startswith("study.toml: line 11, cost.link_worker_contact: the link worker has a")
    assert days.startswith("study.toml: line 14, consultation.repeat_days: 0: input should be")


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"gp_contact": (0, 1, 2)}, "not a low, a central and a high price"),
        ({"gp_contact": (3, 1, 2)}, "not a low, a central and a high price"),
        ({"gp_contact": (1, 2, 3), "year": " "}, "a price has no year"),
        ({"link_worker_hour": (1, 2, 3)}, "need each other"),
        ({"link_worker_minutes": 30}, "need each other"),
        ({"gp_contact": (1, 2)}, "at least 3"),
    ],
)
def test_a_study_made_in_python_is_held_to_the_same(wrong: dict[str, Any], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        Cost(**{**NAMED, **wrong})
