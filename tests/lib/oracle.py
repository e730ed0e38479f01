"""What the study means, in plain Python: loops, dicts and dates, written from the rules alone.

No engine, no NumPy, nothing of the code that it judges: of the project only the typed study. Slow
and for small records; every engine must agree with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from righthelp.protocol.study import Contacts, Site, Study
from tests.lib.records import Appointment, Records

DAY = timedelta(days=1)
Spell = tuple[date, date]


@dataclass(frozen=True)
class Question:
    """A study's question to one site, and which appointments count as a contact there.

    `counted` differs from the study's own definition when a rival definition is asked about: the
    visits that led to the index are still those of the study.
    """

    study: Study
    site: Site
    counted: Contacts | None = None
    role_missing: bool = False

    @property
    def by_month(self) -> bool:
        return self.study.index.anchor == "month"

    def index_period(self) -> Spell:
        """First index day and the day after the last."""
        if self.by_month:
            assert self.site.index_month is not None
            first = date.fromisoformat(f"{self.site.index_month}-01")
            return first, month_later(first, 1)
        assert self.study.index.index_from is not None
        assert self.study.index.index_to is not None
        return self.study.index.index_from, self.study.index.index_to

    def population_index_on(self) -> date:
        """The index of people who have none: the index month, or the middle of the period."""
        first, end = self.index_period()
        return first if self.by_month else first + DAY * ((end - first).days // 2)

    def counts(self, appointment: Appointment) -> bool:
        return self._is_eligible(appointment, self.counted or self.study.contacts)

    def counts_as_visit(self, appointment: Appointment) -> bool:
        return self._is_eligible(appointment, self.study.contacts)

    def _is_eligible(self, appointment: Appointment, contacts: Contacts) -> bool:
        roles = ("unknown",) if self.role_missing else contacts.roles
        return (
            appointment.role != "link_worker"
            and appointment.role in roles
            and appointment.mode in contacts.modes
            and appointment.status in contacts.statuses
            and (not contacts.categories or appointment.category in contacts.categories)
        )

    def one_a_day(self) -> bool:
        return (self.counted or self.study.contacts).same_day == "one"


@dataclass(frozen=True)
class Unit:
    """One person in one part (seen, reference, population), and everything that is told of them.

    A day at risk is a day in `at_risk`. `contacts` and `days`: by month from the index. `bands`:
    contacts in months -3..-1, -6..-4 and before, counted back from the visit that led here.
    """

    patient_id: str
    part: str
    is_new: bool
    index_on: date
    qualifying_on: date | None
    referral_known: bool
    is_patient: bool
    is_registered: bool
    sex: str
    age_band: str
    days_before: int
    days_after: int
    is_complete: bool
    has_earlier: bool
    has_history: bool
    earlier: int
    before: int
    after: int
    bands: tuple[int, int, int]
    contacts: Mapping[int, int]
    days: Mapping[int, int]
    step: str


def month_later(day: date, months: int) -> date:
    """The same day of a later (or earlier) month, or that month's last day if it is shorter."""
    year, month = day.year, day.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        if month == 0:
            year, month = year - 1, 12
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(number, day.day))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def days_of(spell: Spell) -> Iterator[date]:
    """Every day of a half-open spell."""
    day = spell[0]
    while day < spell[1]:
        yield day
        day += DAY


def list_months(ask: Question, index_on: date) -> dict[int, Spell]:
    """The months counted from an index, and far enough back for every window that looks back.

    With an index month that month is number 0; the days of washout are in no month, nor is an
    index day.
    """
    windows = ask.study.windows
    back = max(windows.history_months, 2 * windows.before_months + gap_months(ask))
    months = {
        -number: (month_later(index_on, -number), month_later(index_on, 1 - number))
        for number in range(1, back + 1)
    }
    end = month_later(index_on, 1) if ask.by_month else index_on + DAY
    if ask.by_month:
        months[0] = (index_on, end)
    start = end + DAY * windows.washout_days
    for number in range(1, windows.after_months + 1):
        months[number] = (month_later(start, number - 1), month_later(start, number))
    return months


def gap_months(ask: Question) -> int:
    """Whole months between the before and the after window: the index month, and the washout."""
    index_month = 1 if ask.by_month else 0
    return index_month + round(ask.study.windows.washout_days / 30.44)


def course_months(ask: Question) -> list[int]:
    """The months that the course shows, in order."""
    windows = ask.study.windows
    first = -max(windows.history_months, windows.before_months)
    months = range(first, windows.after_months + 1)
    return [month for month in months if month != 0 or ask.by_month]


def windows_of(ask: Question) -> dict[str, list[int]]:
    """The months of the earlier, the before and the after window."""
    before, gap = ask.study.windows.before_months, gap_months(ask)
    return {
        "earlier": [-number - gap - before for number in range(1, before + 1)],
        "before": [-number for number in range(1, before + 1)],
        "after": list(range(1, ask.study.windows.after_months + 1)),
    }


def merge_spells(records: Records, ask: Question, patient_id: str) -> list[Spell]:
    """The person's spells in the site's practices; those that touch or overlap are one."""
    spells = sorted(
        (row.start_date, row.end_date or date.max)
        for row in records.practice_registrations
        if row.patient_id == patient_id
        and (not ask.site.practices or row.practice_id in ask.site.practices)
    )
    merged: list[Spell] = []
    for start, end in spells:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def first_seen(records: Records, ask: Question, patient_id: str) -> tuple[date, bool] | None:
    """The first attended contact in the index period, and whether it was the first ever."""
    first, end = ask.index_period()
    held = sorted(
        row.date
        for row in records.link_worker_contacts
        if row.patient_id == patient_id and row.outcome in (None, "attended")
    )
    inside = [day for day in held if first <= day < end]
    return (inside[0], held[0] >= first) if inside else None


def known_on(records: Records, patient_id: str) -> date | None:
    """The day since when the scheme has known the person: attended contact or referral."""
    signs = [
        row.date
        for row in records.link_worker_contacts
        if row.patient_id == patient_id and row.outcome in (None, "attended")
    ]
    signs += [row.referred_on for row in records.referrals if row.patient_id == patient_id]
    return min(signs, default=None)


def find_referral(
    records: Records, ask: Question, patient_id: str, contact_on: date
) -> tuple[date, bool]:
    """The last referral on or before the contact, else the protocol's lag; and if it is known."""
    dates = [
        row.referred_on
        for row in records.referrals
        if row.patient_id == patient_id and row.referred_on <= contact_on
    ]
    lag = ask.study.reference.lag_days
    return (max(dates), True) if dates else (contact_on - DAY * lag, False)


def list_visits(
    records: Records, ask: Question, patient_id: str, *, earliest: date | None = None
) -> list[date]:
    """Days of eligible contacts up to the end of the index period, in order.

    They begin at `earliest`, or six months before the index period.
    """
    first, end = ask.index_period()
    start = earliest or month_later(first, -6)
    return sorted(
        row.start_date
        for row in records.appointments
        if row.patient_id == patient_id
        and ask.counts_as_visit(row)
        and start <= row.start_date < end
    )


def follow_seen(records: Records, ask: Question) -> dict[str, Unit]:
    """Everybody the link worker saw in the index period."""
    units = {}
    for name in records.names():
        found = first_seen(records, ask, name)
        if found is None:
            continue
        contact_on, is_new = found
        referred_on, known = find_referral(records, ask, name, contact_on)
        index_on = ask.index_period()[0] if ask.by_month else contact_on
        visits = list_visits(records, ask, name, earliest=month_later(index_on, -6))
        led_here = [day for day in visits if day <= referred_on]
        units[name] = _follow(
            records,
            ask,
            name,
            part="seen",
            is_new=is_new,
            present_on=contact_on,
            index_on=index_on,
            qualifying_on=led_here[-1] if led_here else None,
            referral_known=known,
        )
    return units


def follow_population(records: Records, ask: Question) -> dict[str, Unit]:
    """Everybody registered on the population's index day."""
    day = ask.population_index_on()
    units = {}
    for name in records.names():
        unit = _follow(
            records, ask, name, part="population", present_on=day, index_on=day, qualifying_on=None
        )
        if unit.is_patient and unit.is_registered:
            units[name] = unit
    return units


def follow_reference(
    records: Records, ask: Question, *, patient_id: str, visit_on: date, lag_days: int
) -> Unit | None:
    """A person drawn for a visit; None when not registered, or no patient, on the index."""
    index_on = ask.index_period()[0] if ask.by_month else visit_on + DAY * lag_days
    unit = _follow(
        records,
        ask,
        patient_id,
        part="reference",
        present_on=index_on,
        index_on=index_on,
        qualifying_on=visit_on,
    )
    return unit if unit.is_patient and unit.is_registered else None


def _follow(
    records: Records,
    ask: Question,
    name: str,
    *,
    part: str,
    present_on: date,
    index_on: date,
    qualifying_on: date | None,
    is_new: bool = False,
    referral_known: bool = True,
) -> Unit:
    patient = next((row for row in records.patients if row.patient_id == name), None)
    spell = next((s for s in merge_spells(records, ask, name) if s[0] <= present_on < s[1]), None)
    died = patient.date_of_death if patient else None
    at_risk = _days_at_risk(ask, spell, died)
    months = list_months(ask, index_on)
    windows = windows_of(ask)
    whole = {part: [d for m in windows[part] for d in days_of(months[m])] for part in windows}
    complete = all(day in at_risk for part in ("before", "after") for day in whole[part])
    contacts = _count_by_month(records, ask, name, months, at_risk)
    bands, past = _count_bands(records, ask, name, qualifying_on, at_risk)
    has_history = qualifying_on is not None and complete and past
    unit = Unit(
        patient_id=name,
        part=part,
        is_new=is_new,
        index_on=index_on,
        qualifying_on=qualifying_on,
        referral_known=referral_known,
        is_patient=patient is not None,
        is_registered=spell is not None,
        sex=patient.sex if patient else "unknown",
        age_band=_age_band(ask, patient.date_of_birth, index_on) if patient else "unknown",
        days_before=sum(day in at_risk for day in whole["before"]),
        days_after=sum(day in at_risk for day in whole["after"]),
        is_complete=complete,
        has_earlier=all(d in at_risk for days in whole.values() for d in days),
        has_history=has_history,
        earlier=sum(contacts[m] for m in windows["earlier"]),
        before=sum(contacts[m] for m in windows["before"]),
        after=sum(contacts[m] for m in windows["after"]),
        bands=bands,
        contacts={m: contacts[m] for m in course_months(ask)},
        days={m: sum(d in at_risk for d in days_of(months[m])) for m in course_months(ask)},
        step="",
    )
    if part != "seen":
        return unit
    after_to = months[ask.study.windows.after_months][1]
    step = _find_step(ask, unit, spell=spell, died=died, after_to=after_to)
    return Unit(**{**vars(unit), "step": step})


def _days_at_risk(ask: Question, spell: Spell | None, died: date | None) -> set[date]:
    """Days registered (in that one spell), alive, inside the extract; the day of death counts."""
    assert ask.site.extract_from is not None
    assert ask.site.extract_to is not None
    return {
        day
        for day in days_of((ask.site.extract_from, ask.site.extract_to))
        if spell is not None and spell[0] <= day < spell[1] and (died is None or day <= died)
    }


def _contact_days(records: Records, ask: Question, name: str, at_risk: set[date]) -> list[date]:
    """Days of counted contacts while at risk; a day stands once, or once an appointment."""
    days = sorted(
        row.start_date
        for row in records.appointments
        if row.patient_id == name and ask.counts(row) and row.start_date in at_risk
    )
    return sorted(set(days)) if ask.one_a_day() else days


def _count_by_month(
    records: Records, ask: Question, name: str, months: Mapping[int, Spell], at_risk: set[date]
) -> dict[int, int]:
    days = _contact_days(records, ask, name, at_risk)
    return {
        month: sum(start <= day < end for day in days) for month, (start, end) in months.items()
    }


def _count_bands(
    records: Records, ask: Question, name: str, visit_on: date | None, at_risk: set[date]
) -> tuple[tuple[int, int, int], bool]:
    """Contacts in the bands before the visit, and whether the whole history was at risk."""
    if visit_on is None:
        return (0, 0, 0), False
    last = ask.study.windows.history_months
    days = _contact_days(records, ask, name, at_risk)
    edges = ((0, 3), (3, 6), (6, max(last, 6)))
    counts = [
        sum(month_later(visit_on, -far) <= day < month_later(visit_on, -near) for day in days)
        for near, far in edges
    ]
    whole = all(day in at_risk for day in days_of((month_later(visit_on, -last), visit_on)))
    return (counts[0], counts[1], counts[2]), whole


def _age_band(ask: Question, born: date, on: date) -> str:
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    starts = [0, *ask.study.reference.age_bands]
    for position, start in enumerate(starts):
        last = position == len(starts) - 1
        if age >= start and (last or age < starts[position + 1]):
            return f"{start}+" if last else f"{start}-{starts[position + 1] - 1}"
    return "unknown"


def _find_step(
    ask: Question, unit: Unit, *, spell: Spell | None, died: date | None, after_to: date
) -> str:
    """The first reason that applies for which a person seen is left out, or `compared`."""
    if not unit.is_patient:
        return "not_a_patient"
    if spell is None:
        return "not_registered"
    if not unit.is_new:
        return "ongoing"
    if unit.is_complete:
        if unit.has_history:
            return "compared"
        return "short_history" if unit.qualifying_on else "no_visit"
    if died is not None and died < after_to:
        return "died"
    if spell[1] < after_to:
        return "left"
    assert ask.site.extract_to is not None
    return "records_end" if ask.site.extract_to < after_to else "joined_late"


def list_counted(seen: Mapping[str, Unit]) -> list[Unit]:
    """The people seen whose contacts are counted: patients, registered on the day."""
    return [unit for unit in seen.values() if unit.is_patient and unit.is_registered]


def count_steps(seen: Mapping[str, Unit]) -> Counter[str]:
    """How many people were seen, and how many stand at each step."""
    steps: Counter[str] = Counter(unit.step for unit in seen.values())
    steps["referral_unknown"] = sum(
        unit.is_new and not unit.referral_known for unit in list_counted(seen)
    )
    return +steps


@dataclass(frozen=True)
class Sums:
    """n, S and Q over units: counts and days at risk of each month; n has any day at risk."""

    n: int
    s: tuple[int, ...]
    q: tuple[tuple[int, ...], ...]


def sum_moments(units: Iterable[Unit], months: list[int]) -> Sums:
    """Sums and products of (counts, days) over units, months in this order."""
    size = 2 * len(months)
    n, s, q = 0, [0] * size, [[0] * size for _ in range(size)]
    for unit in units:
        days = [unit.days[month] for month in months]
        z = [unit.contacts[month] for month in months] + days
        n += any(days)
        for row in range(size):
            s[row] += z[row]
            for column in range(size):
                q[row][column] += z[row] * z[column]
    return Sums(n, tuple(s), tuple(tuple(row) for row in q))
