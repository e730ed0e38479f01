"""People to be matched, made in the engine for `make bench-matching`: cases and candidate visits.

Everything is arithmetic on a hash of the person and of the visit, so the same seed gives the same
rows. The columns are those of `matchable.sql`, with its types. A person's counts are geometric
about a rate of their own, so that they vary more than Poisson counts do and resemble each other;
cases come more often than candidates. Visits of one person lie on different days of one year.
"""

from __future__ import annotations

from righthelp.engine import Engine

MATCHABLE = """
CREATE OR REPLACE TABLE matchable AS
WITH visits AS (
    SELECT
        i,
        i < {n_cases} AS is_case,
        greatest(i - {n_cases}, 0) // {n_people} AS visit,
        CASE WHEN i < {n_cases} THEN i ELSE {n_cases} + (i - {n_cases}) % {n_people} END AS person
    FROM range({n_cases} + {n_people} * {visits_each}) AS t(i)
),
drawn AS (
    SELECT *, hash(person * 1000003 + {seed}) AS of_person, hash(i * 31 + {seed}) AS of_visit
    FROM visits
),
placed AS (
    SELECT
        *,
        (0.8 - 0.9 * ln(((of_person & 65535) + 0.5) / 65536))
            * CASE WHEN is_case THEN 1.3 ELSE 1.0 END AS quarterly_rate,
        DATE '2023-01-01'
            + (((of_visit >> 36) & 65535) % (365 // {visits_each}) * {visits_each} + visit)::INTEGER
            AS qualifying_on,
        1 + ((of_person >> 16) & 7)::BIGINT AS stratum
    FROM drawn
)
SELECT
    i::INTEGER AS unit,
    person::INTEGER AS person,
    stratum,
    (stratum + 1) // 2 AS age_stratum,
    is_case,
    {band_1}, {band_2}, {band_3},
    year(qualifying_on) * 12 + month(qualifying_on) - 1 AS month_number,
    ((of_visit >> 52) % 101)::SMALLINT AS lag_days,
    ('0x' || left(md5('match:' || {seed} || ':' || qualifying_on || ':' || person), 15))::BIGINT
        AS hashed
FROM placed
"""
_BAND = (
    "least(floor(-ln((((of_visit >> {shift}) & 4095) + 0.5) / 4096) * {quarters} * quarterly_rate)"
    "::HUGEINT, 99)::SMALLINT AS band_{band}"
)


def make_matchable(
    engine: Engine, *, n_cases: int, n_people: int, visits_each: int = 2, seed: int = 1
) -> None:
    """Make `matchable`, `cases_left` and `sets` as matchable.sql leaves them.

    `n_people` candidates have `visits_each` visits each; the cases are other people.
    """
    bands = {
        f"band_{band}": _BAND.format(shift=shift, quarters=quarters, band=band)
        for band, shift, quarters in ((1, 0, 1), (2, 12, 1), (3, 24, 2))
    }
    engine.execute(
        MATCHABLE.format(
            n_cases=n_cases, n_people=n_people, visits_each=visits_each, seed=seed, **bands
        )
    )
    engine.execute("CREATE OR REPLACE TABLE cases_left AS SELECT unit FROM matchable WHERE is_case")
    engine.execute("CREATE OR REPLACE TABLE sets (unit INTEGER, comparator INTEGER, rung INTEGER)")
