"""What the command prints for a person: findings, estimates and traces as plain tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from righthelp.onsite.findings import Finding, Ledger, dump_findings, tabulate_findings
from righthelp.returns.tables import DESIGNS, Released
from righthelp.schema import Row

if TYPE_CHECKING:
    from righthelp.evidence import Evidence
    from righthelp.onsite.quality import Quality
    from righthelp.onsite.sources.propose import Proposal
    from righthelp.onsite.trace import Trace


def show_findings(
    findings: Sequence[Finding], ledger: Sequence[Ledger], *, site: str, as_json: bool
) -> None:
    """Print what was odd in a site's data, and the account of its rows."""
    if as_json:
        click.echo(dump_findings(findings, ledger))
        return
    console = Console()
    if findings:
        console.print(tabulate_findings(findings, title=f"What was odd in the data of {site}"))
    else:
        console.print(f"Nothing odd was found in the data of {site}.")
    for one in ledger:
        left = ", ".join(f"{n} {kind}" for kind, n in one.left_out.items())
        console.print(
            f"{one.table}: {one.rows_in} rows read, {one.kept} kept"
            + (f"; left out: {left}" if left else "")
        )


def show_quality(quality: Quality) -> None:
    """Print every look at a site's records, those that want attention first."""
    from righthelp.onsite.look import OUTCOME_WORDS

    table = Table(title=f"The records of {quality.site}", title_justify="left")
    for name in ("Question", "Answer", "What was seen", "What to do"):
        table.add_column(name, overflow="fold")
    order = ("blocks", "look", "good")
    for one in sorted(quality.looks, key=lambda each: order.index(each.outcome)):
        table.add_row(Text(one.title), OUTCOME_WORDS[one.outcome], Text(one.seen), Text(one.do))
    Console().print(table)


def show_proposal(proposal: Proposal) -> None:
    """Print what a file was found to be, what each column was taken for, and what stays open."""
    console = Console()
    known, n = proposal.table, f"{proposal.n_rows:,} rows"
    console.print(f"{proposal.file}: {n}; this looks like [bold]{known.name}[/bold].")
    if proposal.others:
        console.print(f"It fits {', '.join(proposal.others)} as well; say which with --table.")
    table = Table(title_justify="left")
    for name in ("Our column", "Their column", "Why"):
        table.add_column(name, overflow="fold")
    for one in proposal.matches:
        table.add_row(Text(one.ours), Text(one.theirs), Text(one.why))
    for missing in proposal.missing:
        table.add_row(Text(missing), Text("not found"), Text("needed: name it in the map"))
    console.print(table)
    if proposal.unused:
        console.print(Text(f"Not used: {', '.join(proposal.unused)}."))
    if len(proposal.date_forms) > 1:
        forms = " and ".join(proposal.date_forms)
        console.print(f"The dates fit {forms}; the first was taken. Check one that you know.")
    for column, words in proposal.words.items():
        told = ", ".join(f"{theirs} = {ours}" for theirs, ours in words.items())
        console.print(Text(f"{column}: {told}"))
    for open_word in proposal.open_words:
        said = f"{open_word.column}: {open_word.word!r} is not known (rows: {open_word.n_rows})"
        console.print(Text(said))


def ask_words(proposal: Proposal) -> dict[tuple[str, str], str]:
    """Ask what each unknown word means; an empty answer leaves it open."""
    from righthelp.protocol.sitemap import list_words

    answers = {}
    for one in proposal.open_words:
        ours = list_words(proposal.table, one.column)
        said = click.prompt(
            f"{one.column}: what does {one.word!r} mean? ({', '.join(ours)}; empty: leave open)",
            default="",
            show_default=False,
            type=click.Choice([*ours, ""]),
            show_choices=False,
        )
        if said:
            answers[one.column, one.word] = said
    return answers


def show_estimates(released: Released) -> None:
    """Print a site's estimates of the study's own definition, the naive one beside the others."""
    table = Table(title=f"Site {released.site}: contacts after, against ...", title_justify="left")
    table.add_column("Design", min_width=len(DESIGNS["crude"]))
    for name in ("Who", "Ratio (95% interval)", "People"):
        table.add_column(name)
    for row in released.tables["estimates"]:
        if row["definition"] != "primary":
            continue
        design = Text(DESIGNS[str(row["design"])])
        ratio = _ratio(row) if isinstance(row["log_rr"], float) else Text(str(row["reason"]))
        people = "" if row["n"] is None else str(row["n"])
        table.add_row(design, str(row["who"]), ratio, people)
    Console().print(table)


RUN_COLUMNS = 5
"""Of the report's table: the site, as counted, against what was expected, how, what may be said."""


def show_run(evidence: Evidence) -> None:
    """Print a line a site, as the report has it: as counted, against what was expected, and how."""
    from righthelp.report.cells import NBSP
    from righthelp.report.ratio_tables import list_twins

    shown = list_twins(evidence)
    table = Table(title="Contacts after, for each contact before or expected", title_justify="left")
    for heading in shown.headings[:RUN_COLUMNS]:
        table.add_column(heading.label, no_wrap=heading.kind == "number")
    for row in shown.texts():
        table.add_row(*(Text(text.replace(NBSP, " ")) for text, _ in row[:RUN_COLUMNS]))
    Console().print(table)


def _ratio(row: Row) -> str:
    from righthelp.evidence.estimates import Z95
    from righthelp.report.cells import NBSP, Ratio, show_ratio

    log_rr, se = row["log_rr"], row["se"]
    assert isinstance(log_rr, float)
    low, high = (log_rr - Z95 * se, log_rr + Z95 * se) if isinstance(se, float) else (None, None)
    return show_ratio(Ratio(log_rr, low, high)).replace(NBSP, " ")


def show_trace(trace: Trace) -> None:
    """Print why a person is in or out, and every appointment with its reason."""
    console = Console()
    console.print(Text(f"{trace.person}: {trace.reason}"))
    facts = (
        ("index", trace.index_on),
        ("visit that led to it", trace.qualifying_on),
        ("counted from", trace.at_risk_from),
        ("counted to", trace.at_risk_to),
        ("contacts before", trace.before),
        ("contacts after", trace.after),
    )
    for name, value in facts:
        if value is not None:
            console.print(f"  {name}: {value}")
    table = Table()
    for name in ("Day", "Role", "Mode", "Status", "Window", "Counted"):
        table.add_column(name)
    for contact in trace.contacts:
        table.add_row(
            str(contact.on),
            contact.role,
            contact.mode,
            contact.status,
            contact.window,
            "yes" if contact.counted else Text(f"no: {contact.why}"),
        )
    console.print(table)
