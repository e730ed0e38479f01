"""The two array types that the estimators hand to one another."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def as_floats(values: npt.ArrayLike, *, ndim: int = 1) -> FloatArray:
    """Return the values as a finite float64 array with `ndim` dimensions.

    Anything else (NaN, infinity, another number of dimensions) is our bug: an assertion.
    """
    array = np.asarray(values, dtype=np.float64)
    assert array.ndim == ndim, f"expected {ndim} dimension(s), got shape {array.shape}"
    assert np.isfinite(array).all(), "values must be finite"
    return array


def as_counts(values: npt.ArrayLike, *, ndim: int = 1) -> FloatArray:
    """Return counts, weights or exposures as finite float64, none negative, or an assertion."""
    array = as_floats(values, ndim=ndim)
    assert (array >= 0).all(), "counts, weights and exposures are never negative"
    return array


def as_codes(values: npt.ArrayLike, *, ndim: int = 1) -> IntArray:
    """Return integer codes (people, strata) as int64; floats are our bug: an assertion."""
    array = np.asarray(values)
    assert array.ndim == ndim, f"expected {ndim} dimension(s), got shape {array.shape}"
    assert array.size == 0 or np.issubdtype(array.dtype, np.integer), "codes are integers"
    return array.astype(np.int64, copy=False)
