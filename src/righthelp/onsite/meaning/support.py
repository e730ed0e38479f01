"""The right help, in time: referrals into the scheme, what came of them, how soon, and who is
reached. All of it exact; it stays on site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.engine import Engine
from righthelp.estimators.cumulative_incidence import ShareByDay, cumulative_incidence
from righthelp.onsite.cohort import SQL
from righthelp.onsite.ethnicity import list_ethnicity_words
from righthelp.onsite.rules import Rules
from righthelp.protocol.support_settings import (
    SupportSettings,
    find_referral_period,
    plain_word,
)
from righthelp.returns.support import (
    ALL,
    DAYS,
    FATES,
    FLAGS,
    LEVELS,
    NEED_OF,
    NOT_RECORDED,
    REFERRERS,
    RETURNED_FOR,
    STEPS,
)

OTHER = "other"
_REFERRER_WORDS = {
    **{plain_word(name): name for name in REFERRERS if name != "not_recorded"},
    "general practitioner": "gp",
    "practice nurse": "nurse",
    "self referral": "self",
    "self referred": "self",
    "patient": "self",
}


@dataclass(frozen=True)
class Part:
    """A count of people (or needs) and of how many; people: those behind n, and behind the rest."""

    n: int
    of: int
    people: int
    people_rest: int

    @classmethod
    def of_people(cls, n: int, of: int) -> Part:
        """A part of so many people."""
        return cls(n, of, n, of - n)


@dataclass(frozen=True)
class StepCount:
    """People who reached a step, and what became of those at the step before who did not."""

    step: str
    n: int
    lost: Mapping[str, int]


@dataclass(frozen=True)
class Gap:
    """What happened up to a day asked for, since the day before it that was asked for.

    point: the share by that day; happened: people with the event since.
    """

    point: ShareByDay
    happened: int


@dataclass(frozen=True)
class Wait:
    """The course of one event over n people referred, day by day."""

    event: str
    n: int
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Support:
    """What a site's records say of the help people were referred to, exact.

    held: what the records have at all (`referrals`, `needs`, a column by `table.column`); what is
    not in it was not collected. referrals: (referrer or all, measure) -> part. needs: (need or all
    or other, measure) -> part. flags: kind -> part. reach: characteristic -> level -> (seen,
    registered), in order.
    """

    held: frozenset[str]
    referrals: Mapping[tuple[str, str], Part]
    steps: tuple[StepCount, ...]
    reasons: Mapping[str, int]
    needs: Mapping[tuple[str, str], Part]
    waits: tuple[Wait, ...]
    flags: Mapping[str, Part]
    reach: Mapping[str, Mapping[str, tuple[int, int]]]


def read_support(engine: Engine, rules: Rules) -> Support:
    """Count referrals, help and reach; reads what the heads of its SQL files name."""
    settings = rules.study.support
    _write_protocol(engine, rules)
    engine.run_file(SQL, "plain_word.sql")
    engine.run_file(SQL, "referrals_in.sql")
    engine.run_file(SQL, "reach_of_list.sql")
    held = _find_held(engine)
    return Support(
        held=held,
        referrals=_count_referrals(engine),
        steps=_count_steps(engine, held),
        reasons=_count_reasons(engine),
        needs=_count_needs(engine, settings),
        waits=tuple(_list_waits(engine, settings)),
        flags=_count_flags(engine),
        reach=_count_reach(engine),
    )


def list_days(settings: SupportSettings) -> tuple[int, ...]:
    """The days at which the waits are told: fixed ones, and the study's targets."""
    targets = (settings.target_days_first_contact, settings.target_days_first_support)
    return tuple(sorted({*DAYS, *(day for day in targets if day)}))


def _write_protocol(engine: Engine, rules: Rules) -> None:
    settings, site = rules.study.support, rules.site
    assert site.extract_from is not None and site.extract_to is not None
    _, index_to = rules.study.index_range(site)
    period = find_referral_period(
        index_to, extract_from=site.extract_from, extract_to=site.extract_to
    )
    engine.create_table(
        "referral_period",
        {"from_on": "DATE", "to_on": "DATE", "repeat_months": "INTEGER"},
        rows=[(*period, settings.repeat_months)],
    )
    engine.create_table(
        "need_words",
        {"word": "VARCHAR", "need": "VARCHAR", "is_served": "BOOLEAN"},
        rows=[
            (plain_word(need), need, plain_word(need) in settings.served) for need in settings.fits
        ],
    )
    fits = {(need, plain_word(kind)) for need, kinds in settings.fits.items() for kind in kinds}
    engine.create_table("fit_words", {"need": "VARCHAR", "kind": "VARCHAR"}, rows=sorted(fits))
    for name, column, words in (
        ("referrer_words", "referrer", _REFERRER_WORDS),
        ("reason_words", "reason", _by_plain_word(settings.return_reasons)),
        ("flag_words", "kind", _by_plain_word(settings.flag_kinds)),
        ("ethnicity_words", "ethnicity", list_ethnicity_words()),
    ):
        engine.create_table(name, {"word": "VARCHAR", column: "VARCHAR"}, rows=words.items())


def _by_plain_word(words: Mapping[str, str]) -> dict[str, str]:
    return {plain_word(word): meaning for word, meaning in words.items()}


def _find_held(engine: Engine) -> frozenset[str]:
    """Tables and columns with a value in any row of the records; an empty one was not collected."""
    columns = {
        "referrals": ("accepted_on", "declined_on", "returned_on", "closed_on", "referrer_role"),
        "needs": ("resolved_on",),
        "support": ("started_on",),
        "flags": (),
    }
    held = set()
    for table, names in columns.items():
        counted = ", ".join(["count(*)", *(f"count({name})" for name in names)])
        (counts,) = engine.rows(f"SELECT {counted} FROM {table}")
        found = [table, *(f"{table}.{name}" for name in names)]
        held |= {name for name, n in zip(found, counts, strict=True) if n}
    return frozenset(held)


def _count_referrals(engine: Engine) -> dict[tuple[str, str], Part]:
    """People referred by who referred them, and of those what was recorded of them."""
    rows = engine.rows(
        "SELECT p.referrer, count(*), count(n.patient_id), "
        "count(n.patient_id) FILTER (n.is_served), count(p.returned_on), count(a.patient_id), "
        "count(a.patient_id) FILTER (a.is_repeated) FROM referral_paths AS p "
        "LEFT JOIN (SELECT patient_id, bool_or(is_served) AS is_served FROM referral_needs "
        "GROUP BY patient_id) AS n ON p.patient_id = n.patient_id "
        "LEFT JOIN referral_repeats AS a ON p.patient_id = a.patient_id GROUP BY p.referrer"
    )
    by_role = {referrer: np.array(counts) for referrer, *counts in rows}
    nobody = np.zeros(6, dtype=np.int64)
    by_role[ALL] = sum(by_role.values(), start=nobody)
    parts = {}
    for referrer in (ALL, *REFERRERS):
        counts = by_role.get(referrer, nobody).tolist()
        referred, needy, served, returned, ended, repeated = counts
        parts[referrer, "referred"] = Part.of_people(referred, referred)
        parts[referrer, "need_recorded"] = Part.of_people(needy, referred)
        parts[referrer, "served"] = Part.of_people(served, referred)
        parts[referrer, "returned"] = Part.of_people(returned, referred)
        parts[referrer, "repeated"] = Part.of_people(repeated, ended)
    return parts


def list_steps(held: frozenset[str]) -> list[str]:
    """The steps that the records can tell, in order."""
    needed = {
        "accepted": {"referrals.accepted_on"},
        "offered": {"support"},
        "taken_up": {"support"},
        "started": {"support", "support.started_on"},
        "closed": {"referrals.closed_on"},
    }
    return [step for step in STEPS if needed.get(step, set()) | {"referrals"} <= held]


def _count_steps(engine: Engine, held: frozenset[str]) -> tuple[StepCount, ...]:
    """The funnel, over the steps that the records can tell: who got how far, and why no further."""
    signs = ("is_accepted", "is_seen", "is_offered", "is_taken_up", "is_started", "closed_on")
    rows = engine.rows(
        "SELECT is_accepted, is_seen, is_offered, is_taken_up, is_started, closed_on IS NOT NULL, "
        "fate, count(*) FROM referral_paths GROUP BY ALL"
    )
    people = [(dict(zip(signs, row[:6], strict=True)), row[6], int(row[7])) for row in rows]
    counts: list[StepCount] = []
    for step in list_steps(held):
        sign = "closed_on" if step == "closed" else f"is_{step}"
        lost: Counter[str] = Counter()
        if step != "referred":
            for signs_of, fate, n in people:
                if not signs_of[sign]:
                    lost[fate] += n
            people = [one for one in people if one[0][sign]]
        counts.append(
            StepCount(
                step,
                sum(n for *_, n in people),
                {fate: lost[fate] for fate in FATES if step != "referred"},
            )
        )
    return tuple(counts)


def _count_reasons(engine: Engine) -> dict[str, int]:
    found = dict(
        engine.rows(
            "SELECT CASE WHEN p.return_reason IS NULL THEN 'not_recorded' "
            "ELSE coalesce(w.reason, 'other') END, count(*) FROM referral_paths AS p "
            "LEFT JOIN reason_words AS w ON plain_word(p.return_reason) = w.word "
            "WHERE p.returned_on IS NOT NULL GROUP BY ALL"
        )
    )
    return {reason: found.get(reason, 0) for reason in RETURNED_FOR}


_NEED_SIGNS = {
    "recorded": "TRUE",
    "seen": "is_seen",
    "offered": "is_offered",
    "fitting_offered": "fitting_offered",
    "fitting_started": "fitting_started",
    "met": "is_met",
}


def _count_needs(engine: Engine, settings: SupportSettings) -> dict[tuple[str, str], Part]:
    """Needs by what became of them; `all` are those that the study names."""
    parts: dict[tuple[str, str], Part] = {}
    for measure, of in NEED_OF.items():
        n, base = _NEED_SIGNS[measure], _NEED_SIGNS[of or measure]
        counted = (
            f"count(*) FILTER ({n}), count(*) FILTER ({base}), "
            f"count(DISTINCT patient_id) FILTER ({n}), "
            f"count(DISTINCT patient_id) FILTER ({base} AND NOT {n})"
        )
        rows = engine.rows(
            f"SELECT need, {counted} FROM referral_needs GROUP BY need "
            f"UNION ALL SELECT '{ALL}', {counted} FROM referral_needs WHERE need <> '{OTHER}'"
        )
        found = {need: Part(*counts) for need, *counts in rows}
        for need in (ALL, *settings.fits, OTHER):
            parts[need, measure] = found.get(need, Part(0, 0, 0, 0))
    return parts


def _list_waits(engine: Engine, settings: SupportSettings) -> list[Wait]:
    """Days to the first contact and the first support, with what else came first.

    Kinds: 1 the event; 2 something ended the wait (declined, returned, for a contact also closed);
    3 died or left; 0 the records end.
    """
    rows = engine.columns(
        "SELECT contact_on - referred_on AS first_contact, "
        "support_started_on - referred_on AS first_support, "
        "stopped_on - referred_on AS stopped, first_end - referred_on AS ended, "
        "followed_to - referred_on AS followed, fate, "
        "(followed_to < extract_to OR died) AS is_gone FROM referral_paths"
    )
    at_days = list_days(settings)
    waits = []
    for event, end in (("first_contact", "ended"), ("first_support", "stopped")):
        had = np.ma.filled(np.ma.asarray(rows[event]), -1)
        over, followed = np.asarray(rows[end]), np.asarray(rows["followed"])
        gone = np.asarray(rows["is_gone"], dtype=bool)
        day = np.where(had >= 0, had, np.where(over < followed, over, followed - ~gone))
        kind = np.where(had >= 0, 1, np.where(over < followed, 2, np.where(gone, 3, 0)))
        waits.append(measure_wait(event, day=day, kind=kind, at_days=at_days))
    return waits


def measure_wait(
    event: str,
    *,
    day: npt.NDArray[np.int64],
    kind: npt.NDArray[np.int64],
    at_days: tuple[int, ...],
) -> Wait:
    """The course of an event. day: (n,) days to what came first; kind: (n,) 0 to 3, 1 the event."""
    found = cumulative_incidence(day=day, kind=kind, n_kinds=3, at_days=at_days)
    gaps, since = [], -1
    for point in found.kinds[0]:
        happened = (day > since) & (day <= point.day) & (kind == 1)
        gaps.append(Gap(point, int(happened.sum())))
        since = point.day
    return Wait(event, int(day.size), tuple(gaps))


def _count_flags(engine: Engine) -> dict[str, Part]:
    found = dict(engine.rows("SELECT kind, n FROM flag_counts"))
    return {kind: Part.of_people(found.get(kind, 0), found["seen"]) for kind in FLAGS}


def _count_reach(engine: Engine) -> dict[str, dict[str, tuple[int, int]]]:
    """Seen and registered people by level, every level of the protocol, also those with nobody."""
    found = {
        (characteristic, level): (seen, registered)
        for characteristic, level, seen, registered in engine.rows("FROM reach_counts")
    }
    ages = [name for (name,) in engine.rows("SELECT age_band FROM age_bands ORDER BY from_age")]
    levels = {
        "deprivation": LEVELS["deprivation"],
        "age": (*ages, NOT_RECORDED),
        "sex": LEVELS["sex"],
        "ethnicity": LEVELS["ethnicity"],
    }
    return {
        name: {level: found.get((name, level), (0, 0)) for level in own}
        for name, own in levels.items()
    }
