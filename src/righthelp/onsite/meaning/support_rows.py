"""What may leave of the right help, in time: rows for `release`, for nothing else.

Counts of people up to the policy's threshold are withheld, and so is a count that differs by so few
people from another one of which it is a part. Parts of a released total are withheld together, so
that none comes back by subtraction. A step of a curve is told where nobody, or more people than the
threshold, had the event since the last one told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from righthelp.onsite.disclosure import (
    SUMS_FROM,
    Policy,
    hide_complement,
    round_significant,
    round_to_base,
)
from righthelp.onsite.meaning.support import OTHER, Part, StepCount, Support, Wait
from righthelp.returns.support import (
    ALL,
    FATES,
    FLAGS,
    MEASURES,
    NEED_OF,
    NEED_STEPS,
    REACHED,
    REFERRERS,
    RETURNED_FOR,
    STEPS,
)
from righthelp.schema import Row

NEEDS_HELD = {
    "need_recorded": "needs",
    "served": "needs",
    "returned": "referrals.returned_on",
    "repeated": "referrals.closed_on",
}
"""What the records must hold for a measure of referrals to be told."""
_NEED_STEPS_HELD = {
    "offered": "support",
    "fitting_offered": "support",
    "fitting_started": "support.started_on",
    "met": "needs.resolved_on",
}
_FATES_HELD = {
    "declined": "referrals.declined_on",
    "returned": "referrals.returned_on",
    "closed": "referrals.closed_on",
}


def list_support_rows(support: Support, policy: Policy) -> Mapping[str, list[Row]]:
    """The rows of every table of this question, without `site`."""
    return {
        "referrals_in": list(_list_referrals(support, policy)),
        "referral_funnel": list(_list_funnel(support, policy)),
        "return_reasons": list(_list_reasons(support, policy)),
        "needs_met": list(_list_needs(support, policy)),
        "days_to_help": [
            row for wait in support.waits for row in _list_days(wait, support, policy)
        ],
        "flags_back": list(_list_flags(support, policy)),
        "reach_of_list": list(_list_reach(support, policy)),
    }


def hide_columns(
    columns: Sequence[Sequence[int]], policy: Policy, *, hidden: Sequence[bool]
) -> list[bool]:
    """Which rows of a table are withheld so that no column gives a withheld one back from its
    released total; `hidden`: those that are withheld anyway."""
    withheld = list(hidden)
    while True:
        before = list(withheld)
        for counts in columns:
            withheld = hide_complement(counts, policy, hidden=withheld)
        if withheld == before:
            return withheld


def is_few(part: Part, policy: Policy) -> bool:
    """Whether too few people stand behind a part, or behind the rest of what it is a part of."""
    return policy.hides(part.people) or policy.hides(part.people_rest)


def _list_referrals(support: Support, policy: Policy) -> Iterator[Row]:
    parts = support.referrals
    totals = {name: parts[ALL, name] for name in MEASURES}
    total_hidden = {name: is_few(one, policy) for name, one in totals.items()}
    total_hidden["need_recorded"] |= policy.hides(totals["need_recorded"].n - totals["served"].n)
    total_hidden["repeated"] |= policy.hides(totals["referred"].n - totals["repeated"].of)
    by_role = [referrer for referrer in REFERRERS if parts[referrer, "referred"].n]
    counts = [parts[referrer, "referred"].n for referrer in by_role]
    small = hide_complement(counts, policy)
    for name in MEASURES:
        needed = NEEDS_HELD.get(name, "referrals")
        if needed not in support.held:
            yield _referral(ALL, name, None, state="not_collected")
            continue
        yield _referral(ALL, name, None if total_hidden[name] else totals[name])
        if name not in ("referred", "served", "returned"):
            continue
        if "referrals.referrer_role" not in support.held:
            continue
        hidden = small
        if name != "referred":
            own = [parts[referrer, name] for referrer in by_role]
            hidden = hide_columns(
                ([one.n for one in own], [one.of - one.n for one in own]),
                policy,
                hidden=[few or is_few(one, policy) for few, one in zip(small, own, strict=True)],
            )
        # Where the total is withheld, the noughts alone would tell where its few people are.
        for referrer, hide in zip(by_role, hidden, strict=True):
            hide = hide or total_hidden[name]
            yield _referral(referrer, name, None if hide else parts[referrer, name])


def _referral(referrer: str, measure: str, part: Part | None, *, state: str = "") -> Row:
    return {
        "referrer": referrer,
        "measure": measure,
        **_show_part(part, state, whole=measure == "referred"),
    }


def _show_part(part: Part | None, state: str = "", *, whole: bool = False) -> dict[str, object]:
    """A part rounded; `whole`: it is itself what others are parts of."""
    if part is None:
        return {"n": None, "of": None, "state": state or "suppressed"}
    of = None if whole else round_to_base(part.of)
    return {"n": round_to_base(part.n), "of": of, "state": "rounded"}


def hide_steps(steps: Sequence[StepCount], policy: Policy) -> list[bool]:
    """Which steps are withheld: few people, or by few fewer than at the last step that is told."""
    hidden: list[bool] = []
    last: int | None = None
    for one in steps:
        few = policy.hides(one.n) or (last is not None and policy.hides(last - one.n))
        hidden.append(few)
        last = last if few else one.n
    return hidden


def _list_funnel(support: Support, policy: Policy) -> Iterator[Row]:
    told = {one.step: place for place, one in enumerate(support.steps)}
    hidden = hide_steps(support.steps, policy)
    for step in STEPS:
        if step not in told:
            yield {"step": step, "fate": REACHED, "n": None, "state": "not_collected"}
            continue
        place = told[step]
        one = support.steps[place]
        n = None if hidden[place] else round_to_base(one.n)
        yield {"step": step, "fate": REACHED, "n": n, "state": _state(n)}
        if place == 0:
            continue
        # Without the step before, or with only the difference to an earlier one, nothing is told.
        lost = _hide_lost(support.steps[place - 1], one, policy)
        unknown = hidden[place - 1] or (hidden[place] and not policy.hides(one.n))
        for fate, hide in zip(FATES, lost, strict=True):
            if _FATES_HELD.get(fate, "referrals") not in support.held:
                yield {"step": step, "fate": fate, "n": None, "state": "not_collected"}
                continue
            n = None if unknown or hide else round_to_base(one.lost[fate])
            yield {"step": step, "fate": fate, "n": n, "state": _state(n)}


def _hide_lost(before: StepCount, one: StepCount, policy: Policy) -> list[bool]:
    """Which of those lost between two steps are withheld, in the order of FATES: they and those who
    went on make up the people of the step before.

    Referrals returned are told in a total of their own, so they cover others only where nobody else
    can. Where the step itself is told, those lost must cover each other.
    """
    assert one.n + sum(one.lost.values()) == before.n
    apart = {"returned"} if one.lost["returned"] > policy.threshold else set()
    for left_out in (apart, set()):
        fates = [fate for fate in FATES if fate not in left_out]
        counts = [one.lost[fate] for fate in fates]
        if policy.hides(one.n):
            withheld = hide_complement([one.n, *counts], policy)[1:]
            together = one.n
        else:
            withheld, together = hide_complement(counts, policy), 0
        together += sum(n for n, hide in zip(counts, withheld, strict=True) if hide)
        if not policy.hides(together):
            break
    hidden = dict(zip(fates, withheld, strict=True))
    return [hidden.get(fate, False) for fate in FATES]


def _list_reasons(support: Support, policy: Policy) -> Iterator[Row]:
    if "referrals.returned_on" not in support.held:
        return
    counts = [support.reasons[reason] for reason in RETURNED_FOR]
    few = is_few(support.referrals[ALL, "returned"], policy)
    hidden = [True] * len(counts) if few else hide_complement(counts, policy)
    for reason, n, hide in zip(RETURNED_FOR, counts, hidden, strict=True):
        shown = None if hide else round_to_base(n)
        yield {"reason": reason, "n": shown, "state": _state(shown)}


def _list_needs(support: Support, policy: Policy) -> Iterator[Row]:
    needs = list(dict.fromkeys(need for need, _ in support.needs))
    named = [need for need in needs if need not in (ALL, OTHER)]
    hidden = {need: _hide_chain(support.needs, need, policy=policy) for need in needs}
    for name in NEED_STEPS:
        own = [support.needs[need, name] for need in named]
        columns = ([one.people for one in own], [one.people_rest for one in own])
        withheld = hide_columns(columns, policy, hidden=[hidden[need][name] for need in named])
        for need, hide in zip(named, withheld, strict=True):
            hidden[need][name] = hide or hidden[ALL][name]
    for need in needs:
        for name, of in NEED_OF.items():
            part = support.needs[need, name]
            held = {"needs", _NEED_STEPS_HELD.get(name, "needs")} <= support.held
            state = "" if held else "not_collected"
            if need == OTHER and held and name in ("fitting_offered", "fitting_started"):
                state = "not_estimable"
            hide_it = bool(state) or hidden[need][name] or (of is not None and hidden[need][of])
            shown = _show_part(None if hide_it else part, state, whole=of is None)
            yield {"need": need, "measure": name, **shown}


def _hide_chain(
    parts: Mapping[tuple[str, str], Part], need: str, *, policy: Policy
) -> dict[str, bool]:
    """Which measures of one need are withheld: few people behind them, or behind the difference to
    the last one told of which they are a part; nobody at all says nothing of anyone."""
    hidden: dict[str, bool] = {}
    last: Part | None = None
    for name, of in NEED_OF.items():
        part = parts[need, name]
        hidden[name] = policy.hides(part.people) or (of is not None and is_few(part, policy))
        if name != "met":
            hidden[name] |= last is not None and policy.hides(last.n - part.n)
            last = last if hidden[name] else part
    return hidden


def _list_days(wait: Wait, support: Support, policy: Policy) -> Iterator[Row]:
    held = "referrals" if wait.event == "first_contact" else "support.started_on"
    since = 0
    may = wait.n >= SUMS_FROM
    for gap in wait.gaps:
        point = gap.point
        since += gap.happened
        row: dict[str, object] = {"event": wait.event, "day": point.day}
        nothing = {"share": None, "se": None, "n_at_risk": None, "n": None}
        if held not in support.held:
            yield {**row, **nothing, "state": "not_collected"}
            continue
        if point.share is None:
            yield {**row, **nothing, "state": "not_estimable"}
            continue
        if not may or policy.hides(since) or policy.hides(point.n_at_risk):
            yield {**row, **nothing, "state": "suppressed"}
            continue
        since = 0
        yield {
            **row,
            "share": round(point.share, 2),
            "se": None if point.se is None else round_significant(point.se, 2),
            "n_at_risk": round_to_base(point.n_at_risk),
            "n": round_to_base(wait.n),
            "state": "rounded",
        }


def _list_flags(support: Support, policy: Policy) -> Iterator[Row]:
    collected = "flags" in support.held
    kinds = [kind for kind in FLAGS if kind != "any"]
    parts = [support.flags[kind] for kind in kinds]
    columns = ([one.n for one in parts], [one.of - one.n for one in parts])
    hidden = hide_columns(columns, policy, hidden=[is_few(one, policy) for one in parts])
    few = is_few(support.flags["any"], policy)
    for kind, hide in zip(("any", *kinds), (few, *hidden), strict=True):
        part = support.flags[kind]
        if not collected:
            yield {"kind": kind, **_show_part(None, "not_collected")}
        else:
            too_few = hide or few or part.of < SUMS_FROM
            yield {"kind": kind, **_show_part(None if too_few else part)}


def _list_reach(support: Support, policy: Policy) -> Iterator[Row]:
    for characteristic, levels in support.reach.items():
        seen = [n for n, _ in levels.values()]
        registered = [n for _, n in levels.values()]
        anything = sum(n for level, (_, n) in levels.items() if level != "not recorded")
        rest = [max(0, b - a) for a, b in levels.values()]
        hidden = hide_columns((seen, registered), policy, hidden=[policy.hides(n) for n in rest])
        few = policy.hides(sum(seen)) or policy.hides(sum(registered))
        for (level, (n_seen, n_registered)), of_level in zip(levels.items(), hidden, strict=True):
            hide = few or of_level
            row = {"characteristic": characteristic, "level": level}
            if not anything:
                yield {**row, "n_seen": None, "n_registered": None, "state": "not_collected"}
                continue
            yield {
                **row,
                "n_seen": None if hide else round_to_base(n_seen),
                "n_registered": None if hide else round_to_base(n_registered),
                "state": "suppressed" if hide else "rounded",
            }


def _state(n: int | None) -> str:
    return "suppressed" if n is None else "rounded"
