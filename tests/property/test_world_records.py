"""For all worlds: the records keep to their declarations and to the rules of a life."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.engine import open_engine
from righthelp.protocol.records import RECORDS
from righthelp.world import Population, World, load_world, simulate

_TYPES = {
    "VARCHAR": "text",
    "DATE": "date",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "DOUBLE": "number",
}

worlds = st.builds(
    World,
    seed=st.integers(0, 2**32),
    n_people=st.integers(3, 400),
    start_on=st.dates(date(2015, 1, 1), date(2023, 12, 1)).map(lambda day: day.replace(day=1)),
    months=st.integers(1, 30),
    n_practices=st.integers(1, 3),
    practices_without_role=st.integers(0, 4),
    gp_rate_per_month=st.sampled_from([0.0, 0.35, 4.0]),
    frailty_variance=st.sampled_from([0.0, 0.6, 3.0]),
    frailty_autocorrelation=st.sampled_from([0.0, 0.98, 1.0]),
    episode_rr=st.sampled_from([0.0, 1.0, 4.0]),
    need_observed=st.booleans(),
    scheme_start_month=st.integers(0, 31),
    scheme_stagger_months=st.integers(0, 8),
    referral_probability=st.sampled_from([0.0, 0.02, 0.5]),
    uptake=st.sampled_from([0.0, 0.8, 0.96]),
    effect_rr=st.sampled_from([0.0, 0.5, 1.0, 1.5, 3.0]),
    death_rate_per_month=st.sampled_from([0.0, 0.03]),
    departure_rate_per_month=st.sampled_from([0.0, 0.05]),
    late_joiner_share=st.sampled_from([0.0, 0.3, 1.0]),
)

# Each returns the rows that break a rule.
RULES = {
    "an appointment outside the registration with its practice, or after death": """
        SELECT * FROM appointments AS a
        WHERE NOT EXISTS (
            SELECT * FROM practice_registrations AS r
            WHERE r.patient_id = a.patient_id AND r.practice_id = a.practice_id
                AND a.start_date >= r.start_date
                AND a.start_date < coalesce(r.end_date, DATE '9999-01-01'))
        OR EXISTS (SELECT * FROM patients AS p
            WHERE p.patient_id = a.patient_id AND a.start_date >= p.date_of_death)""",
    "a link worker contact outside registration, or after death": """
        SELECT * FROM link_worker_contacts AS c JOIN practice_registrations AS r USING (patient_id)
        JOIN patients USING (patient_id)
        WHERE c.date < r.start_date OR c.date >= r.end_date OR c.date >= date_of_death""",
    "a patient without exactly one registration": """
        SELECT patient_id FROM patients LEFT JOIN practice_registrations USING (patient_id)
        GROUP BY patient_id HAVING count(start_date) <> 1 OR count(*) <> 1""",
    "a registration that ends before it starts, or starts before birth": """
        SELECT * FROM practice_registrations JOIN patients USING (patient_id)
        WHERE end_date <= start_date OR start_date < date_of_birth OR end_date > date_of_death""",
    "a birth not on the first of a month, or a child": """
        SELECT * FROM patients, drawn_world
        WHERE day(date_of_birth) <> 1 OR date_of_birth + INTERVAL 18 YEAR > first_day""",
    "a registration at no practice": """
        SELECT * FROM practice_registrations ANTI JOIN practices USING (practice_id)""",
    "booked after it took place, or before joining": """
        SELECT * FROM appointments JOIN practice_registrations AS r USING (patient_id)
        WHERE booked_date > appointments.start_date OR booked_date < r.start_date""",
    "two referrals of one person": """
        SELECT patient_id FROM referrals GROUP BY patient_id HAVING count(*) > 1""",
    "a referral with no attended GP appointment that day": """
        SELECT * FROM referrals
        JOIN practice_registrations USING (patient_id)
        WHERE NOT EXISTS (SELECT * FROM appointments AS a
            WHERE a.patient_id = referrals.patient_id AND start_date = referred_on
                AND role IN ('gp', 'unknown') AND status = 'attended')""",
    "an answer before the referral, two answers, or a case closed before the last contact": """
        SELECT referral_id FROM referrals LEFT JOIN link_worker_contacts USING (patient_id)
        GROUP BY ALL
        HAVING least(accepted_on, declined_on, returned_on, closed_on) < min(referred_on)
            OR (accepted_on IS NOT NULL)::INT + (declined_on IS NOT NULL)::INT
                + (returned_on IS NOT NULL)::INT > 1
            OR closed_on < max(date)""",
    "a first contact that is not after an accepted referral, or not attended": """
        SELECT * FROM (
            SELECT patient_id, min(date) AS first_on, arg_min(outcome, date) AS outcome
            FROM link_worker_contacts GROUP BY patient_id
        ) LEFT JOIN referrals USING (patient_id)
        WHERE NOT coalesce(first_on > referred_on AND first_on >= accepted_on, false)
            OR outcome <> 'attended'""",
    "anything before the world, after it, or on a weekend": """
        SELECT day_on FROM (
            SELECT start_date AS day_on FROM appointments
            UNION ALL SELECT date FROM link_worker_contacts
            UNION ALL SELECT referred_on FROM referrals
        ), drawn_world
        WHERE day_on < first_day OR isodow(day_on) > 5
            OR day_on >= first_day + (SELECT to_months(months) FROM drawn_world_length)""",
}


@given(world=worlds)
@settings(max_examples=60)
def test_records_keep_to_their_declarations(world: World) -> None:
    population = simulate(world)
    with open_engine(memory_limit="500MB", threads=1) as engine:
        load_world(engine, population)
        engine.create_table("drawn_world_length", {"months": "INTEGER"}, rows=[(world.months,)])
        for table in RECORDS:
            described = engine.rows(f"SELECT column_name, column_type FROM (DESCRIBE {table.name})")
            assert [name for name, _ in described] == list(table.names)
            for column, (name, kind) in zip(table.columns, described, strict=True):
                assert _TYPES[kind] == column.type or column.type == "number"
                if not column.nullable:
                    assert not engine.rows(f"SELECT * FROM {table.name} WHERE {name} IS NULL")
                if column.values:
                    found = engine.rows(f"SELECT DISTINCT {name} FROM {table.name}")
                    assert {word for (word,) in found} - {None} <= set(column.values)
        for rule, query in RULES.items():
            assert engine.rows(query) == [], rule
        (n_seen,) = engine.rows("SELECT count(DISTINCT patient_id) FROM link_worker_contacts")[0]
        assert n_seen == len(population.truth.person)


@given(world=worlds)
@settings(max_examples=40)
def test_an_effect_changes_nothing_but_gp_visits_after_the_first_contact(world: World) -> None:
    population, idle = simulate(world), simulate(replace(world, effect_rr=1.0))
    truth = population.truth
    np.testing.assert_array_equal(idle.truth.counterfactual, idle.truth.realised)
    np.testing.assert_array_equal(truth.counterfactual, idle.truth.counterfactual)
    np.testing.assert_array_equal(truth.person, idle.truth.person)
    np.testing.assert_array_equal(population.stay.end, idle.stay.end)
    if world.effect_rr <= 1:
        assert (truth.realised <= truth.counterfactual).all()
    else:
        assert (truth.realised >= truth.counterfactual).all()
    if world.effect_rr == 0:
        assert truth.realised_after.sum() == 0
    contact = np.full(world.n_people, 10**6)
    contact[truth.person] = (truth.first_contact_on - population.days.start_on).astype(np.int64)
    np.testing.assert_array_equal(
        _list_visits(population, until=contact), _list_visits(idle, until=contact)
    )


def _list_visits(population: Population, *, until: np.ndarray) -> np.ndarray:
    """Person and day of every attended appointment up to the person's first contact, once a day."""
    book = population.appointments
    kept = (book.status == 0) & (book.day <= until[book.person]) & (book.role == 0)
    return np.unique(np.stack([book.person[kept], book.day[kept]]), axis=1)


@given(world=worlds)
@settings(max_examples=20)
def test_truth_adds_up(world: World) -> None:
    truth = simulate(world).truth
    n_seen = len(truth.person)
    for table in (truth.expected, truth.counterfactual, truth.realised):
        assert table.shape == (n_seen, world.months)
    assert (truth.expected_after <= truth.expected.sum(axis=1) + 1e-9).all()
    assert (truth.counterfactual_after <= truth.counterfactual.sum(axis=1)).all()
    assert (truth.realised_after <= truth.realised.sum(axis=1)).all()
    assert (truth.referred_on < truth.first_contact_on).all()
