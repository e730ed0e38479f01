"""The technical annex: what a reviewer checks."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from righthelp.evidence.summary import begin_high, begin_low
from righthelp.report import explanations
from righthelp.report.blocks import Block, Prose, Section, Subheading, Terms
from righthelp.report.material import Material
from righthelp.report.titles import TITLES


def tell_annex(material: Material) -> tuple[Section, ...]:
    """The sections of the annex that the returns can fill."""
    evidence = material.evidence
    return (
        *([tell_matched(material)] if evidence.matched.sites else []),
        *([tell_scheme(material)] if evidence.scheme.sites else []),
        tell_definitions(material),
        tell_supply(material),
        tell_quality(material),
        tell_methods(material),
        tell_checklists(material),
        *([tell_changes(material)] if material.has("changes") else []),
        tell_words(),
    )


def tell_matched(material: Material) -> Section:
    """People seen beside matched people, and whether those were alike."""
    return Section(
        "matched",
        TITLES["matched"],
        (
            Prose(
                "Each person new to the link worker is matched to registered people of the same "
                "site who had not seen one: of the same sex and age band, who came to such a "
                "visit as long before, with the same numbers of contacts in the year up to it. "
                "Where nobody is that much alike, a coarser likeness is tried, rung by rung."
            ),
            *material.illustrate("detectable"),
            Prose(material.evidence.matched.claim.sentence),
            *material.draw("matched"),
            *material.fold("matched"),
            *material.draw("matched_months"),
            *material.fold("matched_months"),
            Subheading("Were they alike?"),
            Prose(
                "What people were matched on is alike because it was matched on, and shows "
                "nothing. These checks look at the rest, and can fail."
            ),
            *material.show("checks"),
            *material.draw("balance"),
            *material.fold("balance", "alike", "lost"),
        ),
    )


def tell_scheme(material: Material) -> Section:
    """All registered people, whether they saw a link worker or not."""
    scheme = material.evidence.scheme
    return Section(
        "scheme",
        TITLES["scheme"],
        (
            Prose(
                "This part is about all registered people, whether they saw a link worker or not. "
                "Few of them ever do, so nothing is to be expected to show here, and a ratio near "
                "1 says nothing about those who did. It describes what was counted and no more."
            ),
            *material.draw("series"),
            *material.fold("series_months"),
            *material.show("series"),
            *(
                material.show("staggered")
                if material.has("staggered")
                else [
                    Prose(f"Practices could not be compared by when they started: {scheme.reason}.")
                ]
            ),
        ),
    )


def tell_definitions(material: Material) -> Section:
    """The same people under other definitions of a contact."""
    return Section(
        "definitions",
        TITLES["definitions"],
        (
            Prose(
                "Evaluations differ in what they count as a contact. Here the same people are "
                "counted again under the definitions in use. The study's own definition comes "
                "first."
            ),
            *material.draw("definitions"),
            *material.fold("definitions"),
        ),
    )


def tell_supply(material: Material) -> Section:
    """What sites could not supply, and what that rules out."""
    return Section(
        "supply",
        TITLES["supply"],
        (
            Prose(
                "What is missing rules out some answers. It says nothing about the care a site "
                "gives."
            ),
            *material.show("questions", "supply"),
        ),
    )


def tell_quality(material: Material) -> Section:
    """What was odd in the data."""
    blocks: tuple[Block, ...] = (Prose("No site reported anything odd in its data."),)
    if material.has("quality"):
        blocks = (
            Prose(
                "What was odd is counted by kind. Each site has the places in its own file and "
                "can mend them there."
            ),
            *material.show("quality"),
        )
    return Section("quality", TITLES["quality"], blocks)


def tell_methods(material: Material) -> Section:
    """What was asked, how comparisons are made, what may be said, where numbers came from."""
    return Section("methods", TITLES["methods"], tuple(_methods(material)))


def _methods(material: Material) -> Iterator[Block]:
    from righthelp import __version__

    evidence = material.evidence
    yield Subheading("What was asked of every site")
    rules = [(rule, _sentence(words)) for rule, words in explanations.list_rules(evidence.study)]
    yield _define([*rules, ("Digest of these rules", evidence.digest)])
    yield Subheading("How each comparison is made")
    yield Terms(
        tuple(
            (
                design.label,
                (design.how, f"It assumes: {begin_low(design.assumption)}"),
            )
            for design in explanations.list_designs(evidence)
        ),
        "designs",
    )
    yield Subheading("What may be said")
    yield Prose(
        "Each adjusted ratio gets the first of four verdicts that fits. A word that says why "
        "something changed is used of the matched comparison alone, and only when every check of "
        "the comparators held. A way of comparing that is known to lean never earns a verdict on "
        "the side to which it leans; a verdict on the sites together must also hold on the sites "
        "that could give it by themselves."
    )
    yield _define([(begin_high(verdict), rule) for verdict, rule in explanations.VERDICTS])
    yield Subheading("How sites are brought together")
    yield Prose(
        "Log ratios are brought together with random effects (restricted maximum likelihood; "
        "Hartung-Knapp intervals with a factor of at least 1; a prediction interval from three "
        "sites up). A site without an interval is listed and not brought together. A site enters "
        "with the first of its estimates that gives a number, in the order of the columns of the "
        "table of all estimates; weaker comparisons are shown and kept apart."
    )
    yield Subheading("Provenance")
    yield Prose("Every return was made under the rules above; one made under others is refused.")
    yield from material.show("returns")
    yield Prose(f"Made with righthelp {__version__}.", "note")


def tell_checklists(material: Material) -> Section:
    """What reporting checklists ask, and where it is answered."""
    return Section(
        "checklists",
        TITLES["checklists"],
        (
            Prose(
                "Journals and funders ask for these. What the study file and the returns say is "
                "filled in, with the section that has more; the rest is the team's to write."
            ),
            *material.fold(*(name for name in material.tables if name.startswith("checklist_"))),
        ),
    )


def tell_changes(material: Material) -> Section:
    """How the returns came together, and how the result stood after each."""
    return Section(
        "changes",
        TITLES["changes"],
        (
            Prose(
                "Returns of this study are kept and can be replaced or withdrawn. After each step "
                "everything was brought together anew."
            ),
            *material.show("changes"),
        ),
    )


def tell_words(only: Collection[str] = ()) -> Section:
    """Words used; only these, if any are named."""
    words = [
        (begin_high(word), meaning)
        for word, meaning in explanations.GLOSSARY
        if not only or word in only
    ]
    return Section("words", TITLES["words"], (_define(words),))


def _define(rows: list[tuple[str, str]]) -> Terms:
    return Terms(tuple((word, (meaning,)) for word, meaning in rows))


def _sentence(words: str) -> str:
    return begin_high(words if words.endswith(".") else f"{words}.")
