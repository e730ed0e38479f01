"""The demo's study: eight simulated sites, each with what such a site would really have."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from righthelp.engine import Engine, open_engine
from righthelp.protocol.calendar import add_months, parse_month
from righthelp.world.population import simulate
from righthelp.world.settings import World
from righthelp.world.tables import load_world, write_world

START_ON = date(2022, 1, 1)
MONTHS = 36


@dataclass(frozen=True)
class DemoSite:
    """One site of the demo: its route, its people, and the effect that its link worker has."""

    id: str
    name: str
    route: str
    index_month: str
    n_people: int
    effect_rr: float
    seed: int


SITES = (
    DemoSite("ashby", "Ashby", "csv", "2023-09", 50_000, 0.90, 11),
    DemoSite("brook", "Brook", "csv", "2023-10", 40_000, 0.85, 12),
    DemoSite("cove", "Cove", "csv", "2023-11", 60_000, 0.95, 13),
    DemoSite("dale", "Dale", "csv", "2024-01", 30_000, 0.90, 14),
    DemoSite("elm", "Elm", "csv", "2024-03", 12_000, 1.00, 15),
    DemoSite("ford", "Ford", "counts", "2023-10", 40_000, 0.90, 16),
    DemoSite("glen", "Glen", "counts", "2023-11", 30_000, 0.95, 17),
    DemoSite("hart", "Hart", "summary", "2024-02", 40_000, 0.90, 18),
)

_SHEET = """
    SELECT s.patient_id, s.seen, s.ongoing, p.sex, p.date_of_birth,
        coalesce(c.earlier, 0) AS earlier, coalesce(c.before, 0) AS before,
        coalesce(c.after, 0) AS after
    FROM (
        SELECT r.patient_id,
            max(CASE WHEN l.date >= $2 AND l.date < $3 THEN 1 ELSE 0 END) = 1 AS seen,
            min(l.date) < $2 AS ongoing
        FROM practice_registrations AS r
        LEFT JOIN link_worker_contacts AS l
            ON r.patient_id = l.patient_id AND coalesce(l.outcome, 'attended') = 'attended'
        WHERE r.start_date <= $1 AND (r.end_date IS NULL OR r.end_date >= $4)
        GROUP BY r.patient_id
    ) AS s
    JOIN patients AS p ON s.patient_id = p.patient_id AND p.date_of_death IS NULL
    LEFT JOIN (
        SELECT patient_id,
            count(DISTINCT CASE WHEN start_date >= $1 AND start_date < $5 THEN start_date END)
                AS earlier,
            count(DISTINCT CASE WHEN start_date >= $6 AND start_date < $2 THEN start_date END)
                AS before,
            count(DISTINCT CASE WHEN start_date >= $3 AND start_date < $4 THEN start_date END)
                AS after
        FROM appointments
        WHERE role = 'gp' AND status = 'attended'
        GROUP BY patient_id
    ) AS c ON s.patient_id = c.patient_id
    ORDER BY s.seen DESC, s.patient_id
"""

Row = tuple[object, ...]


def write_demo(
    folder: Path, *, tell: Callable[[str], None], sites: Sequence[DemoSite] = SITES
) -> Path:
    """Write the demo's sites (eight, unless others are given) and its study file; its path."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, site in enumerate(sites, start=1):
        tell(f"simulating site {number} of {len(sites)}")
        population = simulate(
            World(
                seed=site.seed,
                n_people=site.n_people,
                start_on=START_ON,
                months=MONTHS,
                site_id=site.id,
                n_practices=max(1, site.n_people // 15_000),
                effect_rr=site.effect_rr,
                referral_probability=0.012,
            )
        )
        if site.route == "csv":
            write_world(population, folder / site.id)
            continue
        with open_engine() as engine:
            load_world(engine, population)
            rows = _count_sheet(engine, site)
        if site.route == "counts":
            _write_counts(rows, folder / f"{site.id}.csv", with_reference=site.id == "ford")
            _write_form(_sum_groups(rows, ("population",)), folder / f"{site.id}-practice.csv")
        else:
            _write_form(_sum_groups(rows, ("seen", "population")), folder / f"{site.id}.csv")
    study = folder / "study.toml"
    study.write_text(_study_text(sites), encoding="utf-8")
    return study


def _count_sheet(engine: Engine, site: DemoSite) -> list[Row]:
    """What a practice's own search would count: one row a registered person."""
    index = parse_month(site.index_month)
    after_from = add_months(index, 1)
    days = [
        add_months(index, -13),
        index,
        after_from,
        add_months(after_from, 6),
        add_months(index, -7),
        add_months(index, -6),
    ]
    return engine.rows(_SHEET, days)


def _write_counts(rows: Sequence[Row], path: Path, *, with_reference: bool) -> None:
    header = ["row_label", "group", "ongoing", "before", "after", "sex", "age_band"]
    seen = [row for row in rows if row[1]]
    others = [row for row in rows if not row[1] and not row[2]]
    # Every so many-th person of the list: a sample as a practice would draw it.
    sample = others[:: max(1, len(others) // (8 * len(seen)))] if with_reference else []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*header, "earlier"] if with_reference else header)
        for label, row in enumerate([*seen, *sample], start=1):
            _, is_seen, ongoing, sex, born, earlier, before, after = row
            assert isinstance(born, date)
            age = START_ON.year + 1 - born.year
            band = "0-39" if age < 40 else "40-64" if age < 65 else "65-79" if age < 80 else "80+"
            group = "seen" if is_seen else "reference"
            line = [label, group, "yes" if ongoing else "no", before, after, sex, band]
            writer.writerow([*line, earlier] if with_reference else line)


def _sum_groups(rows: Sequence[Row], groups: Sequence[str]) -> list[list[object]]:
    """Rows of the summary form: n, means and standard deviations of each group."""
    lines: list[list[object]] = []
    for group in groups:
        chosen = [row for row in rows if group == "population" or (row[1] and not row[2])]
        before, after = [float(str(r[6])) for r in chosen], [float(str(r[7])) for r in chosen]
        figures = [value for counts in (before, after) for value in _mean_and_sd(counts)]
        lines.append([group, len(chosen), *(round(value, 3) for value in figures)])
    return lines


def _mean_and_sd(counts: Sequence[float]) -> tuple[float, float]:
    mean = sum(counts) / len(counts)
    return mean, (sum((x - mean) ** 2 for x in counts) / (len(counts) - 1)) ** 0.5


def _write_form(lines: Sequence[Sequence[object]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["group", "n", "mean_before", "sd_before", "mean_after", "sd_after"])
        writer.writerows(lines)


def _study_text(sites: Sequence[DemoSite]) -> str:
    lines = [
        "# The demo: simulated sites, no real person in it.",
        "[study]",
        'title = "Demonstration: eight simulated sites"',
        "",
        "[index]",
        'anchor = "month"',
        'who = "new"',
        "",
        "[matching]",
        "# In these worlds the link worker changes nothing about nurses.",
        'control_roles = ["nurse"]',
        "",
        "[support]",
        "target_days_first_contact = 28",
        "target_days_first_support = 84",
        "",
        "[outcomes]",
        "# Of the simulated population; a real study takes published norms.",
        "population_mean = { swemwbs = 19.6, pam = 58.0 }",
        "",
        "[cost]",
        'year = "2023/24"',
        (
            'basis = "ten minutes of a GP: GBP 37 without direct care staff and qualification '
            "(PSSRU 2024), 42 to 49 with them (PSSRU 2023, 2022/23); an hour of a link worker as "
            'Band 4 to Band 5 (PSSRU 2024)"'
        ),
        "gp_contact = [37.0, 42.0, 49.0]",
        "link_worker_hour = [39.0, 42.0, 44.0]",
        "link_worker_minutes = 45",
    ]
    for site in sites:
        path = site.id if site.route == "csv" else f"{site.id}.csv"
        lines += [
            "",
            "[[site]]",
            f'id = "{site.id}"',
            f'name = "{site.name}"',
            f'route = "{site.route}"',
            f'path = "{path}"',
            f'index_month = "{site.index_month}"',
        ]
        if site.route == "csv":
            lines += [
                f"extract_from = {START_ON}",
                f"extract_to = {add_months(START_ON, MONTHS)}",
            ]
        if site.route == "counts":
            lines.append(f'population = "{site.id}-practice.csv"')
    return "\n".join(lines) + "\n"
