"""What of the series by practice and month may leave, as rows for `release`, for nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from righthelp.onsite.disclosure import SUMS_FROM, Policy, round_to_base
from righthelp.onsite.series import PracticeMonth
from righthelp.schema import Row


def list_series_rows(series: Sequence[PracticeMonth], policy: Policy) -> Iterable[Row]:
    """The rows of the table series: a month leaves for 50 people or more who had more contacts
    than the policy's threshold, since a few contacts may be one person's."""
    for one in series:
        contacts: int | None = None
        people: int | None = None
        state = "not_collected" if one.month is None else "suppressed"
        if one.people >= SUMS_FROM and one.contacts > policy.threshold:
            contacts, people = round_to_base(one.contacts), round_to_base(one.people)
            state = "rounded"
        yield {
            "practice": one.practice,
            "month": one.month,
            "contacts": contacts,
            "people": people,
            "months_since_start": one.months_since_start,
            "state": state,
        }
