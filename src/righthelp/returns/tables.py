"""The tables that may leave a site, declared once. Everything else stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from righthelp.returns.columns import SITE, STATE, WHO
from righthelp.returns.meaning import MEANING_TABLES
from righthelp.schema import Column, Row, Table

DESIGNS: Mapping[str, str] = {
    "crude": "Before and after, as counted",
    "projection": "Against registered people with the same past",
    "projection_declined": "Against people with the same past who declined",
    "projection_waiting": "Against people with the same past who still waited",
    "count_projection": "Against people with the same counts before",
    "matched_after": "Against matched people, contacts after",
    "matched_change": "Against matched people, change from before to after",
    "matched_adjusted": "Against matched people, rest of their past taken off",
    "learned_correlation": "Against what past counts foretell in the whole practice",
    "empirical_bayes": "Against the practice's rate and spread",
    "donut": "Against months 7 to 12 before",
    "external_correlation_0.25": "If counts half a year apart correlate at 0.25",
    "external_correlation_0.50": "If counts half a year apart correlate at 0.50",
    "external_correlation_0.75": "If counts half a year apart correlate at 0.75",
    "ratio_of_ratios": "Against the comparison group's change",
    "summary_correlation_0.00": "Before and after from means, correlation 0",
    "summary_correlation_0.25": "Before and after from means, correlation 0.25",
    "summary_correlation_0.50": "Before and after from means, correlation 0.50",
    "summary_correlation_0.75": "Before and after from means, correlation 0.75",
}

COVARIATES: Mapping[str, str] = {
    "age_years": "Age",
    "imd_decile": "Deprivation decile",
    "years_registered": "Years registered",
    "other_staff": "Appointments with other staff, year before",
    "missed": "Missed appointments, year before",
}
CHECK_WORDS: Mapping[str, str] = {
    "earlier_level": "Contacts of people seen over those of comparators, before the matched year",
    "earlier_steady": "Whether that ratio was steady over those months",
    "replay_projection": "Same past, where nothing was done",
    "replay_after": "Matched, contacts after, where nothing was done",
    "replay_change": "Matched, change from before, where nothing was done",
    "replay_adjusted": "Matched, past taken off, where nothing was done",
    "control": "Contacts that the link worker cannot change, after the index",
    "lost_low": "Had all who died or left come as seldom as a tenth of reference people",
    "lost_high": "Had all who died or left come as often as a tenth of reference people",
    "detectable_fewer": "Largest ratio below 1 that the site would find in four studies of five",
    "detectable_more": "Smallest ratio above 1 that the site would find in four studies of five",
}
ESTIMATES = Table(
    "estimates",
    "One row for each estimate of the ratio of contacts after to contacts expected or before.",
    (
        SITE,
        Column("design", "text", "How it was estimated", role="key", values=tuple(DESIGNS)),
        WHO,
        Column("definition", "text", "Which contacts counted", role="key"),
        Column("log_rr", "number", "Log of the rate ratio", nullable=True, role="sum"),
        Column("se", "number", "Standard error of log_rr", nullable=True, role="sum"),
        Column(
            "n", "integer", "Seen people behind it", unit="people", nullable=True, role="people"
        ),
        Column(
            "status",
            "text",
            "ok; point_only: no standard error can be had; not_estimable: no number",
            values=("ok", "point_only", "not_estimable"),
        ),
        Column("reason", "text", "Why there is no number or no standard error", nullable=True),
        STATE,
    ),
)
FLOW = Table(
    "flow",
    "Everybody who was considered, step by step; nobody is dropped unseen.",
    (
        SITE,
        Column("position", "integer", "Order of the steps"),
        Column("step", "text", "The step", role="key"),
        Column("kind", "text", "Who is counted here", values=("kept", "left_out", "described")),
        Column("reason", "text", "In plain words", nullable=True),
        Column("n", "integer", "People", unit="people", nullable=True, role="people"),
        STATE,
    ),
)
CHANGE = Table(
    "change",
    "What happened to the people seen: those registered for the whole of both windows.",
    (
        SITE,
        WHO,
        Column("n", "integer", "People", unit="people", nullable=True, role="people"),
        Column("fell", "integer", "Fewer after", unit="people", nullable=True, role="people"),
        Column("stayed", "integer", "The same", unit="people", nullable=True, role="people"),
        Column("rose", "integer", "More after", unit="people", nullable=True, role="people"),
        Column("contacts_before", "integer", "Contacts, sum", nullable=True, role="sum"),
        Column("contacts_after", "integer", "Contacts, sum", nullable=True, role="sum"),
        Column("mean_before", "number", "Mean a person", nullable=True, role="sum"),
        Column("mean_after", "number", "Mean a person", nullable=True, role="sum"),
        Column("sd_before", "number", "Standard deviation", nullable=True, role="sum"),
        Column("sd_after", "number", "Standard deviation", nullable=True, role="sum"),
        Column("correlation", "number", "Before with after", nullable=True, role="sum"),
        Column("median_before", "number", "Median a person", nullable=True, role="sum"),
        Column("median_after", "number", "Median a person", nullable=True, role="sum"),
        STATE,
    ),
)
BANDS = ("0", "1-2", "3-5", "6-9", "10+")
PATTERN = Table(
    "pattern",
    "How many people were in each band before and after (complete people).",
    (
        SITE,
        WHO,
        Column("before_band", "text", "Contacts before", role="key", values=BANDS),
        Column("after_band", "text", "Contacts after", role="key", values=BANDS),
        Column("n", "integer", "People", unit="people", nullable=True, role="people"),
        STATE,
    ),
)
COURSE = Table(
    "course",
    "Contacts by month counted from the index, for seen and reference people.",
    (
        SITE,
        Column("group", "text", "Whose", role="key", values=("seen", "reference")),
        Column("month", "integer", "Month from the index; 0 is the index month", role="key"),
        Column(
            "rate_per_100",
            "number",
            "Contacts in the month per 100 people of the group",
            nullable=True,
            role="sum",
        ),
        Column("log_rr", "number", "Log rate ratio to months -12 to -7", nullable=True, role="sum"),
        Column("se", "number", "Standard error of log_rr", nullable=True, role="sum"),
        Column("n", "integer", "People", unit="people", nullable=True, role="people"),
        STATE,
    ),
)
NOT_HELD_STATUSES = ("did_not_attend", "cancelled")
NOT_HELD = Table(
    "not_held",
    "Appointments made and not held, of the people seen who were registered for the whole of both "
    "windows. They are no contacts and enter no estimate.",
    (
        SITE,
        WHO,
        Column("status", "text", "What became of it", role="key", values=NOT_HELD_STATUSES),
        Column("n", "integer", "People", unit="people", nullable=True, role="people"),
        Column("before_per_100", "number", "Per 100 people before", nullable=True, role="sum"),
        Column("after_per_100", "number", "Per 100 people after", nullable=True, role="sum"),
        STATE,
    ),
)
MATCHING = Table(
    "matching",
    "How alike the comparators are: new people by what had to be the same, finest first.",
    (
        SITE,
        Column("rung", "integer", "Rung of the ladder; 0: nobody alike enough", role="key"),
        Column("alike", "text", "What was the same"),
        Column("n", "integer", "New people", unit="people", nullable=True, role="people"),
        STATE,
    ),
)
MATCHED_COURSE = Table(
    "matched_course",
    "Contacts of matched people seen over those of their comparators, by month from the index.",
    (
        SITE,
        Column("month", "integer", "Month from the index; 0 is the index month", role="key"),
        Column("log_rr", "number", "Log rate ratio", nullable=True, role="sum"),
        Column("se", "number", "Standard error of log_rr", nullable=True, role="sum"),
        Column("n", "integer", "Matched people", unit="people", nullable=True, role="people"),
        STATE,
    ),
)
BALANCE = Table(
    "balance",
    "Difference between people seen and others in what was not matched on, in standard deviations "
    "of the people seen.",
    (
        SITE,
        Column("covariate", "text", "In what", role="key", values=tuple(COVARIATES)),
        Column("smd_all", "number", "Against all candidates", nullable=True, role="sum"),
        Column("smd_matched", "number", "Against the comparators", nullable=True, role="sum"),
        Column("n", "integer", "Matched people", unit="people", nullable=True, role="people"),
        STATE,
    ),
)
CHECKS = Table(
    "checks",
    "Checks of the matched comparison that can fail, and what the site could find at all.",
    (
        SITE,
        Column("check", "text", "What was looked at", role="key", values=tuple(CHECK_WORDS)),
        Column("log_rr", "number", "Log rate ratio", nullable=True, role="sum"),
        Column("se", "number", "Standard error of log_rr", nullable=True, role="sum"),
        Column("p_value", "number", "p-value", nullable=True, role="sum"),
        Column("n", "integer", "People seen", unit="people", nullable=True, role="people"),
        Column("reason", "text", "Why there is no number", nullable=True),
        STATE,
    ),
)
SERIES = Table(
    "series",
    "Contacts of all registered people by practice and calendar month, with the month counted from "
    "the start of the link worker there. The practices of a site are numbered in an order that "
    "names nobody; one whose start is not known has one row, without a month.",
    (
        SITE,
        Column("practice", "integer", "The practice, 1 to n of the site", role="key"),
        Column("month", "text", "Calendar month, YYYY-MM", nullable=True, role="key"),
        Column("contacts", "integer", "Contacts in the month, sum", nullable=True, role="sum"),
        Column(
            "people",
            "integer",
            "Registered on the 15th",
            unit="people",
            nullable=True,
            role="people",
        ),
        Column(
            "months_since_start",
            "integer",
            "Months from the one in which the link worker started; below 0 before it",
            nullable=True,
        ),
        STATE,
    ),
)
QUALITY = Table(
    "quality",
    "What was odd in the data, by kind; never a value, a row or a person.",
    (
        SITE,
        Column("check", "text", "The kind of oddity", role="key"),
        Column("table", "text", "Where", role="key"),
        Column("column", "text", "Where", nullable=True, role="key"),
        Column("n_rows", "integer", "Rows", unit="rows", nullable=True, role="people"),
        Column(
            "effect", "text", "What was done", values=("refused", "dropped", "changed", "noted")
        ),
        Column("do", "text", "What the site can do", nullable=True),
        STATE,
    ),
)
SUPPLY = Table(
    "supply",
    "What the route supplied of each table and column that an estimate may need.",
    (
        SITE,
        Column("table", "text", "The table", role="key"),
        Column(
            "column", "text", "The column; empty for the table itself", nullable=True, role="key"
        ),
        Column("supplied", "boolean", "Whether it came"),
        Column("reason", "text", "Why not, and what that rules out", nullable=True),
    ),
)
TABLES: tuple[Table, ...] = (
    ESTIMATES,
    FLOW,
    CHANGE,
    PATTERN,
    COURSE,
    NOT_HELD,
    MATCHING,
    MATCHED_COURSE,
    BALANCE,
    CHECKS,
    SERIES,
    *MEANING_TABLES,
    QUALITY,
    SUPPLY,
)


@dataclass(frozen=True)
class Released:
    """What a site lets out: declared tables and where they came from.

    Made only by `onsite.release` (a house test holds that) or read back from a bundle.
    """

    site: str
    tables: Mapping[str, tuple[Row, ...]]
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        declared = {table.name: table for table in TABLES}
        assert set(self.tables) == set(declared), "a release holds every declared table, no other"
        for name, rows in self.tables.items():
            for row in rows:
                assert set(row) == set(declared[name].names), f"undeclared column in {name}"
