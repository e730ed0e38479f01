"""The study file: every problem at once, in the order of the file, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from righthelp.errors import ProtocolError
from righthelp.protocol.load import load_study
from righthelp.protocol.study import Study
from tests.lib.counting import count
from tests.lib.records import make_person
from tests.lib.studies import make_study

SITE = '[[site]]\nid = "north"\nroute = "counts"\npath = "north.xlsx"\n'
SMALLEST = '[study]\ntitle = "Our study"\n' + SITE


def _load(text: str, folder: Path) -> Study:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return load_study(path)


def _refuse(text: str, folder: Path) -> list[str]:
    """What is said of a broken study file, one problem a line, without what to do."""
    with pytest.raises(ProtocolError) as refused:
        _load(text, folder)
    assert refused.value.exit_code == 3
    assert all(problem.do for problem in refused.value.problems)
    return [f"{problem.where}: {problem.what}" for problem in refused.value.problems]


def test_the_smallest_study_has_a_title_and_a_site(tmp_path: Path) -> None:
    """Everything else has a default; a site's path is taken from the study file's own folder."""
    study = _load(SMALLEST, tmp_path)
    assert study.index.anchor == "month"
    assert (study.windows.before_months, study.windows.after_months) == (6, 6)
    assert (study.contacts.roles, study.contacts.statuses) == (("gp",), ("attended",))
    assert study.contacts.if_role_missing == "refuse"
    assert study.disclosure.policy == "default"
    assert study.site[0].path == tmp_path.resolve() / "north.xlsx"


def test_every_problem_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = """\
[study]
title = ""

[windows]
before_months = 0
after_months = "six"
washout = 3

[contacts]
roles = ["gp", "doctor"]
statuses = []
same_day = "once"

[disclosure]
policy = "none"

[[site]]
id = "North"
route = "counts"
path = "north.xlsx"

[[site]]
id = "south"
route = "fax"
path = 3
index_month = "2024-13"
"""
    assert _refuse(text, tmp_path) == [
        "study.toml: line 2, study.title: '': this must not be empty",
        "study.toml: line 5, windows.before_months: 0: input should be greater than or equal to 1",
        (
            "study.toml: line 6, windows.after_months: 'six': input should be a valid integer, "
            "unable to parse string as an integer"
        ),
        "study.toml: line 7, windows.washout: washout is not known here",
        (
            "study.toml: line 10, contacts.roles.2: 'doctor': input should be 'gp', 'nurse', "
            "'other_direct_care', 'admin' or 'unknown'"
        ),
        "study.toml: line 11, contacts.statuses: this must not be empty",
        "study.toml: line 12, contacts.same_day: 'once': input should be 'one' or 'all'",
        "study.toml: line 15, disclosure.policy: 'none': input should be 'default' or 'sacro10'",
        "study.toml: line 18, site.1.id: 'North': this is not in the form that is needed",
        (
            "study.toml: line 24, site.2.route: 'fax': input should be 'csv', 'emis', 'systmone', "
            "'cprd_aurum', 'ehrql', 'omop', 'fhir', 'vision', 'counts' or 'summary'"
        ),
        "study.toml: line 25, site.2.path: 3: this must be the path of a file or folder, as text",
        (
            "study.toml: line 26, site.2.index_month: '2024-13': this is not in the form that is "
            "needed"
        ),
    ]


def test_what_to_do_begins_with_the_nearest_name_or_what_the_setting_means(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError) as refused:
        _load(SMALLEST + "[windows]\nwashout = 3\nbefore_months = 0\n[contact]\n", tmp_path)
    assert str(refused.value) == (
        "study.toml has 3 problems:\n"
        "  study.toml: line 8, windows.washout: washout is not known here\n"
        "    Did you mean washout_days?\n"
        "  study.toml: line 9, windows.before_months: 0: input should be greater than or equal to "
        "1\n"
        "    Length of the before window. Unit: calendar months.\n"
        "  study.toml: line 10, contact: contact is not known here\n"
        "    Did you mean contacts?"
    )


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["study.toml: line 1: site is missing", "study.toml: line 1: study is missing"]),
        (
            "# Our study\n\n[study]\ntitel = 'x'\n" + SITE,
            [
                "study.toml: line 3, study: title is missing",
                "study.toml: line 4, study.titel: titel is not known here",
            ],
        ),
        ("site = 3\n[study]\ntitle = 'x'\n", ["study.toml: line 1, site: 3: this must be a list"]),
        (
            "[study]\ntitle = 'x'\n[site]\nid = 'a'\nroute = 'counts'\npath = 'x'\n",
            ["study.toml: line 3, site: this must be a list"],
        ),
        (
            "study = 'T'\n" + SITE,
            ["study.toml: line 1, study: 'T': this must be a table of names"],
        ),
        ("[study]\ntitle = 'x'\n", ["study.toml: line 1: site is missing"]),
    ],
)
def test_a_file_that_is_no_study_is_told_so(text: str, problems: list[str], tmp_path: Path) -> None:
    assert _refuse(text, tmp_path) == problems


def test_a_file_that_is_not_toml_is_told_where(tmp_path: Path) -> None:
    (problem,) = _refuse("[study\ntitle = 'x'\n", tmp_path)
    assert problem.startswith("study.toml: the file is not TOML: ")
    assert "line 1" in problem


def test_no_file_and_no_text_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError) as refused:
        load_study(tmp_path / "study.toml")
    assert str(refused.value).splitlines()[0].endswith("study.toml: the study file does not exist")
    (tmp_path / "latin.toml").write_bytes("[study]\ntitle = 'Café'\n".encode("latin-1"))
    with pytest.raises(ProtocolError, match="is not UTF-8 text"):
        load_study(tmp_path / "latin.toml")
    # A byte order mark, as editors on Windows write it, is no problem.
    (tmp_path / "bom.toml").write_bytes(b"\xef\xbb\xbf" + SMALLEST.encode())
    assert load_study(tmp_path / "bom.toml").study.title == "Our study"


INDEX_BY_DATE = '[index]\nanchor = "date"\n'


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            INDEX_BY_DATE,
            [
                "study.toml: line 7, index: the index has no index_from",
                "study.toml: line 7, index: the index has no index_to",
            ],
        ),
        (
            INDEX_BY_DATE + "index_from = 2024-03-01\nindex_to = 2024-03-01\n",
            [
                (
                    "study.toml: line 10, index.index_to: "
                    "index_to 2024-03-01 is not after index_from 2024-03-01"
                ),
            ],
        ),
        (
            SITE,
            ["study.toml: line 8, site.2.id: there are two sites north"],
        ),
        (
            '[[site]]\nid = "south"\nroute = "csv"\npath = "south"\n',
            [
                "study.toml: line 7, site.2: the site has no extract_from",
                "study.toml: line 7, site.2: the site has no extract_to",
                "study.toml: line 7, site.2: the site has no index_month",
            ],
        ),
        (
            (
                '[[site]]\nid = "south"\nroute = "csv"\npath = "south"\nindex_month = "2024-03"\n'
                "extract_from = 2024-01-01\nextract_to = 2023-01-01\n"
            ),
            [
                (
                    "study.toml: line 13, site.2.extract_to: "
                    "extract_to 2023-01-01 is not after extract_from 2024-01-01"
                ),
            ],
        ),
    ],
)
def test_what_one_setting_needs_of_another(text: str, problems: list[str], tmp_path: Path) -> None:
    assert _refuse(SMALLEST + text, tmp_path) == problems


def test_what_settings_need_of_each_other_is_told_beside_what_each_lacks(tmp_path: Path) -> None:
    """Mending one problem must not bring up the next."""
    text = SMALLEST + SITE + INDEX_BY_DATE + 'who = "everybody"\n[windows]\nwashout = 3\n'
    text += '[[site]]\nid = "South"\nroute = "csv"\npath = "south"\n'
    text += "extract_from = 2024-01-01\nextract_to = 2023-01-01\n"
    told = "\n".join(_refuse(text, tmp_path))
    assert "input should be 'new' or 'all'" in told
    assert "washout is not known here" in told
    assert "'South': this is not in the form that is needed" in told
    assert "the index has no index_from" in told
    assert "there are two sites north" in told
    assert "extract_to 2023-01-01 is not after extract_from 2024-01-01" in told


@pytest.mark.parametrize("bands", ["[65, 40]", "[40, 40]", "[0, 40]", "[-5]", "[40, 300]"])
def test_age_bands_rise(bands: str, tmp_path: Path) -> None:
    """Bands that overlap would put a person into two strata."""
    (problem,) = _refuse(SMALLEST + f"[reference]\nage_bands = {bands}\n", tmp_path)
    assert problem.startswith("study.toml: line 8, reference.age_bands: ")


def test_what_is_counted_cannot_be_its_own_control(tmp_path: Path) -> None:
    """Contacts that the link worker cannot change must not be among those that are compared."""
    counted = '[contacts]\nroles = ["gp", "nurse"]\n'
    asked = '[matching]\ncontrol_roles = ["nurse", "admin"]\n'
    (problem,) = _refuse(SMALLEST + counted + asked, tmp_path)
    assert problem.startswith("study.toml: line 10, matching.control_roles: ")
    assert "nurse" in problem
    assert "admin" not in problem
    study = _load(SMALLEST + asked, tmp_path)
    assert study.matching.control_roles == ("nurse", "admin")


def test_nobody_counts_twice_whatever_the_bands() -> None:
    held = make_person("ann", born="1974-03-01", link_worker=["2024-03-09"])
    told = count(held, make_study(reference={"age_bands": (40, 65)}))
    assert len([row for row in told.units if row["grp"] == "seen"]) == 1


def test_a_site_may_have_its_own_index_month() -> None:
    """Every site counts from its own month; with dates all share one period."""
    study = make_study(site={"index_month": "2024-05"})
    assert [day.isoformat() for day in study.index_range(study.site[0])] == [
        "2024-05-01",
        "2024-06-01",
    ]
    assert [day.isoformat() for day in study.days_needed(study.site[0])] == [
        "2023-05-01",
        "2024-12-01",
    ]


def test_people_who_declined_cannot_be_had_in_a_single_month(tmp_path: Path) -> None:
    (problem,) = _refuse(SMALLEST + '[reference]\nalso = ["declined"]\n', tmp_path)
    assert problem.startswith("study.toml: line 8, reference.also: ")
    assert "too few people decline or wait" in problem


@pytest.mark.parametrize("name", ["step", "all_sites", "everybody", "commissioner", "a_state"])
def test_a_site_has_no_id_that_means_something_else_in_a_report(tmp_path: Path, name: str) -> None:
    """It would take the place of a column, or of whom a report is for."""
    (problem,) = _refuse(SMALLEST.replace('"north"', f'"{name}"'), tmp_path)
    assert f"{name} means something else in the tables of a report" in problem
