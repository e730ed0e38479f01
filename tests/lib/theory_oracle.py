"""The verdict on a row of a theory, written from the rule in loops: no code of the product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

CHANGES, PRESENCES = ("up", "down", "same"), ("present", "absent")
OTHER_WAY = {
    ("up", "down"),
    ("down", "up"),
    ("same", "up"),
    ("same", "down"),
    ("present", "absent"),
    ("absent", "present"),
}


def fits(
    indicators: Mapping[str, str], seen: Mapping[str, str], *, needs: str | None = None
) -> bool:
    """All that was supplied is as expected, one of it besides the direction of contacts."""
    beyond = 0
    for name, expected in indicators.items():
        found = seen.get(name, "not_supplied")
        if found == "not_supplied":
            continue
        if found != expected:
            return False
        if name != "gp_contacts":
            beyond += 1
    if needs is not None and seen.get(needs, "not_supplied") not in ("present", "not_supplied"):
        return False
    return beyond > 0


def judge(
    indicators: Mapping[str, str],
    seen: Mapping[str, str],
    *,
    needs: str | None = None,
    rivals: Iterable[tuple[Mapping[str, str], str | None]] = (),
) -> str:
    """The verdict on one row; rivals: their indicators and what their context needs."""
    if needs is not None and seen.get(needs) == "absent":
        return "not_looked_at"
    supplied = {
        name: seen[name] for name in indicators if seen.get(name, "not_supplied") != "not_supplied"
    }
    if not supplied:
        return "not_looked_at"
    for name, found in supplied.items():
        if (indicators[name], found) in OTHER_WAY:
            return "contradicted"
    if not fits(indicators, seen, needs=needs):
        return "not_distinguishable"
    for other, other_needs in rivals:
        if fits(other, seen, needs=other_needs):
            return "not_distinguishable"
    return "consistent"
