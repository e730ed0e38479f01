"""One look at a site's records, as the practice reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["good", "look", "blocks"]
"""good: nothing to do; look: somebody who knows the practice should look; blocks: no result can
rest on it as it is."""


@dataclass(frozen=True)
class Look:
    """One look at the records: what was seen, what it does to the result, what to do."""

    name: str
    title: str
    outcome: Outcome
    seen: str
    does: str
    do: str


OUTCOME_WORDS: Mapping[Outcome, str] = {
    "good": "in order",
    "look": "please look",
    "blocks": "must be mended",
}
