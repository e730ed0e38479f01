"""Pages for one kind of reader: an advisory group, a commissioner, a site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from righthelp.evidence.sites import SiteAccount
from righthelp.evidence.summary import ONE_SIGNAL
from righthelp.report.annex import tell_definitions, tell_methods, tell_supply, tell_words
from righthelp.report.blocks import Block, Bullets, Part, Picture, Prose, Section, Subheading, Table
from righthelp.report.cells import ShownTable
from righthelp.report.figures import draw_site_figures
from righthelp.report.findings import tell_counted, tell_happened
from righthelp.report.material import Material
from righthelp.report.meaning.sections import (
    tell_capacity,
    tell_quadrants,
    tell_support,
    tell_wellbeing,
)
from righthelp.report.opening import show_pair, tell_briefly, tell_plainly
from righthelp.report.titles import TITLES

PLAIN_WORDS = ("as counted", "expected", "interval (95%)", "link worker", "seen", "withheld")
"""Words of the glossary that the page in plain words and its pictures use."""
TO_TALK_ABOUT: tuple[tuple[str, str], ...] = (
    ("support", "Is this how long people wait where you live? What makes them wait?"),
    ("support", "Some needs were not noted as met. What would have met them?"),
    ("reach", "Some groups see the link worker less than others. Who is missing, and why?"),
    ("scores", "People who gave no second score are not in the numbers. How may they be?"),
    ("contacts", "When would it be good that somebody sees the GP more often? When less?"),
    ("contacts", "What goes on in people's lives when they are sent to a link worker?"),
    ("always", "Is something that matters to you not counted here? How could it be?"),
    ("always", "Is anything here worded in a way that could hurt somebody?"),
)
"""(What must have been found for it, question)."""


def tell_advisory(material: Material) -> tuple[Part, ...]:
    """For people who know the scheme from their own lives: the page, pictures, questions."""
    evidence = material.evidence
    there = {"always", "contacts"}
    there |= {"support"} if evidence.meaning.support.sites else set()
    there |= {"reach"} if material.has("reach_of_list") else set()
    there |= {"scores"} if material.has("fared") else set()
    questions = Section(
        "questions",
        "Questions to talk about",
        (Bullets(tuple(words for needed, words in TO_TALK_ABOUT if needed in there)),),
    )
    pictures = Section(
        "pictures",
        "The same in pictures",
        (
            *_pictures(material, "referral_funnel"),
            *_pictures(material, "change"),
            *(tell_quadrants(material) if material.has("quadrants") else ()),
            *material.fold("quadrants"),
        ),
    )
    parts = (pictures, questions) if pictures.blocks else (questions,)
    return (
        Part("summary", "Summary", (tell_plainly(evidence),)),
        Part("findings", "To look at together", parts),
        Part("annex", "Words and numbers", (tell_words(PLAIN_WORDS),)),
    )


def tell_commissioner(material: Material) -> tuple[Part, ...]:
    """For who decides on the scheme: help, people, contacts, capacity, and what is not known."""
    capacity = Section(
        "capacity",
        "Capacity and cost",
        (
            *tuple(tell_capacity(material))[1:],
            *material.show("dose"),
        ),
    )
    could = Section(
        "could_find",
        "What this study could have found",
        (
            Prose(
                "A study of few people cannot find a small difference. What is not found here may "
                "still be there."
            ),
            *material.draw("detectable"),
            *material.show("detectable"),
        ),
    )
    return (
        Part("summary", "Summary", (tell_plainly(material.evidence),)),
        Part(
            "findings",
            "Findings",
            (
                tell_briefly(material.evidence),
                tell_support(material),
                tell_wellbeing(material),
                tell_happened(material),
                _ladder(material),
                capacity,
                *([could] if material.has("detectable") else []),
            ),
        ),
        Part(
            "annex",
            "What stands behind it",
            (
                tell_counted(material),
                tell_definitions(material),
                tell_supply(material),
                tell_words(),
            ),
        ),
    )


def _ladder(material: Material) -> Section:
    return Section(
        "anyway",
        TITLES["anyway"],
        (
            Prose(
                "People are referred at a bad time. Contacts then tend to be fewer afterwards even "
                "when nothing is done, so that before less after must not be read as something "
                "gained. Each design answers in its own way how many were to be expected."
            ),
            *material.draw("designs"),
            *material.show("side_by_side"),
        ),
    )


OWN_TABLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "support",
        TITLES["support"],
        ("referrals_in", "needs_met", "days_to_help", "flags_back"),
    ),
    ("wellbeing", TITLES["wellbeing"], ("fared", "fared_moved", "site_quadrants")),
    (
        "reasons",
        TITLES["reasons"],
        ("site_reasons", "site_consultation", "site_dose"),
    ),
    ("counted", TITLES["counted"], ("flow",)),
    ("mend", "What would make the answer better", ("questions", "supply", "quality")),
)
"""Sections of a site's report that are mostly tables: anchor, title, tables."""
FEW = (
    "Few people stand behind this site's numbers, so most of them are withheld. A longer index "
    "period, or an answer together with a neighbouring practice, would let more be told."
)


def tell_site(material: Material, site: SiteAccount) -> tuple[Part, ...]:
    """For one site: its own results, beside the spread of the others without their names."""
    own = {table.name: Table(table) for table in _own_tables(material, site)}
    twin = next(one for one in material.evidence.twins if one.site == site.id)
    result = Section(
        "summary",
        "",
        (
            Prose(ONE_SIGNAL, "lead"),
            Prose(
                "This report is for one site and names no other. What it says of the site was in "
                "the site's return."
            ),
            Subheading(f"What became of {material.evidence.study.study.outcome}"),
            show_pair(twin.described, twin.claim),
            Prose(f"{twin.described.sentence} {twin.claim.sentence}"),
            *(own[name] for name in ("change", "rates", "not_held") if name in own),
        ),
    )
    few = any(
        one.site == site.id and one.before_per_100.state == "suppressed"
        for one in material.evidence.change
    )
    tables = (
        Section(
            anchor,
            title,
            (
                *((Prose(FEW),) if few and anchor == "mend" else ()),
                *(own[name] for name in names if name in own),
            ),
        )
        for anchor, title, names in OWN_TABLES
    )
    methods = tell_methods(material)
    return (
        Part("summary", site.label, (result,)),
        Part(
            "findings",
            "Findings",
            (_tell_beside(material, site), *(one for one in tables if one.blocks)),
        ),
        Part(
            "annex",
            "What stands behind it",
            (
                replace(methods, blocks=tuple(_keep_own(methods.blocks, own))),
                tell_words(),
            ),
        ),
    )


def _tell_beside(material: Material, site: SiteAccount) -> Section:
    figures = draw_site_figures(material.evidence, site.id)
    blocks: list[Block] = [
        Prose(
            "The other sites have no names here, and nobody is ranked. Sites differ in whom they "
            "see and in how they could answer. Between the lines of a funnel, chance alone "
            "accounts for where a site stands."
        )
    ]
    for figure, table in figures:
        blocks += [Picture(figure), Table(table, folded=True)]
    if not figures:
        blocks = [Prose("There are too few other sites to stand beside without being known.")]
    return Section("beside", "Beside the other sites", tuple(blocks))


def _keep_own(blocks: Iterable[Block], own: Mapping[str, Table]) -> Iterator[Block]:
    """The blocks, every table cut down to the site's own rows, or left out."""
    for block in blocks:
        if not isinstance(block, Table):
            yield block
        elif block.table.name in own:
            yield own[block.table.name]


def _own_tables(material: Material, site: SiteAccount) -> Iterator[ShownTable]:
    """Tables cut down to one site: to its rows, or to its columns; others are left out."""
    for table in material.tables.values():
        keys = [heading.key for heading in table.headings]
        if "site" in keys:
            at = keys.index("site")
            rows = tuple(row for row in table.rows if row[at] == site.label)
            if rows:
                yield replace(table, rows=rows, notes=_notes(table, material, own=site))
        elif site.id in keys:
            keep = [
                at
                for at, heading in enumerate(table.headings)
                if heading.kind == "text" or heading.key == site.id
            ]
            yield replace(
                table,
                headings=tuple(table.headings[at] for at in keep),
                rows=tuple(tuple(row[at] for at in keep) for row in table.rows),
                notes=_notes(table, material, own=site),
            )


def _notes(table: ShownTable, material: Material, *, own: SiteAccount) -> tuple[str, ...]:
    """The notes of a table that name no other site."""
    others = [re.escape(one.label) for one in material.evidence.sites if one.id != own.id]
    if not others:
        return table.notes
    named = re.compile(rf"\b(?:{'|'.join(others)})\b")
    return tuple(note for note in table.notes if not named.search(note))


def _pictures(material: Material, *names: str) -> Iterator[Block]:
    """Figures, and then each table that has numbers of them once."""
    tables: dict[str, None] = {}
    for block in material.draw(*names):
        assert isinstance(block, Picture)
        tables[block.figure.table] = None
        yield block
    yield from material.fold(*tables)
