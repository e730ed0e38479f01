"""What changed between two reports, and why: from their records alone.

A cause is known by what it can reach. Some (a new return, a setting, a version) can move every
number; others (a name, the log of asking, a price) only some tables. What changed although nothing
that could reach it did is a bug of ours, and said to be one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from righthelp.report.record import Record, ReturnNote, SiteNote
from righthelp.report.shown_numbers import ShownNumber

Kind = Literal[
    "site_new",
    "site_gone",
    "return_new",
    "return_gone",
    "return_replaced",
    "return_made_again",
    "site_named",
    "site_told",
    "site_order",
    "setting",
    "rules",
    "theory",
    "version",
]
EVERY = "*"
BESIDE_THE_RULES: Mapping[str, tuple[str, ...]] = {
    "study.title": (),
    "study.question": (),
    "cost.": ("capacity",),
}
"""Settings that are no rule of counting, by their beginning, and the tables that they reach."""
OF_THEORY = "theory"
"""How the names of the tables begin that the theory reaches."""
TOGETHER = "Sites together"


@dataclass(frozen=True)
class Cause:
    """One thing that is not as it was. name: of the site or setting; was, now: empty where it was
    not there. moves: whether it can move numbers of contacts. reaches: tables, or every one."""

    kind: Kind
    name: str
    words: str
    was: str = ""
    now: str = ""
    moves: bool = True
    reaches: tuple[str, ...] = (EVERY,)

    def can_reach(self, table: str) -> bool:
        """Whether the cause can change a table."""
        return any(one in (EVERY, table) or table.startswith(f"{one}_") for one in self.reaches)


@dataclass(frozen=True)
class Changed:
    """A number or a verdict that is not what it was; empty where it was not there."""

    table: str
    where: str
    what: str
    was: str
    now: str


@dataclass(frozen=True)
class ChangedTable:
    """A table that changed without a change in the numbers of it that the record holds."""

    name: str
    caption: str


@dataclass(frozen=True)
class Changes:
    """Why and what. counted_again: sites whose new return follows from changed rules or another
    version; unsure: those of them that do not say which files they counted. astray: what changed
    with nothing that could have reached it."""

    causes: tuple[Cause, ...]
    counted_again: tuple[str, ...]
    unsure: tuple[str, ...]
    verdicts: tuple[Changed, ...]
    numbers: tuple[Changed, ...]
    tables: tuple[ChangedTable, ...]
    astray: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all changed."""
        return not (self.causes or self.counted_again or self.has_results)

    @property
    def has_results(self) -> bool:
        """Whether anything that the report says changed."""
        return bool(self.verdicts or self.numbers or self.tables)

    @property
    def suspects(self) -> tuple[Cause, ...]:
        """The causes that could account for what changed."""
        if self.verdicts or self.numbers:
            return tuple(one for one in self.causes if one.moves)
        return tuple(
            one for one in self.causes if any(one.can_reach(table.name) for table in self.tables)
        )


def compare_records(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    """What changed from one report's record to another's, and why; see `report.record`."""
    was, now = Record.model_validate(old), Record.model_validate(new)
    sites, again = _compare_sites(was, now)
    causes = (*sites, *_compare_rules(was, now), *_compare_versions(was, now))
    labels = {one.id: one.label for one in (*was.sites, *now.sites)}
    verdicts, numbers = _compare_numbers(was, now, labels)
    told = {one.table for one in (*verdicts, *numbers)}
    altered = [
        name
        for name in dict.fromkeys((*now.tables, *was.tables))
        if now.tables.get(name) != was.tables.get(name)
    ]
    captions = {name: caption for name, (caption, _) in (was.tables | now.tables).items()}
    moved = any(one.moves for one in causes)
    astray = [] if moved else [f"{one.where}, {one.what}" for one in (*verdicts, *numbers)]
    astray += [captions[name] for name in altered if not any(one.can_reach(name) for one in causes)]
    return Changes(
        causes=causes,
        counted_again=tuple(labels[one] for one in again),
        unsure=tuple(labels[one] for one, files in again.items() if not files),
        verdicts=verdicts,
        numbers=numbers,
        tables=tuple(ChangedTable(one, captions[one]) for one in altered if one not in told),
        astray=tuple(dict.fromkeys(astray)),
    )


def _compare_sites(was: Record, now: Record) -> tuple[list[Cause], dict[str, str]]:
    """Causes site by site in the order of the newer study, and the ids of sites that were counted
    again from the same files under changed rules or with another version: with the digest of those
    files, empty where they are not known."""
    before, after = ({one.id: one for one in record.sites} for record in (was, now))
    causes: list[Cause] = []
    again: dict[str, str] = {}
    for site in dict.fromkeys((*after, *before)):
        old, new = before.get(site), after.get(site)
        if old is None:
            assert new is not None
            causes.append(_tell_new(new))
        elif new is None:
            causes.append(_tell_gone(old))
        else:
            causes += _compare_site(old, new)
            if old.returned and new.returned and old.returned != new.returned:
                if _follows(old.returned, new.returned, same_rules=was.protocol == now.protocol):
                    again[site] = new.returned.inputs
                else:
                    causes.append(_tell_replaced(new, old.returned, new.returned))
    common = [[one for one in own if one in before and one in after] for own in (before, after)]
    if common[0] != common[1]:
        words = "The sites stand in another order in the study file."
        causes.append(Cause("site_order", "", words, moves=False))
    return causes, again


def _tell_new(site: SiteNote) -> Cause:
    answer = _name_return(site.returned) if site.returned else "it has not answered"
    words = f"{site.label} is new in the study; {answer}."
    return Cause("site_new", site.id, words, now=site.label, moves=site.returned is not None)


def _tell_gone(site: SiteNote) -> Cause:
    words = f"{site.label} is no longer in the study."
    return Cause("site_gone", site.id, words, was=site.label, moves=site.returned is not None)


def _tell_replaced(site: SiteNote, old: ReturnNote, new: ReturnNote) -> Cause:
    if old.tables == new.tables:
        words = f"{site.label} made its return again, with the same numbers."
        return Cause("return_made_again", site.id, words, old.made_on, new.made_on, moves=False)
    files = ""
    if old.inputs and new.inputs:
        files = ", from the same files" if old.inputs == new.inputs else ", from other files"
    for word, first, second in zip(("from", "to"), old.extract, new.extract, strict=True):
        if first != second:
            files += f" {word} {second or 'no known day'} instead of {first or 'no known day'}"
    words = f"{site.label} has another return, {_name_day(new.made_on)}{files}"
    words += f"; the earlier one was {_name_day(old.made_on)}."
    return Cause("return_replaced", site.id, words, old.digest, new.digest)


def _follows(old: ReturnNote, new: ReturnNote, *, same_rules: bool) -> bool:
    """Whether a return differs from the one before because of rules or version, by all we know."""
    same_files = (old.inputs, old.extract) == (new.inputs, new.extract)
    other_version = old.righthelp != new.righthelp and old.tables != new.tables
    return same_files and (not same_rules or other_version)


def _compare_site(old: SiteNote, new: SiteNote) -> Iterator[Cause]:
    if old.returned is None and new.returned is not None:
        words = f"{new.label} has answered; {_name_return(new.returned)}."
        yield Cause("return_new", new.id, words, now=new.returned.digest)
    if old.returned is not None and new.returned is None:
        words = f"The return of {new.label} is no longer in the report."
        yield Cause("return_gone", new.id, words, was=old.returned.digest)
    if old.label != new.label:
        words = f"{old.label} is now called {new.label}."
        yield Cause("site_named", new.id, words, old.label, new.label, moves=False)
    for field, words in (
        ("route", "how it answers"),
        ("index", "its index"),
        ("system", "its system"),
        ("list_size", "its number of registered people"),
        ("imd_decile", "its deprivation decile"),
        ("asking", "what was noted of asking it"),
    ):
        first, second = (_say_value(getattr(one, field)) for one in (old, new))
        if first != second:
            said = f"{new.label}, {words}: {second or 'nothing'}, was {first or 'nothing'}."
            reaches = ("sites", "questions")
            yield Cause("site_told", new.id, said, first, second, moves=False, reaches=reaches)


def _compare_rules(was: Record, now: Record) -> Iterator[Cause]:
    before, after = dict(_flatten(was.settings)), dict(_flatten(now.settings))
    ruled = False
    for name in dict.fromkeys((*after, *before)):
        if before.get(name) == after.get(name) and (name in before) == (name in after):
            continue
        first, second = (_say_value(one.get(name)) for one in (before, after))
        if not first and not second:
            continue
        beside = [reach for start, reach in BESIDE_THE_RULES.items() if name.startswith(start)]
        ruled = ruled or not beside
        said = f"{second or 'not set'}, was {first or 'not set'}"
        yield Cause(
            "setting",
            name,
            f"The setting {name}: {said}.",
            first,
            second,
            moves=not beside,
            reaches=beside[0] if beside else (EVERY,),
        )
    if was.protocol != now.protocol and not ruled:
        words = "The rules have another digest, though no setting in the records differs."
        yield Cause("rules", "", words, was.protocol, now.protocol)
    if was.theory != now.theory:
        words = f"The theory is another: “{now.theory.title}”, was “{was.theory.title}”."
        if was.theory.title == now.theory.title:
            words = f"The theory “{now.theory.title}” was changed."
        first, second = was.theory.title, now.theory.title
        yield Cause("theory", "", words, first, second, moves=False, reaches=(OF_THEORY,))


def _compare_versions(was: Record, now: Record) -> Iterator[Cause]:
    """Another version of righthelp, for the report, for returns that it counts, or for both."""
    if was.righthelp != now.righthelp:
        words = f"righthelp made the report in version {now.righthelp}, was {was.righthelp}."
        yield Cause("version", "report", words, was.righthelp, now.righthelp)
    before = {one.id: one.returned for one in was.sites}
    found: dict[tuple[str, str], list[SiteNote]] = {}
    for site in now.sites:
        old, new = before.get(site.id), site.returned
        if old and new and old.tables != new.tables and old.righthelp != new.righthelp:
            found.setdefault((old.righthelp, new.righthelp), []).append(site)
    for (old_version, new_version), sites in found.items():
        if (old_version, new_version) == (was.righthelp, now.righthelp):
            continue
        named = ", ".join(one.label for one in sites)
        words = f"Counted by righthelp {new_version or '?'}, was {old_version or '?'}: {named}."
        yield Cause("version", "returns", words, old_version, new_version)


def _compare_numbers(
    was: Record, now: Record, labels: Mapping[str, str]
) -> tuple[tuple[Changed, ...], tuple[Changed, ...]]:
    """Verdicts that changed, and numbers that changed, in the order of the newer report."""
    before, after = _group(was), _group(now)
    verdicts: list[Changed] = []
    numbers: list[Changed] = []
    for key in dict.fromkeys((*after, *before)):
        table, site, what = key
        where = labels.get(site, site) if site else TOGETHER
        old, new = before.get(key, ()), after.get(key, ())
        shown = [" and ".join(one.shown for one in rows) for rows in (old, new)]
        said = [" and ".join(one.verdict for one in rows) for rows in (old, new)]
        if shown[0] != shown[1]:
            numbers.append(Changed(table, where, what, shown[0], shown[1]))
        if old and new and said[0] != said[1]:
            verdicts.append(Changed(table, where, what, said[0], said[1]))
    return tuple(verdicts), tuple(numbers)


def _group(record: Record) -> dict[tuple[str, str, str], tuple[ShownNumber, ...]]:
    rows: dict[tuple[str, str, str], tuple[ShownNumber, ...]] = {}
    for one in record.results:
        key = (one.table, one.where, one.what)
        rows[key] = (*rows.get(key, ()), one)
    return rows


def _flatten(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Settings by their dotted names; a list is one setting, and so is an empty table."""
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from _flatten(one, f"{name}.{key}" if name else key)
    else:
        yield name, value


def _say_value(value: object) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        told = ((key.replace("_", " "), _say_value(one)) for key, one in value.items())
        return ", ".join(f"{key} {one}" for key, one in told if one)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _name_return(one: ReturnNote) -> str:
    return f"its return is {_name_day(one.made_on)}"


def _name_day(day: str) -> str:
    return f"of {day}" if day else "of no known day"
