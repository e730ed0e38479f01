"""Whether cases and comparators ran in parallel before, in months that they were not matched on.

Only such months can show a difference; matched months are alike by construction (METHODS.md
section 5).
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import FloatArray, as_codes, as_counts
from righthelp.estimators.influence import sum_products_by_group, two_way_products

CONTACTS_A_MONTH = 5
SETS_A_MONTH = 5
RANK_TOLERANCE = 1e-10


@dataclass(frozen=True)
class Pretrend:
    """The joint test that the log rate ratio of cases to comparators is the same in every month.

    statistic: Wald, df = K-1. p_value: of it, by Hotelling's F; p_chi2: the same by chi-square,
    close to it only where sets are many (at 60 sets and 12 months without a difference chi-square
    rejects in 18% of draws, F in 6%). slope: change of the log rate ratio a month (least squares
    over the months), slope_se its error. All None when status is "not_informative"; reason reads
    on from "because".
    """

    status: Literal["ok", "not_informative"]
    statistic: float | None
    df: int
    p_value: float | None
    p_chi2: float | None
    slope: float | None
    slope_se: float | None
    n_sets: int
    reason: str = ""

    def __post_init__(self) -> None:
        numbers = (self.statistic, self.p_value, self.p_chi2, self.slope, self.slope_se)
        assert {number is None for number in numbers} == {self.status != "ok"}
        assert bool(self.reason) == (self.status != "ok")

    @property
    def slope_p_value(self) -> float | None:
        """Two-sided normal p-value of the slope, the sharper test against a steady drift."""
        if self.slope is None or self.slope_se is None:
            return None
        return math.erfc(abs(self.slope) / self.slope_se / math.sqrt(2))


def check_pretrend(
    *,
    case_counts: npt.ArrayLike,
    row_counts: npt.ArrayLike,
    row_set: npt.ArrayLike | None = None,
    case_person: npt.ArrayLike | None = None,
    row_person: npt.ArrayLike | None = None,
) -> Pretrend:
    """Return the joint test over K months, and the slope, with errors by set and by person.

    case_counts: (n, K), one row a set, months (or quarters) in order of time; row_counts: (r, K),
    one row a comparator of a set, row_set: (r,) its set 0..n-1, or else row i is the mean of set
    i's comparators. case_person, row_person: codes, the same on both sides, both or neither; one
    person is in a set only once. Everybody is observed in all K months: the caller sees to it.
    theta_k = log(A_k/B_k), A_k the cases' sum and B_k the sum over sets of the comparators' means;
    psi = a_k/A_k - 1/n for a case, -(1/size of the set)(b_k/B_k - 1/n) for a comparator;
    V = [sum over sets (sum psi)(sum psi)' + the same over people - sum over rows psi psi'] times
    n/(n-1). Fewer than 5 contacts expected in a month on a side were the ratio constant (whole
    comparator contacts, where rows are people), none counted in one, fewer than 5 sets a month, or
    a singular V: not informative. Sources: Cameron, Gelbach & Miller 2011, J Bus Econ Stat
    29:238 (two-way errors); Hotelling 1931, Ann Math Stat 2:360 (T^2 is df (n-1)/(n-df) F). Checked
    against statsmodels GLM clustered by set where nobody is reused, against a loop over pairs of
    rows where somebody is, and by simulated p-values.
    """
    cases, rows = as_counts(case_counts, ndim=2), as_counts(row_counts, ndim=2)
    n, k = cases.shape
    sets = np.arange(n) if row_set is None else as_codes(row_set)
    size = np.bincount(sets, minlength=n)
    assert rows.shape == (sets.size, k)
    assert size.size == n and (size > 0).all(), "every set has a comparator"
    assert k >= 2, "a trend needs two months"
    assert (case_person is None) == (row_person is None)
    means = rows / size[sets][:, None]
    reason = _why_not(cases.sum(axis=0), means.sum(axis=0), rows.sum(), n)
    if reason:
        return _not_informative(n, k, reason)
    influence = np.vstack(
        [
            cases / cases.sum(axis=0) - 1 / n,
            1 / (n * size[sets][:, None]) - means / means.sum(axis=0),
        ]
    )
    group = np.concatenate([np.arange(n), sets])
    if case_person is not None and row_person is not None:
        person = np.concatenate([as_codes(case_person), as_codes(row_person)])
        assert person.size == n + sets.size
        covariance = two_way_products(influence=influence, group=group, person=person)
    else:
        covariance = sum_products_by_group(influence=influence, group=group)
    log_ratio = np.log(cases.sum(axis=0)) - np.log(means.sum(axis=0))
    return _test(log_ratio, covariance * n / (n - 1), n)


def _why_not(cases: FloatArray, means: FloatArray, n_contacts: float, n: int) -> str:
    k = cases.size
    if n < SETS_A_MONTH * k:
        return f"fewer than {SETS_A_MONTH} matched sets a month"
    if not (cases.all() and means.all()):
        return "in one of the months a side had no contacts"
    # Expected, not counted: months that are low by chance are part of what is tested.
    share = ((cases + means) / (cases + means).sum()).min()
    if min(cases.sum(), n_contacts) * share < CONTACTS_A_MONTH:
        return f"fewer than {CONTACTS_A_MONTH} contacts are expected in one of the months"
    return ""


def _not_informative(n: int, k: int, reason: str) -> Pretrend:
    return Pretrend("not_informative", None, k - 1, None, None, None, None, n, reason)


def _test(log_ratio: FloatArray, covariance: FloatArray, n: int) -> Pretrend:
    from scipy.special import chdtrc, fdtrc

    k = log_ratio.size
    df = k - 1
    contrasts = np.eye(k)[1:] - np.eye(k)[0]
    difference, spread = contrasts @ log_ratio, contrasts @ covariance @ contrasts.T
    values = np.linalg.eigvalsh(spread)
    if values[0] <= RANK_TOLERANCE * np.trace(covariance):
        return _not_informative(n, k, "the errors of the months cannot be told apart")
    statistic = float(difference @ np.linalg.solve(spread, difference))
    month = np.arange(k) - (k - 1) / 2
    form = month / (month @ month)
    return Pretrend(
        status="ok",
        statistic=statistic,
        df=df,
        p_value=float(fdtrc(df, n - df, statistic * (n - df) / (df * (n - 1)))),
        p_chi2=float(chdtrc(df, statistic)),
        slope=float(form @ log_ratio),
        slope_se=math.sqrt(form @ covariance @ form),
        n_sets=n,
    )
