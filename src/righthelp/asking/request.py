"""The request to one site, made from the study file; the texts are Markdown beside this module."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

from righthelp.errors import UsageError
from righthelp.onsite.disclosure import POLICIES
from righthelp.protocol.codelists import DOWNLOADS, LINES, LOCAL
from righthelp.protocol.requests import LOG, Entry, add_entry, read_log
from righthelp.protocol.study import Site, Study

ROLE_WORDS: Mapping[str, str] = {
    "gp": "GPs",
    "nurse": "nurses",
    "other_direct_care": "other staff in direct care",
    "admin": "administrative staff",
    "unknown": "staff whose role is not known",
}
NEEDED: Mapping[str, str] = {
    "counts": "For everybody who saw the link worker ({when}), how many contacts they had before "
    "and after; and, if you can, the same for some people who were not referred.",
    "summary": "How many people saw the link worker ({when}), and how many contacts they had on "
    "average before and after; and, if you can, the same for others.",
    "records": "Appointments of people registered with you, from {spell}, and which of them saw "
    "the link worker: {when}.",
}
FILL_IN = (
    "Fill in `{site_id}.xlsx`, which lies beside this letter, as `how-to.md` says; in `study.toml` "
    "it must stand at `path`."
)
FIRST_STEP: Mapping[str, str] = {
    "counts": FILL_IN,
    "summary": FILL_IN,
    "records": "Get the data as `how-to.md` says, put the files into a folder, and write that "
    "folder into `study.toml`, at `path`.",
}
LETTER, HOW_TO, STUDY = "letter.md", "how-to.md", "study.toml"
CODELISTS = "codelists"


def write_request(
    study: Study, site_id: str, *, study_file: Path, folder: Path, answer_by: date, asked_on: date
) -> list[Path]:
    """Write what a site is sent into a folder, and note in the log that it was asked.

    Raises UsageError for a site that the study has not, or a day that has passed.
    """
    site = study.find_site(site_id)
    if site is None:
        sites = ", ".join(one.id for one in study.site)
        raise UsageError(f"there is no site {site_id}", do=f"The sites are {sites}.")
    if answer_by <= asked_on:
        raise UsageError(
            f"{answer_by} is not after {asked_on}", do="Give a later day with --answer-by."
        )
    folder.mkdir(parents=True, exist_ok=True)
    facts = _list_facts(study, site, answer_by=answer_by)
    made = {LETTER: _read("letter").format(**facts), HOW_TO: read_how_to(site.route)}
    paths = []
    for name, text in made.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    copy = folder / STUDY
    text = _keep_site(study_file.read_text(encoding="utf-8-sig"), site_id)
    if study.codelists.folder is not None:
        paths += _copy_codelists(study.codelists.folder, folder / CODELISTS)
        text = _name_codelists(text)
    copy.write_text(text, "utf-8")
    paths += [copy, *_write_template(study, site, folder)]
    entry = Entry(site_id, asked_on, "asked", None, f"answer by {answer_by}")
    log = study_file.parent / LOG
    if entry not in (read_log(log, study) if log.exists() else ()):
        add_entry(log, entry)
    return paths


def read_how_to(route: str) -> str:
    """How a site gets its data, for its route."""
    return _read(route)


def _read(name: str) -> str:
    return resources.files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8")


def _keep_site(text: str, site_id: str) -> str:
    """The study file with this site alone; its rules, and so its digest, stay the same."""
    head, *sites = re.split(r"(?m)^(?=[ \t]*\[\[site\]\])", text)
    own = [part for part in sites if tomllib.loads(part)["site"][0]["id"] == site_id]
    return head + "".join(own)


def _copy_codelists(source: Path, folder: Path) -> list[Path]:
    """The codelists and what they mean, and nothing else that lies in their folder."""
    (folder / LOCAL).mkdir(parents=True, exist_ok=True)
    here = [path for path in (source / LINES, source / DOWNLOADS) if path.exists()]
    copies = []
    for path in (*here, *sorted(source.glob("*.csv")), *sorted((source / LOCAL).glob("*.csv"))):
        copies.append(folder / path.relative_to(source))
        copies[-1].write_bytes(path.read_bytes())
    return copies


def _name_codelists(text: str) -> str:
    """The study file with its folder of codelists beside it, wherever it was before."""
    lines, section = [], ""
    for line in text.splitlines():
        section = line.split("#")[0].strip() if line.lstrip().startswith("[") else section
        named = section == "[codelists]" and re.match(r"\s*folder\s*=", line)
        lines.append(f'{named.group()} "{CODELISTS}"' if named else line)
    told = "\n".join(lines) + "\n"
    if tomllib.loads(told)["codelists"]["folder"] != CODELISTS:
        raise UsageError(
            "the folder of codelists is not written on a line of its own",
            where=f"{STUDY}: codelists.folder",
            do='Write [codelists] on one line and folder = "..." below it.',
        )
    return told


def _write_template(study: Study, site: Site, folder: Path) -> list[Path]:
    from righthelp.onsite.sources.template import write_counts_template, write_summary_template

    writers = {"counts": write_counts_template, "summary": write_summary_template}
    if site.route not in writers:
        return []
    path = folder / f"{site.id}.xlsx"
    writers[site.route](study, path)
    return [path]


def _list_facts(study: Study, site: Site, *, answer_by: date) -> dict[str, str]:
    windows, contacts = study.windows, study.contacts
    if study.index.anchor == "month" and site.index_month is None:
        spell, when = "the windows around your index month", "your index month"
    else:
        first, end = study.days_wanted(site)
        index_from, index_to = study.index_range(site)
        spell = f"{_name(first)} to {_name(end - timedelta(1))}"
        when = f"{_name(index_from)} to {_name(index_to - timedelta(1))}"
    kind = site.route if site.route in NEEDED else "records"
    return {
        "needed": NEEDED[kind].format(when=when, spell=spell),
        "first_step": FIRST_STEP[kind].format(site_id=site.id),
        "title": study.study.title,
        "question": study.study.question,
        "site": site.label,
        "site_id": site.id,
        "before": str(windows.before_months),
        "after": str(windows.after_months),
        "roles": ", ".join(ROLE_WORDS[role] for role in contacts.roles),
        "withheld": str(POLICIES[study.disclosure.policy].threshold),
        "look": "quality" if site.has_records else "check",
        "answer_by": _name(answer_by),
    }


def _name(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
