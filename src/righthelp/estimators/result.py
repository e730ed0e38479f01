"""The result of every design: a log rate ratio, or the reason why there is none."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal, Self

Status = Literal["ok", "point_only", "not_estimable"]

NO_VARIATION = "people do not differ from one another, so no interval can be made"


@dataclass(frozen=True)
class Estimate:
    """A log rate ratio with its standard error, or a point alone, or neither and the reason.

    log_rr: natural log of the rate ratio; None unless status is "ok" or "point_only".
    se: standard error of log_rr, above 0; None unless status is "ok".
    n: seen people behind it. reason: reads on from "because"; empty only when status is "ok".
    """

    log_rr: float | None
    se: float | None
    n: int
    status: Status
    reason: str = ""

    def __post_init__(self) -> None:
        assert self.n >= 0
        assert (self.log_rr is None) == (self.status == "not_estimable")
        assert (self.se is None) == (self.status != "ok")
        assert self.log_rr is None or math.isfinite(self.log_rr)
        assert self.se is None or (math.isfinite(self.se) and self.se > 0)
        assert bool(self.reason) == (self.status != "ok")

    @classmethod
    def ok(cls, *, log_rr: float, se: float, n: int) -> Self:
        """Return an estimate with its standard error."""
        return cls(float(log_rr), float(se), int(n), "ok")

    @classmethod
    def point(cls, *, log_rr: float, n: int, reason: str) -> Self:
        """Return a point without an interval, and why it has none."""
        return cls(float(log_rr), None, int(n), "point_only", reason)

    @classmethod
    def none(cls, *, n: int, reason: str) -> Self:
        """Return no number at all, and why."""
        return cls(None, None, int(n), "not_estimable", reason)

    @classmethod
    def from_variance(cls, *, log_rr: float, variance: float, n: int) -> Self:
        """Return an estimate from its variance; a point alone for one person or no variance.

        A variance below 1e-20 is rounding: a true one that small would need 10^20 contacts.
        """
        if n < 2:
            return cls.point(log_rr=log_rr, n=n, reason="one person gives no interval")
        if variance <= 1e-20:
            return cls.point(log_rr=log_rr, n=n, reason=NO_VARIATION)
        return cls.ok(log_rr=log_rr, se=math.sqrt(variance), n=n)

    @property
    def rr(self) -> float | None:
        """The rate ratio; None where there is no estimate."""
        return None if self.log_rr is None else math.exp(self.log_rr)

    def interval(self, level: float = 0.95) -> tuple[float, float] | None:
        """Return the normal interval of log_rr at `level`; None without a standard error."""
        if self.log_rr is None or self.se is None:
            return None
        half = NormalDist().inv_cdf((1 + level) / 2) * self.se
        return self.log_rr - half, self.log_rr + half


@dataclass(frozen=True)
class Change:
    """A number before and after, in the unit of whoever makes it, and after less before.

    se: of change; None unless status is "ok". All None when "not_estimable". n: people behind it.
    reason: reads on from "because".
    """

    before: float | None
    after: float | None
    change: float | None
    se: float | None
    n: int
    status: Status
    reason: str = ""

    def __post_init__(self) -> None:
        assert (self.change is None) == (self.status == "not_estimable")
        assert (self.before is None) == (self.after is None) == (self.change is None)
        assert (self.se is None) == (self.status != "ok")
        assert bool(self.reason) == (self.status != "ok")


@dataclass(frozen=True)
class Difference:
    """How a number in cases differs from that in their comparators, in one unit.

    case, comparators: each by itself, often a change; difference: the one less the other; se: of
    it. n: cases behind it. reason: reads on from "because".
    """

    case: float | None
    comparators: float | None
    difference: float | None
    se: float | None
    n: int
    status: Status
    reason: str = ""

    def __post_init__(self) -> None:
        assert (self.difference is None) == (self.status == "not_estimable")
        assert (self.case is None) == (self.comparators is None) == (self.difference is None)
        assert (self.se is None) == (self.status != "ok")
        assert bool(self.reason) == (self.status != "ok")
