"""The exports: the columns others ask for, the numbers of the report, and nothing withheld."""

from __future__ import annotations

import csv
import math
import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from righthelp.evidence import Evidence, gather
from righthelp.onsite.disclosure import POLICIES
from righthelp.protocol.study import Study
from righthelp.report.cells import Ratio, ShownTable
from righthelp.report.dictionary import list_dictionary
from righthelp.report.exports import write_exports
from righthelp.report.measures import name_measure
from righthelp.report.ratio_tables import list_estimates
from righthelp.report.summarised import LEAST_PEOPLE, TOGETHER
from righthelp.report.tables import list_change, list_flow, list_rates
from righthelp.returns.tables import Released
from tests.lib.summarised import COLUMNS, complain, read_settings
from tests.unit.evidence.test_scheme import list_practice
from tests.unit.report.eight_sites import make_return, make_returns, make_study

STUDY = make_study()
SAMPLE = Path(__file__).parents[2] / "samples" / "omopgenerics" / "result.csv"
MEASURES = ["measure", "interval_start", "interval_end", "ratio", "numerator", "denominator"]
"""Then a column a group: OpenSAFELY documentation, "Using the measures framework"."""
Line = dict[str, str]


@cache
def gather_eight() -> Evidence:
    """The eight sites; at Riverside a series of two practices, one month of one withheld."""

    def add(released: Released) -> Released:
        if released.site != "riverside":
            return released
        rows = [row for at in (1, 2) for row in list_practice(at, site="riverside", start=30)]
        rows[3] = {**rows[3], "contacts": None, "people": None, "state": "suppressed"}
        return Released(
            released.site, {**released.tables, "series": tuple(rows)}, released.provenance
        )

    return gather(STUDY, [add(one) for one in make_returns(STUDY)])


def read(path: Path) -> tuple[list[str], list[Line]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        lines = list(reader)
        return list(reader.fieldnames or ()), lines


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exports")
    write_exports(gather_eight(), path)
    return path


@pytest.fixture(scope="module")
def results(folder: Path) -> list[Line]:
    return read(folder / "exports" / "summarised_result.csv")[1]


def find(results: list[Line], **wanted: str) -> str | None:
    """The value of the one row with these, or None without such a row."""
    found = [
        line["estimate_value"]
        for line in results
        if all(line[name] == value for name, value in wanted.items())
    ]
    assert len(found) < 2, found
    return found[0] if found else None


def test_the_files_are_written_where_they_are_said_to_be(tmp_path: Path) -> None:
    paths = write_exports(gather_eight(), tmp_path / "new" / "tables")
    names = ["dictionary", "exports/summarised_result", "exports/settings", "exports/measures"]
    assert list(paths) == [tmp_path / "new" / "tables" / f"{name}.csv" for name in names]
    assert all(path.is_file() for path in paths)
    again = write_exports(gather_eight(), tmp_path / "again")
    assert [a.read_bytes() for a in paths] == [b.read_bytes() for b in again]


def test_the_dictionary_is_the_table_that_is_shown(folder: Path) -> None:
    header, lines = read(folder / "dictionary.csv")
    shown = list_dictionary(gather_eight())
    assert header == [heading.key for heading in shown.headings]
    assert [tuple(line.values()) for line in lines] == list(shown.rows)


def test_a_file_that_omopgenerics_wrote_keeps_the_rules_as_we_read_them() -> None:
    header, lines = read(SAMPLE)
    assert header == COLUMNS
    assert complain(header, lines) == []
    assert read_settings(lines)["1"]["min_cell_count"] == "5"


def test_our_summarised_result_keeps_the_same_rules(folder: Path) -> None:
    header, lines = read(folder / "exports" / "summarised_result.csv")
    assert header == COLUMNS
    assert complain(header, lines) == []


def _set(**values: str) -> Callable[[Line], Line]:
    return lambda line: {**line, **values}


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (_set(estimate_type="float"), "is no type"),
        (_set(estimate_value="7", estimate_type="integer", estimate_name="count"), "below 8"),
        (_set(estimate_value=""), "is missing"),
        (_set(estimate_value="1.5"), "is no whole number"),
        (_set(strata_level="one"), "do not pair"),
        (_set(strata_name="Step &&& kind"), "is not snake_case"),
        (_set(result_id="9"), "has no settings"),
    ],
)
def test_a_broken_row_is_told(
    results: list[Line], broken: Callable[[Line], Line], told: str
) -> None:
    """So that keeping the rules says something."""
    assert results[0]["estimate_name"] == "count" and results[0]["result_id"] == "1"
    complaints = complain(COLUMNS, [broken(results[0]), *results[1:]])
    assert any(told in one for one in complaints)


def test_the_settings_are_also_a_table_of_their_own(folder: Path, results: list[Line]) -> None:
    _, lines = read(folder / "exports" / "settings.csv")
    found = read_settings(results)
    assert [line["result_id"] for line in lines] == ["1", "2", "3", "4"]
    for line in lines:
        assert found[line["result_id"]] == {k: v for k, v in line.items() if k != "result_id"}
        assert (line["package_name"], line["min_cell_count"]) == ("righthelp", "8")
        assert line["protocol_digest"] == STUDY.digest()
    assert lines[2]["strata"] == "who &&& definition"


def test_the_least_count_shown_is_the_one_above_each_policys_threshold() -> None:
    assert {name: one.threshold + 1 for name, one in POLICIES.items()} == LEAST_PEOPLE


def test_the_flow_is_that_of_the_table(results: list[Line]) -> None:
    table, evidence = list_flow(gather_eight()), gather_eight()
    n_withheld = 0
    for step, row in zip(evidence.flow, table.rows, strict=True):
        for heading, cell in zip(table.headings[2:], row[2:], strict=True):
            value = find(
                results,
                result_id="1",
                cdm_name=heading.key,
                strata_level=f"{step.step} &&& {step.kind}",
            )
            if cell == "–":
                assert value is None
                continue
            exact = cell.value  # type: ignore[union-attr]
            assert value == ("-" if exact is None else f"{exact:.0f}")
            n_withheld += exact is None
    assert n_withheld > 0
    assert find(results, result_id="1", cdm_name="harbour") is None


@pytest.mark.parametrize(
    ("make", "columns"),
    [
        (
            list_change,
            {
                "n": ("number_subjects", "NA", "count"),
                "fell": ("people_by_change", "fell", "count"),
                "rose": ("people_by_change", "rose", "count"),
                "median_after": ("contacts_a_person", "after", "median"),
            },
        ),
        (
            list_rates,
            {
                "before_per_100": ("contacts_per_100_people", "before", "rate"),
                "expected_after_per_100": ("contacts_per_100_people", "expected_after", "rate"),
            },
        ),
    ],
)
def test_change_and_rates_are_those_of_the_tables(
    results: list[Line],
    make: Callable[[Evidence], ShownTable],
    columns: dict[str, tuple[str, str, str]],
) -> None:
    evidence, table = gather_eight(), make(gather_eight())
    at = {heading.key: place for place, heading in enumerate(table.headings)}
    for one, row in zip(evidence.change, table.rows, strict=False):
        for key, (variable, level, name) in columns.items():
            cell = row[at[key]]
            value = find(
                results,
                result_id="2",
                cdm_name=one.site,
                variable_name=variable,
                variable_level=level,
                estimate_name=name,
            )
            exact = cell.value  # type: ignore[union-attr]
            if exact is None:
                assert value == ("-" if cell.state == "suppressed" else None)  # type: ignore[union-attr]
            else:
                assert value is not None and float(value) == exact


def test_every_estimate_is_there_as_a_ratio_and_as_its_logarithm(results: list[Line]) -> None:
    table = list_estimates(gather_eight())
    at = {heading.key: place for place, heading in enumerate(table.headings)}
    for row in table.rows:
        wanted = {
            "result_id": "3",
            "cdm_name": str(row[at["site"]]),
            "group_level": str(row[at["design"]]),
            "strata_level": f"{row[at['who']]} &&& {row[at['definition']]}",
        }
        told = {
            name: find(results, **wanted, estimate_name=name)
            for name in (
                "log_rate_ratio",
                "standard_error",
                "rate_ratio",
                "rate_ratio_lower",
                "rate_ratio_upper",
                "status",
                "reason",
                "count",
            )
        }
        ratio = row[at["ratio"]]
        assert isinstance(ratio, Ratio)
        for name, log in (("", ratio.log_rr), ("_lower", ratio.low), ("_upper", ratio.high)):
            value = told[f"rate_ratio{name}"]
            assert (value is None) == (log is None)
            if log is not None and value is not None:
                assert float(value) == pytest.approx(math.exp(log), rel=1e-12)
        assert told["log_rate_ratio"] == (None if ratio.log_rr is None else repr(ratio.log_rr))
        se = row[at["se"]]
        assert told["standard_error"] == (None if se is None else repr(se))
        assert told["status"] == row[at["status"]]
        assert (told["reason"] or "") == row[at["reason"]]
        assert told["count"] == str(row[at["n"]])


def test_the_sites_together_have_a_name_that_is_no_site(results: list[Line]) -> None:
    evidence = gather_eight()
    result = evidence.adjusted.result
    assert result is not None and result.log_rr is not None and result.pi_low is not None
    main = {"result_id": "4", "cdm_name": TOGETHER, "group_level": "main_adjusted"}
    assert find(results, **main, estimate_name="log_rate_ratio") == repr(float(result.log_rr))
    low = find(results, **main, estimate_name="rate_ratio_prediction_lower")
    assert low is not None and float(low) == pytest.approx(math.exp(result.pi_low))
    assert find(results, **main, estimate_name="sites") == str(len(evidence.adjusted.members))
    assert find(results, **main, estimate_name="verdict") == evidence.adjusted.claim.headline
    assert {line["cdm_name"] for line in results if line["result_id"] == "4"} == {TOGETHER, "NA"}


def test_what_hangs_on_a_withheld_count_is_withheld_with_it(tmp_path: Path) -> None:
    """As omopgenerics does: of a group without its subjects, and beside a withheld part."""
    change = {"who": "new", "n": 120, "fell": None, "stayed": 40, "rose": 50, "state": "rounded"}
    change |= {"mean_before": 2.5, "median_before": 2.0}
    gone = {"who": "new", "state": "suppressed"}
    estimate = {"design": "crude", "who": "new", "definition": "primary", "status": "ok"}
    made = [
        make_return(
            site,
            provenance={"protocol_digest": STUDY.digest()},
            change=[rows],
            estimates=[{**estimate, **numbers}],
        )
        for site, rows, numbers in (
            ("riverside", change, {"log_rr": -0.1, "se": 0.1, "n": 120, "state": "rounded"}),
            ("hillview", gone, {"state": "suppressed"}),
        )
    ]
    write_exports(gather(STUDY, made), tmp_path)
    header, lines = read(tmp_path / "exports" / "summarised_result.csv")
    assert complain(header, lines) == []
    fell = {"result_id": "2", "cdm_name": "riverside", "variable_level": "fell"}
    assert find(lines, **fell) == "-"
    assert find(lines, **{**fell, "variable_level": "rose"}) == "50"
    rate = {"variable_name": "contacts_per_100_people", "variable_level": "before"}
    assert find(lines, result_id="2", cdm_name="riverside", **rate) == "250.0"
    hidden = [line for line in lines if line["cdm_name"] == "hillview"]
    assert {line["estimate_value"] for line in hidden if line["result_id"] == "2"} == {"-"}
    own = {
        line["estimate_name"]: line["estimate_value"] for line in hidden if line["result_id"] == "3"
    }
    assert own["count"] == own["log_rate_ratio"] == "-"
    assert not {"rate_ratio", "standard_error"} & set(own)


def test_another_policy_is_told_in_the_settings(tmp_path: Path) -> None:
    given = STUDY.model_dump(mode="json") | {"disclosure": {"policy": "sacro10"}}
    study = Study.model_validate(given)
    write_exports(gather(study, make_returns(study)), tmp_path)
    _, lines = read(tmp_path / "exports" / "settings.csv")
    assert {line["min_cell_count"] for line in lines} == {"10"}


def test_without_a_return_the_files_have_their_columns_and_no_row(tmp_path: Path) -> None:
    write_exports(gather(STUDY, []), tmp_path)
    header, lines = read(tmp_path / "exports" / "summarised_result.csv")
    assert (header, lines) == (COLUMNS, [])
    assert read(tmp_path / "exports" / "measures.csv") == ([*MEASURES, "site"], [])
    assert read(tmp_path / "exports" / "settings.csv")[1] == []


def test_measures_have_the_columns_of_opensafely_and_the_months_of_the_series(
    folder: Path,
) -> None:
    header, lines = read(folder / "exports" / "measures.csv")
    assert header == [*MEASURES, "site"]
    (series,) = gather_eight().scheme.sites
    assert len(lines) == len(series.months)
    for line, month in zip(lines, series.months, strict=True):
        first, last = (date.fromisoformat(line[f"interval_{end}"]) for end in ("start", "end"))
        assert f"{first:%Y-%m}" == month.month and first.day == 1
        assert (last.year, last.month) == (first.year, first.month)
        assert last.day == monthrange(first.year, first.month)[1]
        assert (line["measure"], line["site"]) == ("gp_contacts", "riverside")
        if month.rate is None:
            assert (line["ratio"], line["numerator"], line["denominator"]) == ("", "", "")
        else:
            assert float(line["ratio"]) == int(line["numerator"]) / int(line["denominator"])
            assert 1000 * float(line["ratio"]) == pytest.approx(month.rate, rel=1e-12)
    assert sum(line["ratio"] == "" for line in lines) == 1


@pytest.mark.parametrize(
    ("outcome", "name"),
    [
        ("GP contacts", "gp_contacts"),
        ("Visits: all staff", "visits_all_staff"),
        ("999 calls", "contacts_999_calls"),
        ("…", "contacts"),
    ],
)
def test_a_measure_has_a_name_that_ehrql_allows(outcome: str, name: str) -> None:
    """Letters, digits and underscores, a letter first: `define_measure` of its documentation."""
    assert name_measure(outcome) == name
    assert re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]*", name)
