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
    extract = draw(
        st.sampled_from(
            [(date(2021, 1, 1), date(2026, 1, 1)), (date(2023, 1, 17), date(2024, 10, 3))]
        )
    )
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


def _edges(study: Study) -> list[date]:
    """Days at which something begins or ends, and the days beside them."""
    first, end = study.index_range(site_of(study))
    steps = range(-19, 16)
    days = {month_later(start, step) for start in (first, end) for step in steps}
    return sorted(day + timedelta(shift) for day in days for shift in (-1, 0, 1, 14))


@st.composite
def _ways_in(draw: st.DrawFn, in_period: st.SearchStrategy[date]) -> tuple[date, date, list[date]]:
    """A contact, the referral before it, the visit before that, and visits before and after."""
    contact = draw(in_period)
    referral = contact - timedelta(draw(st.sampled_from([0, 1, 30, 95, 250])))
    visit = referral - timedelta(draw(st.sampled_from([0, 1, 40, 185])))
    shifts = draw(st.lists(st.sampled_from([-5, -91, -93, -184, -200, -364, -366, 60]), max_size=5))
    return contact, referral, [visit, *(visit + timedelta(shift) for shift in shifts)]


@st.composite
def records(draw: st.DrawFn, study: Study, *, max_people: int = 10) -> Records:
    """The records of a few people; most of them seen, many at the edge of a rule."""
    edges = _edges(study)
    first, end = study.index_range(site_of(study))
    span = (edges[-1] - edges[0]).days
    near = [month_later(first, -6), month_later(first, -1), first, month_later(end, 6)]
    day = st.one_of(
        st.sampled_from(edges),
        st.sampled_from(near),
        st.integers(0, span).map(lambda number: edges[0] + timedelta(number)),
    )
    in_period = st.integers(0, (end - first).days - 1).map(lambda n: first + timedelta(n))
    people = draw(st.integers(1, max_people))
    total = Records()
    for number in range(people):
        total += _draw_person(draw, f"p{number}", day, in_period)
    # The engine refuses a site where nobody was seen.
    last = LinkWorkerContact("p0", draw(in_period))
    return total + Records(link_worker_contacts=(last,))


def _draw_person(
    draw: st.DrawFn, name: str, day: st.SearchStrategy[date], in_period: st.SearchStrategy[date]
) -> Records:
    born = draw(st.sampled_from([date(1943, 3, 1), date(1984, 4, 1), date(2001, 12, 1)]))
    died = draw(st.one_of(st.none(), st.none(), st.none(), day))
    sex = draw(st.sampled_from(["female", "male"]))
    is_patient = draw(st.integers(0, 9)) > 0
    spells = draw(
        st.one_of(
            st.just([(date(2010, 1, 1), None)]),
            st.lists(st.tuples(day, st.one_of(st.none(), day)), max_size=3),
        )
    )
    registrations = [
        Registration(
            name,
            start if stop is None else min(start, stop),
            None if stop is None else max(start, stop),
            draw(st.sampled_from(PRACTICES if draw(st.booleans()) else ("P1",))),
        )
        for start, stop in spells
    ]
    if registrations and draw(st.integers(0, 5)) == 0:
        registrations.append(registrations[0])
    appointments = [
        Appointment(name, on, *kind, category, draw(st.sampled_from(PRACTICES)))
        for on, kind, category in draw(
            st.lists(
                st.tuples(day, st.sampled_from(KINDS), st.sampled_from(["A", "A", "B", None])),
                max_size=8,
            )
        )
    ]
    if draw(st.booleans()) and appointments:
        appointments.append(appointments[0])
    contacts = draw(
        st.lists(
            st.tuples(st.one_of(in_period, in_period, day), st.sampled_from(OUTCOMES)), max_size=3
        )
    )
    referrals = draw(st.lists(st.one_of(day, in_period), max_size=2))
    if draw(st.booleans()):
        contact, referral, visits = draw(_ways_in(in_period))
        contacts.append((contact, None))
        referrals.append(referral)
        appointments += [Appointment(name, on, *KINDS[0], "A") for on in visits]
    return Records(
        (Patient(name, born, died, sex),) if is_patient else (),
        tuple(registrations),
        tuple(appointments),
        tuple(LinkWorkerContact(name, on, outcome) for on, outcome in contacts),
        tuple(Referral(name, on) for on in referrals),
    )
