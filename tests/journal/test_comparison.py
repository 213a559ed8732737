"""The figures of a comparison against those of scipy and odrpack, near zero and far from it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import odrpack
import pytest
import scipy.stats
import statsmodels.api as sm

from app.journal.figures.comparison import (
    TARGETS,
    Comparison,
    best_lag,
    compare,
    meets,
    target_values,
)

OFFSETS = [0.0, 1e3, 1e9]


def noisy(offset: float, n: int = 2_000, *, slope: float = 1.05) -> tuple[Any, Any]:
    """True values between 5 and 45, measured by both with errors of one unit."""
    random = np.random.default_rng(7)
    true = random.uniform(5, 45, n)
    x = true + random.normal(0, 1, n)
    return x + offset, slope * true - 0.5 + random.normal(0, 1, n) + offset


@pytest.mark.parametrize("offset", OFFSETS)
def test_the_ordinary_line_is_scipys(offset: float) -> None:
    x, y = noisy(offset)
    found = compare(x, y)
    expected = scipy.stats.linregress(x - offset, y - offset)
    assert found.ols is not None
    assert found.r == pytest.approx(expected.rvalue, rel=1e-9)
    assert found.ols.slope == pytest.approx(expected.slope, rel=1e-8)
    assert found.ols.slope_error == pytest.approx(expected.stderr, rel=1e-7)
    if offset == 0:
        assert found.ols.intercept == pytest.approx(expected.intercept, rel=1e-9)
        assert found.ols.intercept_error == pytest.approx(expected.intercept_stderr, rel=1e-9)


@pytest.mark.parametrize("offset", OFFSETS)
def test_the_ordinary_line_and_its_errors_are_statsmodels(offset: float) -> None:
    x, y = noisy(offset)
    found = compare(x, y)
    assert found.ols is not None
    assert found.r is not None
    # A line far from 0 is that of what lies around it: regressed there, so that the other side has
    # its digits, too.
    fitted = sm.OLS(y - offset, sm.add_constant(x - offset)).fit()
    intercept, slope = fitted.params
    assert found.ols.slope == pytest.approx(slope, rel=1e-8)
    assert found.ols.slope_error == pytest.approx(fitted.bse[1], rel=1e-7)
    assert found.r**2 == pytest.approx(fitted.rsquared, rel=1e-8)
    at_offset = found.ols.intercept + found.ols.slope * offset - offset
    assert at_offset == pytest.approx(intercept, abs=1e-9 * max(1.0, offset))
    if offset == 0:
        assert found.ols.intercept_error == pytest.approx(fitted.bse[0], rel=1e-9)


@pytest.mark.parametrize("offset", OFFSETS)
def test_errors_are_those_of_the_differences(offset: float) -> None:
    x, y = noisy(offset)
    found, near = compare(x, y), compare(*noisy(0))
    assert found.limits is not None
    assert near.limits is not None
    for name in ("bias", "mae", "rmse", "sd"):
        # A number near 1e9 has steps of 1.2e-7.
        assert getattr(found, name) == pytest.approx(getattr(near, name), abs=1e-6)
    difference = noisy(0)[1] - noisy(0)[0]
    assert near.rmse == pytest.approx(math.sqrt((difference**2).mean()), rel=1e-12)
    assert near.limits == pytest.approx(
        (
            difference.mean() - 1.96 * difference.std(ddof=1),
            difference.mean() + 1.96 * difference.std(ddof=1),
        )
    )


@pytest.mark.parametrize("delta", [0.25, 1.0, 4.0])
def test_demings_line_is_odrpacks(delta: float) -> None:
    x, y = noisy(0)
    weights = {"weight_x": np.full(len(x), delta), "weight_y": np.ones(len(y))}
    expected = odrpack.odr_fit(
        lambda at, beta: beta[0] * at + beta[1], x, y, np.array([1.0, 0.0]), **weights
    )
    found = compare(x, y, delta).deming
    assert found is not None
    assert (found.slope, found.intercept) == pytest.approx(tuple(expected.beta), rel=1e-4)


def test_demings_line_finds_the_truth_where_the_ordinary_one_is_too_flat() -> None:
    found = compare(*noisy(0, 200_000), 1.0)
    assert found.ols is not None
    assert found.deming is not None
    assert abs(found.deming.slope - 1.05) < 0.002 < abs(found.ols.slope - 1.05)


@pytest.mark.parametrize("slope", [-2.0, -0.5, 0.5, 2.0])
def test_demings_line_through_exact_pairs_is_that_line(slope: float) -> None:
    x = np.arange(50.0)
    found = compare(x, slope * x + 3).deming
    assert found is not None
    assert (found.slope, found.intercept) == pytest.approx((slope, 3))


@pytest.mark.parametrize("level", [0.0, 0.1, 1e9 + 0.1])
def test_a_constant_has_errors_and_no_correlation(level: float) -> None:
    x, y = np.full(100, level), level + np.arange(100.0)
    for found in (compare(x, y), compare(y, x)):
        assert (found.r, found.ols, found.deming) == (None, None, None)
        assert found.bias is not None
        assert abs(found.bias) == pytest.approx(49.5)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_too_few_pairs_have_no_line(n: int) -> None:
    found = compare(np.arange(float(n)), np.arange(float(n)))
    assert (found.n, found.r, found.ols, found.deming) == (n, None, None, None)
    assert (found.bias is None) == (n == 0)
    assert (found.limits is None) == (n < 2)


@pytest.mark.parametrize("lag", [-5, -1, 0, 3, 6])
def test_the_lag_is_where_both_correlate_best(lag: int) -> None:
    walk = np.random.default_rng(3).normal(0, 1, 400).cumsum()
    x, y = walk[10:-10].copy(), walk[10 - lag : len(walk) - 10 - lag].copy()
    y[50:60] = np.nan
    x[200:205] = np.nan
    assert best_lag(x, y) == lag


def test_without_pairs_there_is_no_lag() -> None:
    assert best_lag(np.full(50, np.nan), np.arange(50.0)) is None
    assert best_lag(np.arange(3.0), np.arange(3.0)) is None


def test_a_target_is_met_when_every_figure_lies_between() -> None:
    good = target_values(compare(*noisy(0)))
    assert all(meets(metric, good[metric.name]) for metric in TARGETS["EPA_PM25"])
    steep = target_values(compare(*noisy(0, slope=1.5)))
    failed = [
        metric.name for metric in TARGETS["EPA_PM25"] if not meets(metric, steep[metric.name])
    ]
    assert "slope" in failed
    nothing = target_values(Comparison(n=0))
    assert not any(meets(metric, nothing[metric.name]) for metric in TARGETS["EPA_O3"])
