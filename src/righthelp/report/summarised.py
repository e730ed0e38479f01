"""Results in the form of DARWIN EU's `summarised_result`: long rows, and a table of settings.

The form is that of omopgenerics 1.3 (vignettes `summarised_result` and `suppression`): thirteen
columns of text in a fixed order, pairs of names and levels joined by " &&& ", types of a fixed
list. What is withheld is "-": "<8" would say that a number is small, and some are withheld for
the sake of others. Settings are rows of the same file too, as `importSummarisedResult` reads them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace

from righthelp.evidence import Evidence
from righthelp.evidence.counts import Count, SiteChange
from righthelp.evidence.estimates import SiteEstimate
from righthelp.evidence.synthesis import Combination

SEPARATOR = " &&& "
OVERALL = "overall"
NOT_KNOWN = "NA"
WITHHELD = "-"
TOGETHER = "sites together"
LEAST_PEOPLE: Mapping[str, int] = {"default": 8, "sacro10": 10}
"""For each disclosure policy the smallest count of people that is not withheld."""
SUBJECTS = "number_subjects"


@dataclass(frozen=True)
class ResultRow:
    """One row of a `summarised_result`; the fields are its columns, in their order."""

    result_id: int
    cdm_name: str
    group_name: str
    group_level: str
    strata_name: str
    strata_level: str
    variable_name: str
    variable_level: str
    estimate_name: str
    estimate_type: str
    estimate_value: str
    additional_name: str = OVERALL
    additional_level: str = OVERALL

    @property
    def grouping(self) -> tuple[int, str, str, str, str, str, str, str]:
        """What rows share whose number of subjects is the same."""
        pairs = (self.group_name, self.group_level, self.strata_name, self.strata_level)
        return (self.result_id, self.cdm_name, *pairs, self.additional_name, self.additional_level)


COLUMNS: tuple[str, ...] = tuple(one.name for one in fields(ResultRow))
KINDS: tuple[str, ...] = (
    "people_flow",
    "change_in_contacts",
    "site_estimates",
    "estimates_together",
)
"""The result types, numbered from 1 in this order."""
Value = int | float | str


def list_results(evidence: Evidence) -> tuple[ResultRow, ...]:
    """Flow, change, rates and estimates of each site, and what the sites together give.

    cdm_name is the id of the site. Ratios are given as they are (`rate_ratio`) and as natural
    logarithms (`log_rate_ratio`, whose standard error is `standard_error`).
    """
    return tuple(
        _link(
            [
                *_list_flow(evidence),
                *_list_change(evidence.change),
                *_list_estimates(evidence.estimates),
                *_list_together(evidence),
            ]
        )
    )


def list_settings(evidence: Evidence, rows: Sequence[ResultRow]) -> tuple[dict[str, str], ...]:
    """One line a result_id that has rows: what made them, and how small numbers were treated."""
    from righthelp import __version__

    policy = evidence.study.disclosure.policy
    settings = []
    for number, kind in enumerate(KINDS, start=1):
        own = [row for row in rows if row.result_id == number]
        if own:
            settings.append(
                {
                    "result_id": str(number),
                    "result_type": kind,
                    "package_name": "righthelp",
                    "package_version": __version__,
                    "group": _name_all(row.group_name for row in own),
                    "strata": _name_all(row.strata_name for row in own),
                    "additional": _name_all(row.additional_name for row in own),
                    "min_cell_count": str(LEAST_PEOPLE[policy]),
                    "interval": "95%",
                    "outcome": evidence.study.study.outcome,
                    "people_rounded_to": "5",
                    "protocol_digest": evidence.digest,
                    "study_title": evidence.study.study.title,
                }
            )
    return tuple(settings)


def list_lines(rows: Iterable[ResultRow], settings: Iterable[Mapping[str, str]]) -> Iterator[Row]:
    """The lines of the file: results, then every setting as a row of its own."""
    for row in rows:
        yield tuple(str(value) for value in astuple(row))
    for one in settings:
        for name, value in one.items():
            if name != "result_id":
                told = ("settings", NOT_KNOWN, name, "character", value)
                yield (one["result_id"], NOT_KNOWN, *4 * (OVERALL,), *told, *2 * (OVERALL,))


Row = tuple[str, ...]


def _list_flow(evidence: Evidence) -> Iterator[ResultRow]:
    for step in evidence.flow:
        for site, count in step.by_site.items():
            yield from _count(
                _open(1, site, strata={"step": step.step, "kind": step.kind}, also=step.words),
                count,
            )


def _list_change(change: Iterable[SiteChange]) -> Iterator[ResultRow]:
    for one in change:
        row = _open(2, one.site, group={"who": one.who})
        yield from _count(row, one.n)
        for name in ("fell", "stayed", "rose"):
            own = replace(row, variable_name="people_by_change", variable_level=name)
            yield from _count(own, getattr(one, name))
        for window in ("before", "after"):
            own = replace(row, variable_name="contacts_a_person", variable_level=window)
            yield from _number(own, "median", getattr(one, f"median_{window}"))
        for window in ("before", "after", "expected_after"):
            own = replace(row, variable_name="contacts_per_100_people", variable_level=window)
            yield from _number(own, "rate", getattr(one, f"{window}_per_100"))


def _list_estimates(estimates: Iterable[SiteEstimate]) -> Iterator[ResultRow]:
    for one in estimates:
        row = _open(
            3,
            one.site,
            group={"design": one.design},
            strata={"who": one.who, "definition": one.definition},
        )
        withheld = one.state == "suppressed"
        yield from _told(row, "count", one.n, withheld=withheld)
        ratio = replace(row, variable_name="rate_ratio")
        if withheld:
            yield from _told(ratio, "log_rate_ratio", None, withheld=True)
        yield from _ratio(ratio, one.log_rr, one.low, one.high)
        yield from _value(ratio, "standard_error", one.se)
        yield from _value(ratio, "status", one.status)
        yield from _value(ratio, "reason", one.reason or None)


def _list_together(evidence: Evidence) -> Iterator[ResultRow]:
    """The main results first, then every design over the sites that have it."""
    mains = [("main_crude", evidence.crude), ("main_adjusted", evidence.adjusted)]
    mains += [(f"main_{one.name}", one) for one in evidence.variations]
    designs = [(one.name, one) for one in evidence.combinations]
    for way, one in (*mains, *designs):
        if one.result is not None:
            yield from _together(way, one)


def _together(way: str, one: Combination) -> Iterator[ResultRow]:
    result = one.result
    assert result is not None
    row = _open(
        4,
        TOGETHER,
        group={"way": way},
        strata={"who": one.who, "definition": one.definition},
    )
    row = replace(row, variable_name="rate_ratio")
    yield from _ratio(row, one.log_rr, one.low, one.high)
    for end, log in (("lower", result.pi_low), ("upper", result.pi_high)):
        ratio = None if log is None else math.exp(log)
        yield from _value(row, f"rate_ratio_prediction_{end}", ratio)
    yield from _value(row, "sites", len(one.members))
    yield from _value(row, "verdict", one.claim.headline)


def _open(
    result_id: int,
    cdm_name: str,
    *,
    group: Mapping[str, str] | None = None,
    strata: Mapping[str, str] | None = None,
    also: str = "",
) -> ResultRow:
    """A row of a grouping, of subjects and without an estimate yet; `also`: its step in words."""
    row = ResultRow(
        result_id,
        cdm_name,
        *_pair(group),
        *_pair(strata),
        SUBJECTS,
        NOT_KNOWN,
        "",
        "",
        "",
    )
    return replace(row, additional_name="words", additional_level=also) if also else row


def _pair(levels: Mapping[str, str] | None) -> tuple[str, str]:
    if not levels:
        return OVERALL, OVERALL
    return SEPARATOR.join(levels), SEPARATOR.join(levels.values())


def _count(row: ResultRow, count: Count) -> Iterator[ResultRow]:
    """A count of people: a whole number, or withheld; left out where there is none."""
    value = None if count.value is None else round(count.value)
    yield from _told(row, "count", value, withheld=count.state == "suppressed")


def _number(row: ResultRow, name: str, count: Count) -> Iterator[ResultRow]:
    yield from _told(row, name, count.value, withheld=count.state == "suppressed")


def _ratio(
    row: ResultRow, log_rr: float | None, low: float | None, high: float | None
) -> Iterator[ResultRow]:
    yield from _value(row, "log_rate_ratio", log_rr)
    for name, log in (("", log_rr), ("_lower", low), ("_upper", high)):
        yield from _value(row, f"rate_ratio{name}", None if log is None else math.exp(log))


def _value(row: ResultRow, name: str, value: Value | None) -> Iterator[ResultRow]:
    yield from _told(row, name, value, withheld=False)


def _told(row: ResultRow, name: str, value: Value | None, *, withheld: bool) -> Iterator[ResultRow]:
    if value is None and not withheld:
        return
    kind = "integer" if isinstance(value, int) or name == "count" else "numeric"
    kind = "character" if isinstance(value, str) else kind
    text = WITHHELD if value is None else value if isinstance(value, str) else _spell(value)
    yield replace(row, estimate_name=name, estimate_type=kind, estimate_value=text)


def _spell(value: float) -> str:
    return str(value) if isinstance(value, int) else repr(float(value))


def _link(rows: Sequence[ResultRow]) -> Iterator[ResultRow]:
    """Withhold the numbers of a grouping whose subjects are withheld, and those of a variable any
    count of which is: the linked suppression of omopgenerics. Other counts stay."""
    hidden = [
        row for row in rows if row.estimate_value == WITHHELD and row.estimate_name == "count"
    ]
    groups = {row.grouping for row in hidden if row.variable_name == SUBJECTS}
    variables = {(row.grouping, row.variable_name) for row in hidden}
    for row in rows:
        linked = row.grouping in groups or (row.grouping, row.variable_name) in variables
        numeric = row.estimate_type == "numeric"
        yield replace(row, estimate_value=WITHHELD) if linked and numeric else row


def _name_all(names: Iterable[str]) -> str:
    """Every name in the pairs, once."""
    parts = dict.fromkeys(part for name in names for part in name.split(SEPARATOR))
    return SEPARATOR.join(part for part in parts if part != OVERALL)
