"""The findings: who was counted, what happened, whether it would have happened anyway."""

from __future__ import annotations

from collections.abc import Iterator

from righthelp.evidence.summary import begin_low
from righthelp.report.blocks import Block, Bullets, Prose, Section, Subheading
from righthelp.report.material import Material
from righthelp.report.meaning.sections import (
    tell_consultation,
    tell_reasons,
    tell_support,
    tell_theory,
    tell_wellbeing,
)
from righthelp.report.ratio_tables import list_reasons
from righthelp.report.titles import TITLES


def tell_findings(material: Material) -> tuple[Section, ...]:
    """The sections of the findings, in the order of reading: help and people first."""
    return (
        tell_counted(material),
        tell_support(material),
        tell_wellbeing(material),
        tell_happened(material),
        tell_anyway(material),
        tell_across(material),
        tell_reasons(material),
        tell_consultation(material),
        tell_theory(material),
    )


def tell_counted(material: Material) -> Section:
    """Who was asked and who was counted."""
    return Section(
        "counted",
        TITLES["counted"],
        (
            Prose(
                "Every site that was asked is listed, and everybody it considered is counted at "
                "some step. Nobody is dropped unseen."
            ),
            *material.show("sites"),
            *material.illustrate("flow"),
        ),
    )


def tell_happened(material: Material) -> Section:
    """What was counted before and after, beside what was to be expected."""
    return Section("happened", TITLES["happened"], tuple(_happened(material)))


def _happened(material: Material) -> Iterator[Block]:
    yield Prose(
        "This part describes the people who were registered for the whole of both windows. It "
        "says what was counted. What was to be expected stands beside it and is explained in the "
        "next part."
    )
    yield from material.draw("change")
    yield from material.fold("change", "rates", "not_held")
    if material.evidence.pattern.sites:
        yield from material.draw("pattern")
        yield Prose(
            "The larger a square, the more people. On the outlined diagonal they stayed in their "
            "band; left of it are people with fewer contacts after, right of it people with more. "
            "A plus sign stands for people at sites that withheld the number, being few. Some "
            "drift towards the middle is seen in any group of people, so this picture is to be "
            f"read with the comparison: {material.evidence.headline[1].sentence}"
        )
        yield from material.fold("pattern")


def tell_anyway(material: Material) -> Section:
    """What was to be expected, by every design that could say."""
    return Section("anyway", TITLES["anyway"], tuple(_anyway(material)))


def _anyway(material: Material) -> Iterator[Block]:
    evidence = material.evidence
    yield Prose(
        "People are referred at a bad time. Contacts then tend to be fewer afterwards even when "
        "nothing is done. Each design below answers in its own way how many contacts were to be "
        "expected; none is free of assumptions, so they are shown side by side."
    )
    yield from material.draw("designs")
    yield from material.show("side_by_side", "varied")
    reasons = list_reasons(evidence)
    if reasons:
        yield Subheading("Why a number or an interval is missing, and what to keep in mind")
        yield Bullets(
            tuple(
                f"{site}, {begin_low(design)}: {reason.rstrip('.')}."
                for site, design, reason in reasons
            ),
            "reasons",
        )
    if evidence.course:
        yield Subheading("The course by month")
        yield from material.draw("course")
        yield Prose(
            "The shaded strip is the index month. Where the line of the people seen rises before "
            "it and comes down again, so may the line of reference people, who came to a visit "
            "like theirs and were not referred at it."
        )
        yield from material.fold("course")
        yield from material.draw("months")
        yield from material.fold("months")


def tell_across(material: Material) -> Section:
    """Sites side by side and together."""
    return Section(
        "across",
        TITLES["across"],
        (
            Prose(
                "Sites are listed in the order of the study; they are not ranked. The strip around "
                "1 marks ratios from 0.95 to 1.05, which are too close to 1 to be told apart from "
                "what records do not hold."
            ),
            *material.draw("sites"),
            *material.fold("twins", "syntheses", "left_out"),
            *material.illustrate("funnel"),
        ),
    )
