"""How people fared, score by score and site by site, and the four quadrants; and together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from righthelp.estimators.quadrants import NAMES
from righthelp.estimators.synthesis import Synthesis, synthesise
from righthelp.evidence.counts import Count, add_counts, read_count
from righthelp.evidence.estimates import Z95
from righthelp.evidence.likeness import plain_rows
from righthelp.returns.wellbeing import CONTACTS, ENDS, KINDS, MOVES, SCORES, STANDINGS
from righthelp.schema import Row

Verdict = Literal["more", "less", "unclear", "not_known"]
Cell = tuple[str, str]
"""(contacts, score)."""
NOTHING = Count(None, "not_collected")
CELL_NAMES: Mapping[Cell, str] = {
    (contacts, score): NAMES[row][column]
    for row, contacts in enumerate(CONTACTS)
    for column, score in enumerate(SCORES[:3])
}


@dataclass(frozen=True)
class ScaleSite:
    """One scale at one site. counts: (part, number) -> people; statistics None where withheld.

    low, high: 95% interval of change, and beyond_low, beyond_high of beyond. state: of the change.
    """

    site: str
    counts: Mapping[tuple[str, str], Count]
    n: Count
    mean_first: float | None
    change: float | None
    se: float | None
    low: float | None
    high: float | None
    expected_change: float | None
    beyond: float | None
    beyond_se: float | None
    beyond_low: float | None
    beyond_high: float | None
    bound_low: float | None
    bound_high: float | None
    state: str
    reason: str


@dataclass(frozen=True)
class ScaleEvidence:
    """One scale: its sites, people added up, mean changes together by random effects.

    beyond: the change beyond regression to the population's mean, together. verdict: whether the
    scores rose more or less than regression alone gives; not_known without a population's mean.
    bands: (first or last, number of the band) -> people, where the study sets bands.
    """

    scale: str
    sites: tuple[ScaleSite, ...]
    counts: Mapping[tuple[str, str], Count]
    change: Synthesis
    beyond: Synthesis
    verdict: Verdict
    bands: Mapping[tuple[str, int], Count]


@dataclass(frozen=True)
class QuadrantEvidence:
    """One table of the quadrants; site None: the sites together. cells: the twelve, with `none`.

    expected: of the nine with a score, had nothing but chance moved people. bounds: by name of the
    quadrant the least and the most of all people (shares, 0 to 1), by whatever those without a
    score did; empty where a cell is withheld. left_out: sites that are not in the sum, as nothing
    can be expected there.
    """

    kind: str
    scale: str
    site: str | None
    by: str
    stratum: str
    cells: Mapping[Cell, Count]
    expected: Mapping[Cell, Count]
    bounds: Mapping[str, tuple[float, float]]
    reason: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def is_told(self) -> bool:
        """Whether any number is shown."""
        return any(count.value is not None for count in self.cells.values())


@dataclass(frozen=True)
class WellbeingEvidence:
    """scales: those that some site sent or the study names. together, sites, strata: quadrants."""

    scales: tuple[ScaleEvidence, ...]
    together: tuple[QuadrantEvidence, ...]
    sites: tuple[QuadrantEvidence, ...]
    strata: tuple[QuadrantEvidence, ...]


def gather_wellbeing(rows: Mapping[str, Sequence[Row]]) -> WellbeingEvidence:
    """Read what the sites released of scores, and bring it together; ONS4 stays four results."""
    changes, counts = plain_rows(rows["score_change"]), plain_rows(rows["score_counts"])
    bands, crossed = plain_rows(rows["score_bands"]), plain_rows(rows["quadrants"])
    scales = tuple(dict.fromkeys(row["scale"] for row in changes))
    tables = _read_tables(crossed)
    sites = tuple(table for table in tables if table.by == "all")
    strata = tuple(table for table in tables if table.by != "all")
    return WellbeingEvidence(
        scales=tuple(_gather_scale(name, changes, counts, bands=bands) for name in scales),
        together=_add_tables(sites),
        sites=sites,
        strata=_add_tables(strata),
    )


def _gather_scale(
    name: str,
    changes: Sequence[Mapping[str, Any]],
    counts: Sequence[Mapping[str, Any]],
    *,
    bands: Sequence[Mapping[str, Any]],
) -> ScaleEvidence:
    own = [row for row in counts if row["scale"] == name]
    sites = tuple(_read_site(row, own) for row in changes if row["scale"] == name)
    beyond = _pool((one.beyond, one.beyond_se) for one in sites)
    cuts = [row for row in bands if row["scale"] == name]
    return ScaleEvidence(
        scale=name,
        sites=sites,
        counts=_add_parts(sites),
        change=_pool((one.change, one.se) for one in sites),
        beyond=beyond,
        verdict=_judge(beyond),
        bands={
            key: add_counts(
                read_count(row["n"], row["state"])
                for row in cuts
                if (row["score"], row["band"]) == key
            )
            for key in dict.fromkeys((row["score"], row["band"]) for row in cuts)
        },
    )


def _read_site(row: Mapping[str, Any], counts: Sequence[Mapping[str, Any]]) -> ScaleSite:
    change, beyond = row["mean_change"], row["beyond"]
    low, high = _reach(change, row["se"])
    beyond_low, beyond_high = _reach(beyond, row["beyond_se"])
    return ScaleSite(
        site=row["site"],
        counts={
            (one["part"], one["number"]): read_count(one["n"], one["state"])
            for one in counts
            if one["site"] == row["site"]
        },
        n=read_count(row["n"], row["state"]),
        mean_first=row["mean_first"],
        change=change,
        se=row["se"],
        low=low,
        high=high,
        expected_change=row["expected_change"],
        beyond=beyond,
        beyond_se=row["beyond_se"],
        beyond_low=beyond_low,
        beyond_high=beyond_high,
        bound_low=row["bound_low"],
        bound_high=row["bound_high"],
        state=row["state"],
        reason=row["reason"] or "",
    )


def _reach(value: float | None, se: float | None) -> tuple[float | None, float | None]:
    if value is None or se is None:
        return None, None
    return value - Z95 * se, value + Z95 * se


def _pool(pairs: Iterable[tuple[float | None, float | None]]) -> Synthesis:
    """Effects in points of the scale, by the random effects that serve log ratios elsewhere."""
    known = [(value, se) for value, se in pairs if value is not None and se]
    return synthesise(log_rr=[value for value, _ in known], se=[se for _, se in known])


def _judge(beyond: Synthesis) -> Verdict:
    if beyond.ci_low is None or beyond.ci_high is None:
        return "not_known"
    if beyond.ci_low > 0:
        return "more"
    return "less" if beyond.ci_high < 0 else "unclear"


def _add_parts(sites: Sequence[ScaleSite]) -> dict[tuple[str, str], Count]:
    """Sums over sites. What chance gives is added up over the sites that tell both numbers."""
    found = {
        (part, "counted"): add_counts(
            one.counts[part, "counted"] for one in sites if (part, "counted") in one.counts
        )
        for part in (*STANDINGS, *MOVES, *ENDS)
    }
    able = [one for one in sites if one.counts.get(("same", "counted"), NOTHING).value is not None]
    for part in MOVES:
        given = [one.counts.get((part, "by_chance"), NOTHING) for one in able]
        known = bool(given) and all(one.value is not None for one in given)
        found[part, "by_chance"] = add_counts(given) if known else Count(None, "not_estimable")
    return found


def _read_tables(rows: Sequence[Mapping[str, Any]]) -> tuple[QuadrantEvidence, ...]:
    tables: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        key = tuple(row[name] for name in ("site", "kind", "scale", "by", "stratum"))
        tables.setdefault(key, []).append(row)
    made = []
    for (site, kind, scale, by, stratum), own in tables.items():
        cells, expected = (
            {
                (row["contacts"], row["score"]): read_count(row["n"], row["state"])
                for row in own
                if row["number"] == number
            }
            for number in ("counted", "by_chance")
        )
        reasons = [row["reason"] for row in own if row["reason"]]
        made.append(
            QuadrantEvidence(
                kind,
                scale,
                site,
                by,
                stratum,
                cells,
                expected,
                bound_quadrants(cells),
                reason=reasons[0] if reasons else "",
            )
        )
    return tuple(made)


def _add_tables(tables: Sequence[QuadrantEvidence]) -> tuple[QuadrantEvidence, ...]:
    """Sums over sites of the tables of one score; of those that tell what to expect, if any do."""
    kinds: dict[tuple[str, ...], list[QuadrantEvidence]] = {}
    for table in sorted(tables, key=lambda one: list(KINDS).index(one.kind)):
        kinds.setdefault((table.kind, table.scale, table.by, table.stratum), []).append(table)
    return tuple(_add_table(key, found) for key, found in kinds.items())


def _add_table(key: tuple[str, ...], found: Sequence[QuadrantEvidence]) -> QuadrantEvidence:
    told = [one for one in found if one.is_told]
    whole = [one for one in told if any(count.value is not None for count in one.expected.values())]
    own = whole or told or found
    kind, scale, by, stratum = key
    cells = {cell: add_counts(one.cells[cell] for one in own) for cell in found[0].cells}
    return QuadrantEvidence(
        kind,
        scale,
        None,
        by,
        stratum,
        cells,
        {cell: _add_expected(cell, whole) for cell in CELL_NAMES if whole},
        bound_quadrants(cells),
        reason=next((one.reason for one in own if one.reason), ""),
        left_out=tuple(str(one.site) for one in told if one not in own),
    )


def _add_expected(cell: Cell, tables: Sequence[QuadrantEvidence]) -> Count:
    """What to expect at the sites whose count of the cell is shown; of all, where none is."""
    shown = [one for one in tables if one.cells[cell].value is not None] or tables
    return add_counts(one.expected[cell] for one in shown)


def bound_quadrants(cells: Mapping[Cell, Count]) -> dict[str, tuple[float, float]]:
    """The least and the most of all people in each quadrant, by what those without a score did.

    Empty where any cell is withheld or nobody is counted.
    """
    numbers = {
        key: count.value
        for key, count in cells.items()
        if count.value is not None and not count.n_withheld
    }
    total = sum(numbers.values())
    if len(numbers) < len(CONTACTS) * len(SCORES) or not total:
        return {}
    return {
        name: (
            numbers[key] / total,
            (numbers[key] + numbers[key[0], "none"]) / total,
        )
        for key, name in CELL_NAMES.items()
    }
