"""What became of referrals, in plain Python: loops, dicts and dates, written from the rules alone.

No engine, no NumPy, nothing of the code that it judges: of the project only the typed study.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from tests.lib.oracle import DAY, Question, month_later
from tests.lib.records import Records, Referral

STEPS = ("accepted", "seen", "offered", "taken_up", "started", "closed")


@dataclass(frozen=True)
class Path:
    """One person's first referral of the period and what came of it.

    steps: those reached, each with all before it. needs: (need, what is told of it). waits: for
    contact and support (days, what came first). repeated: None where it cannot be told yet.
    """

    referrer: str
    fate: str
    steps: frozenset[str]
    returned_for: str | None
    needs: frozenset[tuple[str, frozenset[str]]]
    served: bool
    waits: tuple[tuple[int, str], tuple[int, str]]
    repeated: bool | None


def plain(word: str) -> str:
    """Lower case, and one blank for any run of blanks, hyphens and underscores."""
    return " ".join(word.lower().replace("-", " ").replace("_", " ").split())


def follow(ask: Question, records: Records) -> dict[str, Path]:
    """Everybody referred in the twelve months up to the end of the index period."""
    site = ask.site
    assert site.extract_from is not None
    assert site.extract_to is not None
    end = ask.index_period()[1]
    first = max(month_later(end, -12), site.extract_from)
    last = min(end, site.extract_to)
    born = {one.patient_id: one for one in records.patients}
    paths = {}
    for name in records.names():
        own = [
            one
            for one in records.referrals
            if one.patient_id == name
            and first <= one.referred_on < last
            and name in born
            and _find_end(ask, records, name, one.referred_on) is not None
        ]
        if not own:
            continue
        chosen = min(own, key=_rank)
        died = born[name].date_of_death
        if died is None or died >= chosen.referred_on:
            paths[name] = _follow_one(ask, records, chosen, died)
    return paths


def _rank(one: Referral) -> tuple[object, ...]:
    late, word = date.max, "~"
    return (
        one.referred_on,
        one.declined_on is not None or one.returned_on is not None,
        one.accepted_on or late,
        one.referral_id or word,
        one.closed_on or late,
        one.declined_on or late,
        one.returned_on or late,
        one.referrer_role or word,
        one.return_reason or word,
    )


def _find_end(ask: Question, records: Records, name: str, on: date) -> date | None:
    """The day on which the registration that holds a day ends; None where none holds it."""
    spells = sorted(
        (one.start_date, one.end_date or date.max)
        for one in records.practice_registrations
        if one.patient_id == name
        and (not ask.site.practices or one.practice_id in ask.site.practices)
        and one.start_date < (one.end_date or date.max)
    )
    if not any(start <= on < end for start, end in spells):
        return None
    found = next(end for start, end in spells if start <= on < end)
    for _ in pairwise([*spells, None]):
        for start, end in spells:
            if start <= found < end:
                found = end
    return found


def _follow_one(ask: Question, records: Records, one: Referral, died: date | None) -> Path:
    name, start, extract_to = one.patient_id, one.referred_on, ask.site.extract_to
    assert extract_to is not None
    left = _find_end(ask, records, name, start)
    assert left is not None
    followed = min(left, extract_to, died + DAY if died else extract_to)
    is_gone = followed < extract_to or (died is not None and died < extract_to and died <= left)

    def day_of(day: date | None) -> date | None:
        day = None if day is None else max(day, start)
        return day if day is not None and day < followed else None

    ends = [
        (day, fate)
        for fate, day in (
            ("declined", day_of(one.declined_on)),
            ("returned", day_of(one.returned_on)),
            ("closed", day_of(one.closed_on)),
        )
        if day is not None
    ]
    first_end = min((day for day, _ in ends), default=followed)
    fate = next((word for day, word in ends if day == first_end), "")
    stopped = min((day for day, word in ends if word != "closed"), default=followed)
    contacts = [
        contact.date
        for contact in records.link_worker_contacts
        if contact.patient_id == name
        and contact.outcome in (None, "attended")
        and start <= contact.date < followed
        and contact.date <= first_end
    ]
    under = {
        other.referral_id
        for other in records.referrals
        if other.patient_id == name and other.referred_on == start and other.referral_id
    }
    support = []
    for row in records.support:
        offered = day_of(row.offered_on)
        if row.referral_id in under and offered is not None and offered <= stopped:
            taken = day_of(row.accepted_on or row.started_on)
            begun = day_of(row.started_on)
            support.append(
                (
                    plain(row.kind),
                    taken if taken and taken <= stopped else None,
                    begun if begun and begun <= stopped else None,
                )
            )
    accepted = day_of(one.accepted_on)
    signs = {
        "accepted": bool(contacts) or (accepted is not None and accepted <= stopped),
        "seen": bool(contacts),
        "offered": bool(support),
        "taken_up": any(taken for _, taken, _ in support),
        "started": any(begun for _, _, begun in support),
        "closed": any(word == "closed" for _, word in ends),
    }
    reached: list[str] = []
    for step in STEPS:
        if not signs[step]:
            break
        reached.append(step)
    begun_on = [begun for _, _, begun in support if begun]
    waits = (
        _wait(start, min(contacts, default=None), first_end, followed, is_gone=is_gone),
        _wait(start, min(begun_on, default=None), stopped, followed, is_gone=is_gone),
    )
    needs, served = _list_needs(ask, records, under, followed, support, reached)
    return Path(
        referrer=_name_referrer(one.referrer_role),
        fate=fate or ("died_or_left" if is_gone else "waiting"),
        steps=frozenset(reached),
        returned_for=_name_reason(ask, one) if day_of(one.returned_on) else None,
        needs=needs,
        served=served,
        waits=waits,
        repeated=_is_repeated(ask, records, one, ends, followed),
    )


def _wait(
    start: date, had: date | None, over: date, followed: date, *, is_gone: bool
) -> tuple[int, str]:
    if had is not None:
        return (had - start).days, "had"
    if over < followed:
        return (over - start).days, "ended"
    if is_gone:
        return (followed - start).days, "gone"
    return (followed - start).days - 1, "waiting"


def _list_needs(
    ask: Question,
    records: Records,
    under: set[str],
    followed: date,
    support: list[tuple[str, date | None, date | None]],
    reached: list[str],
) -> tuple[frozenset[tuple[str, frozenset[str]]], bool]:
    settings = ask.study.support
    names = {plain(need): need for need in settings.fits}
    served = {plain(need) for need in settings.served_needs or settings.fits}
    told: dict[str, set[str]] = {}
    is_served = False
    for row in records.needs:
        if row.referral_id not in under:
            continue
        need = names.get(plain(row.need), "other")
        signs = told.setdefault(need, {"recorded"})
        is_served |= need != "other" and plain(need) in served
        if "seen" not in reached:
            continue
        signs.add("seen")
        if support:
            signs.add("offered")
        if row.resolved_on and row.resolved_on < followed:
            signs.add("met")
        kinds = {plain(kind) for kind in settings.fits.get(need, ())}
        if any(kind in kinds for kind, _, _ in support):
            signs.add("fitting_offered")
        if any(kind in kinds and begun for kind, _, begun in support):
            signs.add("fitting_started")
    return frozenset((need, frozenset(signs)) for need, signs in told.items()), is_served


def _is_repeated(
    ask: Question,
    records: Records,
    one: Referral,
    ends: list[tuple[date, str]],
    followed: date,
) -> bool | None:
    ended = min((day for day, word in ends if word != "declined"), default=None)
    if ended is None:
        return None
    until = month_later(ended, ask.study.support.repeat_months)
    if until >= followed:
        return None
    return any(
        other.patient_id == one.patient_id
        and other.referred_on > one.referred_on
        and ended <= other.referred_on <= until
        for other in records.referrals
    )


def _name_referrer(role: str | None) -> str:
    if role is None:
        return "not_recorded"
    known = ("gp", "nurse", "other_direct_care", "link_worker", "admin", "self", "other")
    return next((name for name in known if plain(name) == plain(role)), "other")


def _name_reason(ask: Question, one: Referral) -> str:
    if one.return_reason is None:
        return "not_recorded"
    words = {plain(word): told for word, told in ask.study.support.return_reasons.items()}
    return words.get(plain(one.return_reason), "other")


def count_reach(ask: Question, records: Records) -> Counter[tuple[str, str, bool]]:
    """People registered, and of those seen, by sex and by fifth of deprivation."""
    on = ask.population_index_on()
    first, end = ask.index_period()
    assert ask.site.extract_from is not None
    found: Counter[tuple[str, str, bool]] = Counter()
    for patient in records.patients:
        name = patient.patient_id
        decile = patient.imd_decile
        levels = (
            ("sex", "not recorded" if patient.sex == "unknown" else patient.sex),
            ("deprivation", "not recorded" if decile is None else str((decile + 1) // 2)),
        )
        lives = patient.date_of_death is None or patient.date_of_death >= on
        listed = lives and _find_end(ask, records, name, on) is not None
        contacts = [
            row.date
            for row in records.link_worker_contacts
            if row.patient_id == name
            and row.outcome in (None, "attended")
            and first <= row.date < end
        ]
        seen = bool(contacts) and _find_end(ask, records, name, min(contacts)) is not None
        for characteristic, level in levels:
            found[characteristic, level, False] += listed
            found[characteristic, level, True] += seen
    return found
