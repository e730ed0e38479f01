"""A made-up study of eight sites, for tests of what is shown: five with records (one silent, one
without overlap, one that must count all staff), two with spreadsheets, one with means only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from righthelp.protocol.study import Site, Study
from righthelp.returns.tables import BANDS, TABLES, Released

Rows = list[dict[str, Any]]
EDGES = (0, 2, 5, 9)
DEFINITIONS = {
    "every_appointment": 0.03,
    "seen_by_status": 0.015,
    "not_attended_too": 0.01,
    "face_to_face": -0.06,
    "all_staff": 0.05,
}
NO_OVERLAP = (
    "8% of the people seen had more contacts before than any five reference people; projection "
    "would have to guess for them"
)
FAR_APART = (
    "no standard deviations were supplied, so no interval can be made; the two groups differed "
    "2.6-fold before the link worker was seen, so a difference afterwards may be that difference"
)


def make_study(**index: Any) -> Study:
    """The study: eight sites, index month, new people."""
    records = {"extract_from": "2021-01-01", "extract_to": "2024-06-01"}

    def site(name: str, label: str, route: str, month: str, **more: Any) -> dict[str, Any]:
        return {
            "id": name,
            "name": label,
            "route": route,
            "path": Path("sites") / name,
            "index_month": month,
            **more,
        }

    return Study.model_validate(
        {
            "study": {
                "title": "Link workers and GP contacts in eight places",
                "question": "After people saw a social prescribing link worker, what changed in "
                "how often they saw a GP?",
            },
            "index": {"anchor": "month", "who": "new", **index},
            "site": [
                site("riverside", "Riverside", "csv", "2023-03", **records),
                site("hillview", "Hill View", "csv", "2023-04", **records),
                site("station", "Station Road", "csv", "2023-03", **records),
                site("oldtown", "Old Town", "csv", "2023-05", **records),
                site("harbour", "Harbour", "csv", "2023-03", **records),
                site("meadows", "The Meadows", "counts", "2023-02"),
                site("chapel", "Chapel Street", "counts", "2023-06"),
                site("city", "City", "summary", "2022-11"),
            ],
        }
    )


def make_returns(study: Study) -> list[Released]:
    """The returns of seven sites; Harbour did not answer."""
    plans: Mapping[str, dict[str, Any]] = {
        "riverside": {"n": 420, "crude": -0.19, "adjusted": -0.015, "seed": 1},
        "hillview": {"n": 260, "crude": -0.10, "adjusted": 0.05, "seed": 2},
        "station": {"n": 310, "crude": -0.16, "adjusted": -0.04, "seed": 3},
        "oldtown": {"n": 120, "crude": -0.45, "adjusted": -0.09, "seed": 4},
        "meadows": {"n": 95, "crude": -0.23, "adjusted": 0.02, "seed": 5},
        "chapel": {"n": 60, "crude": -0.31, "adjusted": -0.12, "seed": 6},
        "city": {},
    }
    return [_make_return(study, _site(study, name), plan) for name, plan in plans.items()]


def make_return(site: str, *, provenance: dict[str, Any] | None = None, **tables: Rows) -> Released:
    """A return with the rows given; the columns left out are empty, the other tables too."""
    filled = {}
    for table in TABLES:
        rows = [
            {name: site if name == "site" else row.get(name) for name in table.names}
            for row in tables.get(table.name, [])
        ]
        filled[table.name] = tuple(rows)
    return Released(site, filled, provenance or {})


def estimate(design: str, log_rr: float | None = None, se: float | None = None, **more: Any) -> Any:
    """One row of `estimates`, new people and the study's definition unless said."""
    status = "not_estimable" if log_rr is None else "ok" if se is not None else "point_only"
    row = {
        "design": design,
        "who": "new",
        "definition": "primary",
        "log_rr": log_rr,
        "se": se,
        "n": 100,
        "status": status,
        "reason": "",
        "state": "not_estimable" if log_rr is None else "rounded",
    }
    return {**row, **more}


def released(n: float) -> dict[str, Any]:
    """A count of people as the default policy lets it out: withheld up to 7, else to 5."""
    if 0 < n <= 7:
        return {"n": None, "state": "suppressed"}
    return {"n": 5 * round(n / 5), "state": "rounded"}


def _site(study: Study, name: str) -> Site:
    found = study.find_site(name)
    assert found is not None
    return found


def _make_return(study: Study, site: Site, plan: dict[str, Any]) -> Released:
    provenance = {
        "protocol_digest": study.digest(),
        "route": site.route,
        "index_from": f"{site.index_month}-01",
        "extract_from": None,
        "definitions": {"primary": "The study's definition"},
        "all_staff_counted": site.id == "station",
        "inputs_sha256": {f"{site.id}.csv": "9f2c" * 16},
        "made_on": "2024-07-01",
        "versions": {"righthelp": "0.1.0", "python": "3.11.7", "duckdb": "2.0.0"},
        "disclosure_policy": study.disclosure.policy,
    }
    if site.route == "summary":
        return make_return(
            site.id,
            provenance=provenance,
            estimates=_estimates_from_means(),
            flow=[_step(1, "registered", "kept", "People seen, as the form says", 381)],
            supply=_supply(site),
        )
    rng = np.random.default_rng(plan["seed"])
    before, after = _draw_counts(rng, plan["n"], plan["crude"])
    return make_return(
        site.id,
        provenance=provenance,
        estimates=_estimates(site, plan, before, after),
        flow=_flow(site, plan["n"]),
        change=[_change(before, after)],
        pattern=_pattern(before, after),
        course=_course(plan, rng) if site.route == "csv" else [],
        quality=_quality(site),
        supply=_supply(site),
    )


def _draw_counts(rng: np.random.Generator, n: int, crude: float) -> tuple[Any, Any]:
    rate = rng.gamma(2.2, 2.1, size=n)
    return rng.poisson(rate), rng.poisson(rate * math.exp(crude))


def _estimates(site: Site, plan: dict[str, Any], before: Any, after: Any) -> Rows:
    n, se = int(5 * round(plan["n"] / 5)), 1.05 / math.sqrt(plan["n"])
    crude = math.log(after.sum() / before.sum())
    adjusted = plan["adjusted"]
    rows = [
        estimate("crude", crude, 0.9 * se, n=n),
        estimate("crude", crude + 0.05, 1.8 * se, n=n, who="ongoing"),
        estimate("crude", crude + 0.01, 0.8 * se, n=n, who="all"),
    ]
    if site.route == "csv":
        overlap = site.id != "oldtown"
        rows += [
            estimate("projection", adjusted, se, n=n)
            if overlap
            else estimate("projection", n=n, reason=NO_OVERLAP),
            estimate("learned_correlation", adjusted + 0.02, 1.1 * se, n=n),
            estimate("empirical_bayes", adjusted - 0.05, 0.95 * se, n=n),
            estimate("donut", crude + 0.14, 1.1 * se, n=n),
        ]
        for definition, shift in DEFINITIONS.items():
            if definition == "all_staff" and site.id == "station":
                continue
            rows.append(estimate("crude", crude + shift, se, n=n, definition=definition))
            if overlap:
                moved = adjusted + shift / 2
                rows.append(estimate("projection", moved, 1.05 * se, n=n, definition=definition))
    elif site.id == "meadows":
        rows.append(estimate("count_projection", adjusted, 1.2 * se, n=n))
    else:
        rows.append(estimate("projection", n=n, reason="the route has no reference people"))
        rows.append(estimate("empirical_bayes", adjusted, se, n=n))
        for rho, shift in (("0.25", 0.12), ("0.50", 0.03), ("0.75", -0.05)):
            why = "no standard error is made over an assumed correlation"
            point = adjusted + shift
            rows.append(estimate(f"external_correlation_{rho}", point, n=n, reason=why))
    return rows


def _estimates_from_means() -> Rows:
    n: dict[str, Any] = {"n": 380, "who": "all"}
    no_sd = "no standard deviations were supplied, so no interval can be made"
    return [
        estimate("crude", math.log(8.6 / 10.0), reason=no_sd, **n),
        estimate("ratio_of_ratios", math.log(0.78), reason=FAR_APART, **n),
    ]


def _step(position: int, step: str, kind: str, reason: str, n: float) -> dict[str, Any]:
    return {"position": position, "step": step, "kind": kind, "reason": reason, **released(n)}


def _flow(site: Site, n: int) -> Rows:
    ongoing = "Already under the link worker before: described, not compared"
    complete = "New, and registered for the whole of both windows"
    if site.route == "counts":
        return [
            _step(1, "registered", "kept", "People seen on the sheet", 1.4 * n),
            _step(2, "ongoing", "described", ongoing, 0.3 * n),
            _step(3, "new", "kept", "New to the link worker", 1.1 * n),
            _step(4, "incomplete", "left_out", "Registered for part of a window only", 0.1 * n),
            _step(5, "complete", "kept", complete, n),
        ]
    after = "before the end of the after window"
    return [
        _step(1, "seen", "kept", "Had a contact with the link worker in the index period", 1.7 * n),
        _step(2, "not_registered", "left_out", "Not registered with the site that day", 0.1 * n),
        _step(3, "registered", "kept", "Seen and registered", 1.6 * n),
        _step(4, "ongoing", "described", ongoing, 0.3 * n),
        _step(5, "new", "kept", "New to the link worker", 1.3 * n),
        _step(6, "died", "left_out", f"Died {after}", n / 40),
        _step(7, "left", "left_out", f"Left the practice {after}", 0.3 * n - n / 40),
        _step(8, "complete", "kept", complete, n),
        _step(9, "reference", "described", "Reference people with their history", 20 * n),
    ]


def _change(before: Any, after: Any) -> dict[str, Any]:
    def rounded(n: float) -> int:
        return 5 * round(n / 5)

    return {
        "who": "new",
        "n": rounded(len(before)),
        "fell": rounded((after < before).sum()),
        "stayed": rounded((after == before).sum()),
        "rose": rounded((after > before).sum()),
        "contacts_before": rounded(before.sum()),
        "contacts_after": rounded(after.sum()),
        "mean_before": round(float(before.mean()), 2),
        "mean_after": round(float(after.mean()), 2),
        "sd_before": round(float(before.std()), 1),
        "sd_after": round(float(after.std()), 1),
        "correlation": 0.5,
        "median_before": float(np.median(before)),
        "median_after": float(np.median(after)),
        "state": "rounded",
    }


def _pattern(before: Any, after: Any) -> Rows:
    first, second = np.digitize(before, EDGES, right=True), np.digitize(after, EDGES, right=True)
    return [
        {
            "who": "new",
            "before_band": a,
            "after_band": b,
            **released(int(((first == i) & (second == j)).sum())),
        }
        for i, a in enumerate(BANDS)
        for j, b in enumerate(BANDS)
    ]


def _course(plan: dict[str, Any], rng: np.random.Generator) -> Rows:
    rows: Rows = []
    for group, size in (("seen", plan["n"]), ("reference", 10 * plan["n"])):
        level = 62.0 if group == "seen" else 55.0
        for month in range(-12, 7):
            bump = 0.45 * math.exp(-((month + 1.5) ** 2) / 5) if month < 1 else 0.16 - 0.015 * month
            se = math.sqrt(1.6 / (size * level / 100))
            log_rr = bump * (1.0 if group == "seen" else 0.85) + float(rng.normal(0, se))
            rows.append(
                {
                    "group": group,
                    "month": month,
                    "rate_per_100": round(level * math.exp(log_rr), 1),
                    "log_rr": round(log_rr, 3),
                    "se": round(se, 3),
                    "n": 5 * round(size / 5),
                    "state": "rounded",
                }
            )
    if plan["n"] < 150:
        for row in rows:
            if row["group"] == "seen" and row["month"] in (-12, -11):
                row.update(rate_per_100=None, log_rr=None, se=None, n=None, state="suppressed")
    return rows


def _quality(site: Site) -> Rows:
    rows: Rows = [
        {
            "check": "exact_duplicate",
            "table": "appointments" if site.route == "csv" else "counts",
            "column": None,
            "n_rows": 85,
            "effect": "dropped",
            "do": "Nothing need be done.",
            "state": "rounded",
        }
    ]
    if site.route == "csv":
        rows.append(
            {
                "check": "impossible_date",
                "table": "appointments",
                "column": "start_date",
                "n_rows": None,
                "effect": "dropped",
                "do": "Look for appointments of 1904 in the appointment book.",
                "state": "suppressed",
            }
        )
    return rows


def _supply(site: Site) -> Rows:
    def row(table: str, column: str | None, supplied: bool, reason: str = "") -> dict[str, Any]:
        return {"table": table, "column": column, "supplied": supplied, "reason": reason or None}

    if site.route == "csv":
        rows = [
            row(table, None, True)
            for table in ("patients", "appointments", "practice_registrations")
        ]
        no_role = "the extract has no role, so contacts with all staff were counted"
        rows.append(
            row("appointments", "role", False, no_role)
            if site.id == "station"
            else row("appointments", "role", True)
        )
        no_date = "referral dates are not kept, so a lag of 30 days was taken"
        rows.append(
            row("referrals", None, False, no_date)
            if site.id == "hillview"
            else row("referrals", None, True)
        )
        return rows
    if site.route == "counts":
        no_months = "counts come for whole windows, so there is no course by month"
        rows = [row("counts", None, True), row("counts", "by month", False, no_months)]
        if site.id == "chapel":
            no_people = "no reference people, so nobody with the same past to compare with"
            rows.append(row("counts", "group reference", False, no_people))
        return rows
    no_rows = "no row for each person, so no joint picture and no counts of fewer, same and more"
    return [
        row("summary", None, True),
        row("summary", "sd_before", False, "not published, so there is no interval"),
        row("counts", None, False, no_rows),
    ]
