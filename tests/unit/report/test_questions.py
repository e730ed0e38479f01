"""What each site could answer, in one table."""

from __future__ import annotations

from righthelp.evidence import gather
from righthelp.report.site_tables import QUESTIONS, list_questions
from tests.unit.report.eight_sites import make_returns, make_study


def test_a_site_says_yes_to_what_it_gave_and_no_to_the_rest() -> None:
    study = make_study()
    evidence = gather(study, make_returns(study))
    table = list_questions(evidence)
    assert [row[0] for row in table.rows] == [site.label for site in evidence.answered]
    names = [heading.key for heading in table.headings]
    said = {row[0]: dict(zip(names, row, strict=True)) for row in table.rows}
    for name, _, read in QUESTIONS:
        yes = {evidence.label(site) for site in read(evidence)}
        assert {label for label in said if said[label][name] == "yes"} == yes
    assert {row["reasons"] for row in said.values()} == {"no"}
    assert {row["before_after"] for row in said.values()} == {"yes"}
