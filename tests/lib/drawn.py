"""Records and studies that Hypothesis draws: few people, many edges."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from righthelp.protocol.study import Study
from tests.lib.oracle import month_later
from tests.lib.records import (
    Appointment,
    LinkWorkerContact,
    Patient,
    Records,
    Referral,
    Registration,
)
from tests.lib.studies import make_study, site_of

PRACTICES = ("P1", "P2", "P3")
KINDS = (
    # Most are plain contacts, so that counts are above 0.
    *[("attended", "gp", "face_to_face")] * 5,
    ("attended", "gp", "telephone"),
    ("attended", "nurse", "face_to_face"),
    ("attended", "link_worker", "face_to_face"),
    ("attended", "unknown", "unknown"),
    ("did_not_attend", "gp", "face_to_face"),
    ("arrived", "gp", "video"),
    ("unknown", "gp", "home_visit"),
)
LONG = (date(2020, 1, 1), date(2027, 1, 1))
OUTCOMES = (None, None, "attended", "attended", "did_not_attend")


@st.composite
def studies(draw: st.DrawFn, anchor: str | None = None) -> Study:
    """Studies over every rule that changes what is counted."""
    anchor = anchor or draw(st.sampled_from(["month", "date"]))
    index: dict[str, object] = {"anchor": anchor, "who": draw(st.sampled_from(["new", "all"]))}
    if anchor == "date":
        first = draw(st.sampled_from([date(2024, 2, 29), date(2024, 1, 15), date(2023, 8, 31)]))
        index |= {
            "index_from": first,
            "index_to": first + timedelta(draw(st.sampled_from([1, 31, 120, 366]))),
        }
    practices: tuple[str, ...] = draw(st.sampled_from([(), ("P1",), ("P1", "P2")]))
    extract = draw(st.sampled_from([LONG, LONG, (date(2023, 1, 17), date(2024, 10, 3))]))
    return make_study(
        site={"practices": practices, "extract_from": extract[0], "extract_to": extract[1]},
        index=index,
        windows={
            "before_months": draw(st.sampled_from([6, 6, 3, 9])),
            "after_months": draw(st.sampled_from([6, 6, 3, 12])),
            "washout_days": draw(st.sampled_from([0, 14, 45])),
            "history_months": draw(st.sampled_from([12, 12, 6, 18])),
        },
        contacts={
            "roles": draw(st.sampled_from([("gp",), ("gp", "nurse")])),
            "modes": draw(
                st.sampled_from(
                    [
                        ("face_to_face", "telephone", "video", "home_visit", "written", "unknown"),
                        ("face_to_face",),
                    ]
                )
            ),
            "statuses": draw(st.sampled_from([("attended",), ("attended", "arrived")])),
            "categories": draw(st.sampled_from([(), (), ("A",)])),
            "same_day": draw(st.sampled_from(["one", "all"])),
            "if_role_missing": "all_staff_marked",
        },
        reference={
            "per_seen": draw(st.sampled_from([1, 20])),
            "lag_days": draw(st.sampled_from([0, 30, 200])),
        },
    )


@st.composite
def records(draw: st.DrawFn, study: Study, *, max_people: int = 10) -> Records:
    """The records of a few people; most of them seen, nearly every date at the edge of a rule."""
    first, end = study.index_range(site_of(study))
    in_period = st.one_of(
        st.sampled_from([first, end - timedelta(1)]),
        st.integers(0, (end - first).days - 1).map(lambda number: first + timedelta(number)),
    )
    total = Records()
    for number in range(draw(st.integers(1, max_people))):
        total += _draw_person(draw, f"p{number}", study, in_period)
    # The engine refuses a site where nobody was seen.
    last = LinkWorkerContact("p0", draw(in_period))
    return total + Records(link_worker_contacts=(last,))


def _list_edges(study: Study, contact: date, visit: date) -> list[date]:
    """The days at which windows, months, the extract and the index period begin or end."""
    site, windows = site_of(study), study.windows
    first, end = study.index_range(site)
    by_month = study.index.anchor == "month"
    index = first if by_month else contact
    after = (end if by_month else contact + timedelta(1)) + timedelta(windows.washout_days)
    back = (0, 6, windows.before_months, 2 * windows.before_months + 1, windows.history_months)
    assert site.extract_from is not None
    assert site.extract_to is not None
    return [
        *(month_later(index, -months) for months in back),
        *(month_later(after, months) for months in (0, 1, windows.after_months)),
        *(month_later(visit, -months) for months in (0, 3, 6, windows.history_months)),
        *(first, end, month_later(first, -6), site.extract_from, site.extract_to),
        *(contact, visit),
    ]


def _list_reach(study: Study, contact: date, visit: date) -> tuple[list[date], list[date]]:
    """The days from which, and up to which, somebody must be at risk for something to count."""
    windows = study.windows
    first, end = study.index_range(site_of(study))
    by_month = study.index.anchor == "month"
    index = first if by_month else contact
    after = (end if by_month else contact + timedelta(1)) + timedelta(windows.washout_days)
    gap = int(by_month) + round(windows.washout_days / 30.44)
    starts = [
        month_later(index, -windows.before_months),
        month_later(index, -2 * windows.before_months - gap),
        month_later(visit, -windows.history_months),
        contact,
    ]
    return starts, [month_later(after, windows.after_months), after, contact]


def _sum_up(pair: tuple[date, timedelta]) -> date:
    """A day and how far from it."""
    return pair[0] + pair[1]


def _draw_person(
    draw: st.DrawFn, name: str, study: Study, in_period: st.SearchStrategy[date]
) -> Records:
    contact = draw(in_period)
    referral = contact - timedelta(draw(st.sampled_from([0, 1, 30, 95, 190])))
    visit = referral - timedelta(draw(st.sampled_from([0, 1, 40, 150])))
    edges = _list_edges(study, contact, visit)
    # Few days, so that several things happen on one of them or on the day beside it.
    pool = draw(st.lists(st.sampled_from(edges), min_size=2, max_size=5))
    near = st.tuples(st.sampled_from(pool), st.sampled_from([0, 0, 0, -1, 1]))
    day = st.one_of(
        near.map(lambda found: found[0] + timedelta(found[1])),
        st.sampled_from(edges),
        st.integers(-560, 460).map(lambda number: contact + timedelta(number)),
    )
    beside = st.sampled_from([0, 0, -1, 1]).map(timedelta)
    starts, stops = _list_reach(study, contact, visit)
    start = st.one_of(st.tuples(st.sampled_from(starts), beside).map(_sum_up), day)
    stop = st.one_of(st.tuples(st.sampled_from(stops), beside).map(_sum_up), day)
    seen = draw(st.integers(0, 3)) > 0
    return Records(
        _draw_patient(draw, name, stop),
        _draw_registrations(draw, name, start, stop),
        _draw_appointments(draw, name, day, visit),
        tuple(
            LinkWorkerContact(name, on, draw(st.sampled_from(OUTCOMES)))
            for on in [*([contact] if seen else []), *draw(st.lists(day, max_size=2))]
        ),
        tuple(
            Referral(name, on)
            for on in [
                *([referral] if seen and draw(st.booleans()) else []),
                *draw(st.lists(day, max_size=2)),
            ]
        ),
    )


def _draw_patient(draw: st.DrawFn, name: str, end: st.SearchStrategy[date]) -> tuple[Patient, ...]:
    born = draw(st.sampled_from([date(1943, 3, 1), date(1984, 4, 1), date(2001, 12, 1)]))
    died = draw(end) if draw(st.integers(0, 3)) == 3 else None
    sex = draw(st.sampled_from(["female", "male"]))
    return (Patient(name, born, died, sex),) if draw(st.sampled_from([True] * 12 + [False])) else ()


def _draw_registrations(
    draw: st.DrawFn, name: str, begin: st.SearchStrategy[date], end: st.SearchStrategy[date]
) -> tuple[Registration, ...]:
    long_ago = date(2010, 1, 1)
    always = st.just([(long_ago, None)])
    spells = draw(
        st.one_of(
            *(always, always, always),
            begin.map(lambda on: [(on, None)]),
            st.tuples(begin, end).map(lambda two: [two]),
            end.map(lambda on: [(long_ago, on)]),
            st.tuples(end, begin).map(lambda two: [(long_ago, two[0]), (two[1], None)]),
            begin.map(lambda on: [(long_ago, on), (on, None)]),
            st.lists(st.tuples(begin, st.one_of(st.none(), end)), max_size=3),
        )
    )
    practices = st.sampled_from(PRACTICES if draw(st.integers(0, 3)) == 3 else ("P1",))
    registrations = [
        Registration(
            name,
            start if stop is None else min(start, stop),
            None if stop is None else max(start, stop),
            draw(practices),
        )
        for start, stop in spells
    ]
    return (*registrations, *registrations[: draw(st.integers(0, 1))])


def _draw_appointments(
    draw: st.DrawFn, name: str, day: st.SearchStrategy[date], visit: date
) -> tuple[Appointment, ...]:
    facts = st.tuples(day, st.sampled_from(KINDS), st.sampled_from(["A", "A", "B", None]))
    appointments = [
        Appointment(name, on, *kind, category, draw(st.sampled_from(PRACTICES)))
        for on, kind, category in draw(st.lists(facts, max_size=10))
    ]
    past = [month_later(visit, -months) for months in (0, 1, 3, 6, 12)]
    if draw(st.sampled_from([True, True, True, False])):
        earlier = draw(st.lists(st.sampled_from(past), max_size=3))
        shift = timedelta(draw(st.sampled_from([0, -1, 1])))
        days = [visit, *(on + shift for on in earlier)]
        appointments += [Appointment(name, on, *KINDS[0], "A") for on in days]
    return (*appointments, *appointments[: draw(st.integers(0, 1))])
