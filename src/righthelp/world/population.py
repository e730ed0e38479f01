"""A simulated population: a few arrays a table, and the truth."""

from __future__ import annotations

from dataclasses import dataclass

from righthelp.world.book import Book, write_book
from righthelp.world.days import Days, Ints, lay_out_days, weigh_months
from righthelp.world.help import Help, give_help
from righthelp.world.need import draw_need
from righthelp.world.people import People, draw_people
from righthelp.world.reasons import Record, draw_reasons, share_reasons, write_record
from righthelp.world.scheme import (
    Contacts,
    Referrals,
    apply_effect,
    refer_people,
    start_scheme,
)
from righthelp.world.settings import World
from righthelp.world.stay import Stay, draw_stay
from righthelp.world.truth import Truth, tell_truth
from righthelp.world.visits import draw_visits


@dataclass(frozen=True)
class Population:
    """Everything the canonical tables need, as arrays by person, referral or appointment.

    People are numbered from 0 in the order of their practices, days from the world's first; the
    tables with their names, texts and dates are made by `tables`.
    """

    world: World
    days: Days
    people: People
    stay: Stay
    scheme_start: Ints
    appointments: Book
    link_worker_contacts: Contacts
    referrals: Referrals
    record: Record
    help: Help
    truth: Truth


def simulate(world: World) -> Population:
    """Make a world: need, visits without a link worker, referral at them, then the effect.

    Everything is drawn first as if nothing were done; the effect then removes or adds visits after
    each first link worker contact, so what would have happened anyway is known person by person.
    """
    days = lay_out_days(world)
    month_weights = weigh_months(world, days)
    people = draw_people(world, days)
    need = draw_need(world, people, month_weights=month_weights)
    stay = draw_stay(world, people, need=need, days=days)
    without = draw_visits(world, people, need=need, stay=stay, days=days)
    referrals, contacts = refer_people(
        world, people, need=need, visits=without, stay=stay, days=days
    )
    shares = share_reasons(world, people)
    reasons = draw_reasons(world, without, shares=shares)
    realised, realised_reasons = apply_effect(
        world,
        without,
        reasons=reasons,
        shares=shares,
        referrals=referrals,
        need=need,
        stay=stay,
        days=days,
    )
    book = write_book(
        world,
        people,
        need=need,
        visits=realised,
        contacts=contacts,
        month_weights=month_weights,
        stay=stay,
        days=days,
    )
    truth = tell_truth(
        world,
        referrals,
        without=without,
        realised=realised,
        reasons=reasons,
        realised_reasons=realised_reasons,
        need=need,
        joined=people.joined,
        stay=stay,
        days=days,
    )
    return Population(
        world=world,
        days=days,
        people=people,
        stay=stay,
        scheme_start=start_scheme(world, days),
        appointments=book,
        link_worker_contacts=contacts,
        referrals=referrals,
        record=write_record(world, people, visits=realised, reasons=realised_reasons, days=days),
        help=give_help(world, people, referrals=referrals, stay=stay, days=days),
        truth=truth,
    )
