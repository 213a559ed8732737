"""The figures of job functions against scipy, pandas and their definitions, near zero and far from
it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from statsmodels.robust.scale import mad
from statsmodels.stats.weightstats import DescrStatsW

from app.journal.figures.anomaly import AnomalyLimits, anomalies, robust_z, seasonal_z
from app.journal.figures.correlation import uncorrelated
from app.journal.figures.drift import (
    DAY,
    DriftLimits,
    daily_medians,
    drift_of,
    drifts,
    mann_kendall,
    theil_sen,
)
from app.journal.figures.exceedance import ExceedanceFold, ExceedanceLimits, ExceedanceScale
from app.journal.figures.gaps import gaps, usual_interval
from ingest.alerting.series import ValueSeries, empty_series
from tests.make.alert_history import history

OFFSETS = [0.0, 1e3, 1e9]
MINUTE = 60_000_000


def random_walk(seed: int, n: int, offset: float) -> Any:
    return np.random.default_rng(seed).normal(0, 1, n).cumsum() + offset


@pytest.mark.parametrize("offset", OFFSETS)
def test_r_and_slope_are_scipys(offset: float) -> None:
    x, noise = random_walk(1, 500, 0), random_walk(2, 500, 0)
    y = 0.5 * x + noise
    found = uncorrelated(
        x + offset, y + offset, (0, 1), min_pairs=24, min_spread=0, below=1, above=1
    )
    expected = scipy.stats.linregress(x, y)
    assert found is not None
    assert found.values["r"] == pytest.approx(expected.rvalue, rel=1e-9)
    assert found.values["slope"] == pytest.approx(expected.slope, rel=1e-7)
    assert found.values["n"] == 500


@pytest.mark.parametrize("offset", OFFSETS)
def test_r_is_that_of_statsmodels(offset: float) -> None:
    x, y = random_walk(1, 500, 0), random_walk(2, 500, 0)
    found = uncorrelated(
        x + offset, y + offset, (0, 1), min_pairs=24, min_spread=0, below=1, above=1
    )
    assert found is not None
    expected = DescrStatsW(np.stack([x, y], axis=1)).corrcoef[0, 1]
    assert found.values["r"] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("offset", OFFSETS)
def test_the_robust_z_has_the_scale_of_statsmodels(offset: float) -> None:
    values = random_walk(5, 400, offset)
    width = 100
    found = robust_z(values, width, least=width, min_scale=0)
    for place in (width, 250, 399):
        before = values[place - width : place]
        expected = (values[place] - np.median(before)) / mad(before)
        # Of the constant that makes a deviation of a median, 1.4826 are five digits.
        assert found[place] == pytest.approx(expected, rel=2e-5)


def test_a_constant_or_too_few_pairs_have_no_correlation() -> None:
    x = random_walk(1, 100, 1e9)
    limits: Any = {"min_pairs": 24, "min_spread": 0, "below": 1, "above": 1}
    assert uncorrelated(x, np.full(100, 1e9 + 0.1), (0, 1), **limits) is None
    assert uncorrelated(x, np.where(np.arange(100) < 23, x, np.nan), (0, 1), **limits) is None
    assert uncorrelated(x, x, (0, 1), **{**limits, "below": 0.8}) is None
    assert uncorrelated(x, x, (0, 1), **{**limits, "min_spread": 1e6}) is None


@pytest.mark.parametrize("offset", OFFSETS)
def test_the_slope_is_theil_and_sens_of_scipy_with_a_wild_value(offset: float) -> None:
    days = np.arange(40.0)
    y = 0.02 * days + np.random.default_rng(3).normal(0, 0.05, 40) + offset
    y[37] -= 50
    assert theil_sen(days, y) == pytest.approx(
        scipy.stats.theilslopes(y, days).slope, rel=1e-12, abs=1e-6 if offset == 1e9 else 0
    )
    assert scipy.stats.linregress(days, y).slope < 0 < theil_sen(days, y)


@pytest.mark.parametrize("decimals", [None, 1, 0])
def test_the_trend_test_is_kendalls_but_for_the_correction(decimals: int | None) -> None:
    y = random_walk(4, 60, 0)
    y = y if decimals is None else y.round(decimals)
    found = mann_kendall(y)
    expected = scipy.stats.kendalltau(np.arange(60), y, method="asymptotic")
    uncorrected = math.erfc(abs(found.s) / math.sqrt(2 * found.variance))
    assert uncorrected == pytest.approx(expected.pvalue, rel=1e-9)
    assert found.p >= uncorrected
    brute = sum(np.sign(y[b] - y[a]) for a in range(60) for b in range(a + 1, 60))
    assert found.s == brute
    assert mann_kendall(np.zeros(20)).p == 1


def test_daily_medians_are_pandas() -> None:
    values = random_walk(5, 24 * 10, 1e9)
    values[24:48] = np.nan
    values[100:110] = np.nan
    hours = pd.date_range("2026-01-01", periods=240, freq="h", tz="UTC")
    expected = pd.Series(values, hours).resample("D").median().to_numpy()
    np.testing.assert_array_equal(daily_medians(values, 24), expected)


@pytest.mark.parametrize("offset", OFFSETS)
def test_a_drift_is_seen_by_offset_or_slope_and_lasts_from_day_to_day(offset: float) -> None:
    limits = DriftLimits(window=30, baseline=7, max_offset=0.5, max_per_day=None, alpha=0.01)
    medians = np.concatenate([np.zeros(60), np.full(30, 2.0), np.full(30, 2.0)]) + offset
    [found] = drifts(medians, 100 * DAY, limits)
    # From when four of the last seven days are off until four of the first seven are.
    assert (found.start // DAY - 100, found.end // DAY - 100) == (60 + 3 - 29, 60 + 26 - 29)
    assert found.values["offset"] == pytest.approx(2)
    slow = DriftLimits(window=30, baseline=7, max_offset=None, max_per_day=0.01, alpha=0.01)
    ramp = 0.02 * np.arange(30.0) + offset
    verdict = drift_of(ramp, slow)
    assert verdict is not None
    assert verdict["perDay"] == pytest.approx(0.02, rel=1e-4)
    noise = np.random.default_rng(6).permutation(30) * 1.0
    assert drift_of(noise, slow) is None
    gappy = np.where(np.arange(30) % 3 > 0, np.nan, ramp)
    assert drift_of(gappy, slow) is None


@pytest.mark.parametrize("offset", OFFSETS)
def test_robust_z_is_pandas_rolling_median_and_its_definition(offset: float) -> None:
    values, width = random_walk(7, 400, offset), 48
    values[60:75] = np.nan
    z = robust_z(values, width, least=20, min_scale=0.01)
    medians = pd.Series(values).rolling(width, min_periods=1).median().shift(1)
    for at in range(width, 400):
        before = values[at - width : at]
        before = before[~np.isnan(before)]
        median = np.median(before)
        assert median == medians[at]
        scale = max(1.4826 * np.median(np.abs(before - median)), 0.01)
        expected = (values[at] - median) / scale
        np.testing.assert_allclose(z[at], expected, rtol=1e-12)
    assert np.isnan(z[:20]).all()


def test_a_constant_baseline_needs_a_scale() -> None:
    values = np.append(np.full(50, 7.0), 8.0)
    assert np.isnan(robust_z(values, 50, least=20, min_scale=0)[-1])
    assert robust_z(values, 50, least=20, min_scale=0.1)[-1] == pytest.approx(10)


def test_with_a_season_each_hour_is_held_against_its_own() -> None:
    hour = np.arange(24 * 15)
    values = 100.0 * (hour % 24) + np.random.default_rng(8).normal(0, 1, len(hour))
    values[-1] += 20
    limits = AnomalyLimits(
        width=24 * 14, least=10, min_scale=0, threshold=5, min_buckets=1, hours=24
    )
    z = seasonal_z(values, 0, 1, limits)
    [found] = anomalies(z[24 * 14 :], 0, 1, limits)
    assert (found.start, found.end) == (23, 24)
    flat = AnomalyLimits(width=24 * 14, least=10, min_scale=0, threshold=5, min_buckets=1)
    assert anomalies(seasonal_z(values, 0, 1, flat)[24 * 14 :], 0, 1, flat) == []


def test_anomalies_are_runs_with_their_farthest_z() -> None:
    limits = AnomalyLimits(width=1, least=1, min_scale=0, threshold=4, min_buckets=2)
    z = np.array([0, 5, -9, 0, 7, np.nan, 4, 4])
    assert [(each.start, each.end, each.values["z"]) for each in anomalies(z, 0, 10, limits)] == [
        (10, 30, -9),
        (60, 80, 4),
    ]


def test_gaps_are_pauses_and_say_how_many_are_missing() -> None:
    at = np.delete(np.arange(0, 100) * MINUTE, [50, 51, 52, 53, 80])
    usual = usual_interval(at)
    assert usual == MINUTE
    found = list(gaps(at, usual, longest=0, min_missing=1))
    assert [(each.start, each.end, each.values["missing"]) for each in found] == [
        (49 * MINUTE, 54 * MINUTE, 4)
    ]
    assert len(list(gaps(at, usual, longest=MINUTE, min_missing=1))) == 2
    assert len(list(gaps(at, usual, longest=MINUTE, min_missing=2))) == 1
    assert usual_interval(at[:5]) is None
    assert list(gaps(at, None, longest=0, min_missing=1)) == []
    [unknown] = gaps(at, None, longest=3 * MINUTE, min_missing=1)
    assert unknown.values["missing"] is None


LIMITS = [
    ExceedanceLimits(above=1, below=None, clear=0.5, min_seconds=120, merge_seconds=180),
    ExceedanceLimits(above=1, below=None, clear=None, min_seconds=0, merge_seconds=0),
    ExceedanceLimits(above=None, below=-1, clear=0, min_seconds=60, merge_seconds=0),
    ExceedanceLimits(above=2, below=-2, clear=None, min_seconds=0, merge_seconds=300),
]


@pytest.mark.parametrize("limits", LIMITS)
@pytest.mark.parametrize("offset", OFFSETS)
def test_spans_are_those_of_the_reference_of_alerts(
    limits: ExceedanceLimits, offset: float
) -> None:
    def shifted(value: float | None) -> float | None:
        return None if value is None else value + offset

    limits = ExceedanceLimits(
        above=shifted(limits.above),
        below=shifted(limits.below),
        clear=shifted(limits.clear),
        min_seconds=limits.min_seconds,
        merge_seconds=limits.merge_seconds,
    )
    random = np.random.default_rng(9)
    at = np.unique(random.integers(1, 3_000, 800)) * MINUTE
    numbers = 2 * np.sin(np.arange(len(at)) / 15) + random.normal(0, 0.5, len(at)) + offset
    end = 3_100 * MINUTE
    fold = ExceedanceFold(limits, 0, empty_series())
    for first in range(0, len(at), 97):
        fold.feed(ValueSeries(at[first : first + 97], numbers[first : first + 97]))
    fold.finish(end)
    readings = list(zip(at.tolist(), numbers.tolist(), strict=True))
    expected = history(limits.definition(), 0, readings, end)
    ended = [each for each in expected if each.ended_at is not None]
    assert [(each.started_at, (each.ended_at or 0) - limits.merge) for each in ended] == fold.spans[
        : len(ended)
    ]
    assert [each.started_at for each in expected] == [start for start, _ in fold.spans]
    assert len(fold.spans) > 5


def test_a_span_weighs_what_its_readings_do_however_they_are_paged() -> None:
    limits = ExceedanceLimits(above=10, below=None, clear=None, min_seconds=0, merge_seconds=600)
    at = np.arange(100) * MINUTE
    numbers = np.full(100, 5.0)
    numbers[20:25], numbers[30], numbers[60:] = [11, 12, 30, 12, 11], 15, 20
    fold = ExceedanceFold(limits, -1, empty_series())
    fold.feed(ValueSeries(at, numbers))
    fold.finish(100 * MINUTE)
    assert fold.spans == [(20 * MINUTE, 31 * MINUTE), (60 * MINUTE, 100 * MINUTE)]
    for size in (1, 7, 100):
        scale = ExceedanceScale(limits, fold.spans)
        for first in range(0, 100, size):
            scale.feed(at[first : first + size], numbers[first : first + size])
        first_, second = [each.values for each in scale.findings(100 * MINUTE)]
        assert (first_["peak"], first_["at"]) == (30, "1970-01-01T00:22:00Z")
        assert (first_["seconds"], first_["integral"]) == (360, 60 * (1 + 2 + 20 + 2 + 1 + 5))
        assert (second["seconds"], second["integral"]) == (2400, 24_000)
