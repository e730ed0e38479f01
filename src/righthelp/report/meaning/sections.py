"""What a change means: help in time, how people fared, what contacts were about, how it works."""

from __future__ import annotations

from collections.abc import Iterator

from righthelp.report.blocks import Block, Bullets, Prose, Section, Subheading
from righthelp.report.material import Material, say_all
from righthelp.report.meaning import capacity, consultation, reasons, wellbeing
from righthelp.report.meaning.support_words import say_support
from righthelp.report.meaning.theory import compose_theory
from righthelp.report.titles import TITLES


def tell_support(material: Material) -> Section:
    """Whether people got help that fits, and how soon."""
    return Section("support", TITLES["support"], tuple(_support(material)))


def _support(material: Material) -> Iterator[Block]:
    yield Prose(
        "Did people get help that fits what they needed, and how soon? This part follows the first "
        "referral of each person in the twelve months up to the end of the index period. It "
        "describes what was recorded and compares with nobody."
    )
    yield from say_all(say_support(material.evidence))
    if material.evidence.meaning.support.sites:
        yield from material.show("referrals_in")
        yield from material.draw("referral_funnel")
        yield from material.fold("referral_funnel", "referrers", "return_reasons", "needs_met")
        yield Subheading("How soon")
        yield from material.draw("days_to_help")
        yield from material.fold("days_to_help")
        if material.has("flags_back"):
            yield Subheading("What went back to the practice")
            yield from material.fold("flags_back")
    if material.has("reach_of_list"):
        yield Subheading("Who is reached")
        yield from material.show("reach_of_list")


def tell_wellbeing(material: Material) -> Section:
    """What people say of themselves, by itself and beside their contacts."""
    return Section("wellbeing", TITLES["wellbeing"], tuple(_wellbeing(material)))


def _wellbeing(material: Material) -> Iterator[Block]:
    said = say_all(wellbeing.say_wellbeing(material.evidence))
    if not material.has("fared"):
        yield from said
        return
    yield Prose(
        "Fewer contacts in somebody who is better and in somebody who is worse are opposite "
        "findings. Where a site sent scores that people gave of themselves, they stand here: first "
        "by themselves, then beside the contacts of the same people."
    )
    yield from said
    yield from material.show("fared")
    yield from material.fold("fared_moved", "fared_ends", "fared_bands")
    yield from tell_quadrants(material)
    yield from material.fold("quadrants", "site_quadrants", "strata_quadrants", "instruments")


def tell_quadrants(material: Material) -> Iterator[Block]:
    """Contacts and scores together: what each corner may mean, the figures, how they are read."""
    yield Subheading("Contacts and scores together")
    quadrants = wellbeing.say_quadrants(material.evidence)
    if quadrants:
        yield Bullets(quadrants)
    else:
        yield Prose(
            "No site sent a score of wellbeing or activation twice, so contacts and scores cannot "
            "be put side by side."
        )
    yield from material.draw(*(name for name in material.figures if name.startswith("quadrants_")))
    if material.has("quadrants"):
        yield Prose(
            "The filled bar is what was counted, the hollow bar what was to be expected had "
            "nothing but chance and regression to the mean moved people. A plus sign stands for "
            "people at sites that withheld the number, being few. No corner is good or bad by "
            "itself: what lies behind it differs from person to person."
        )


def tell_reasons(material: Material) -> Section:
    """What contacts were about, and what was newly found."""
    return Section(
        "reasons",
        TITLES["reasons"],
        (
            Prose(
                "The same number of contacts can hide much: fewer about money worries, more about "
                "an illness that was found in time. Where a site supplied coded entries, each "
                "contact is counted under one reason, and the reasons add up to the whole."
            ),
            *say_all(reasons.say_reasons(material.evidence)),
            *material.draw("reasons"),
            *material.fold("reasons", "site_reasons", "uncoded"),
            *(
                (Subheading("Newly found"), *material.show("found"), *material.fold("found_after"))
                if material.has("found")
                else ()
            ),
        ),
    )


def tell_consultation(material: Material) -> Section:
    """With whom, how long, kept or missed; what the link worker did; capacity."""
    return Section("consultation", TITLES["consultation"], tuple(_consultation(material)))


def _consultation(material: Material) -> Iterator[Block]:
    yield Prose(
        "The same number of contacts can be with one clinician or with many, short or long, kept "
        "or missed. Each measure is set before against after, and its change against that of "
        "matched people."
    )
    yield from say_all(consultation.say_consultation(material.evidence))
    yield from material.draw("consultation")
    yield from material.fold("consultation", "site_consultation")
    if material.has("site_dose"):
        yield Subheading("What the link worker did")
        yield from say_all(consultation.say_dose(material.evidence))
        yield from material.show("dose")
        yield from material.fold("site_dose")
    yield from tell_capacity(material)


def tell_capacity(material: Material) -> Iterator[Block]:
    """Contacts freed or used, and their price where the study gives one."""
    yield Subheading("Capacity")
    yield from say_all(capacity.say_capacity(material.evidence))
    yield from material.fold("capacity")


def tell_theory(material: Material) -> Section:
    """What was expected of the scheme beside what was seen."""
    return Section(
        "theory",
        TITLES["theory"],
        (
            *compose_theory(material.evidence),
            *(material.fold("theory_sites") if material.evidence.theory.is_looked_at else ()),
            *material.show("theory_notes"),
        ),
    )
