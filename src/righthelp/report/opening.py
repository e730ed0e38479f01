"""What every report opens with: the page in plain words, and the findings in brief."""

from __future__ import annotations

from righthelp.evidence import Evidence
from righthelp.evidence.claims import Claim
from righthelp.evidence.summary import ONE_SIGNAL, begin_high
from righthelp.report import plain
from righthelp.report.blocks import Block, Bullets, Card, Cards, Prose, Section, Subheading
from righthelp.report.material import say_all
from righthelp.report.meaning import reasons, wellbeing
from righthelp.report.meaning.support_words import say_support_briefly
from righthelp.report.titles import TITLES

NO_RATIO, NO_TWIN = "No ratio can be given", "Not estimable here"


def tell_plainly(evidence: Evidence) -> Section:
    """The summary on one page: what was asked, what was found, how sure, what it does not say."""
    crude, adjusted = evidence.headline
    return Section(
        "summary",
        "",
        (
            Prose(ONE_SIGNAL, "lead"),
            Subheading("What we asked"),
            *say_together(plain.say_asked(evidence)),
            Subheading("Did people get help in time?"),
            *say_together(plain.say_support(evidence)),
            Subheading("How did people feel?"),
            *say_together(plain.say_wellbeing(evidence)),
            Subheading(f"What became of {evidence.study.study.outcome}?"),
            show_pair(crude, adjusted),
            *say_together(plain.say_contacts(evidence, crude=crude, adjusted=adjusted)),
            Subheading("How sure are we?"),
            *say_together(plain.say_sureness(evidence, adjusted)),
            Subheading("What this does not say"),
            Bullets(plain.say_limits(evidence)),
        ),
    )


def tell_briefly(evidence: Evidence) -> Section:
    """The findings in brief, with their intervals."""
    summary = evidence.summary
    blocks: list[Block] = [
        Subheading("What was asked"),
        *say_all(summary.asked),
        Subheading("Did people get the right help, in time?"),
        *say_all(say_support_briefly(evidence)),
        Subheading("How did people fare?"),
        *say_all(wellbeing.say_wellbeing_briefly(evidence)),
        Subheading(f"What became of {evidence.study.study.outcome}, and what were they about?"),
        *say_all(summary.found),
        *say_all(reasons.say_reasons(evidence)),
    ]
    if summary.sureness:
        blocks += [Subheading("How sure this is"), Bullets(summary.sureness)]
    blocks += [Subheading("What it does not say"), Bullets(summary.limits)]
    return Section("brief", TITLES["brief"], tuple(blocks))


def show_pair(crude: Claim, adjusted: Claim) -> Cards:
    """As counted, and set against what was expected: never one without the other."""
    return Cards(
        (
            Card(
                "As counted",
                crude.number or NO_RATIO,
                crude.interval or "no interval",
                "Described only",
            ),
            Card(
                "Set against what was expected",
                adjusted.number or NO_TWIN,
                adjusted.interval or "no interval",
                begin_high(adjusted.headline),
            ),
        )
    )


def say_together(sentences: tuple[str, ...]) -> tuple[Block, ...]:
    """Short sentences as one paragraph."""
    return (Prose(" ".join(sentences)),) if sentences else ()
