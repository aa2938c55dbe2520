"""The fair value wanders, comes back, and stays near the reference price."""

import numpy as np
import pytest

from simulation.agents.fundamental import LOG_DISTANCE_MAX, FairValue


def fair_value(*, seed=1, start_ticks=10_000):
    return FairValue(reference_ticks=10_000, start_ticks=start_ticks, generator=np.random.default_rng(seed))


def test_a_million_steps_stay_within_fifteen_percent():
    value = fair_value()
    walked = np.array([value.step(0.25) for _ in range(1_000_000)])

    assert 8_500 < walked.min() < 9_800
    assert 10_200 < walked.max() < 11_500


def test_a_value_that_starts_far_away_comes_back():
    value = fair_value(start_ticks=14_000)
    first = value.step(0.0)
    later = [value.step(20_000.0) for _ in range(200)]

    assert first == pytest.approx(10_000 * np.exp(LOG_DISTANCE_MAX))
    assert np.mean(later[10:]) == pytest.approx(10_000, rel=0.02)


def test_long_steps_and_short_steps_spread_alike():
    ends = {steps: [walk(fair_value(seed=seed), steps=steps) for seed in range(2_000)] for steps in (1, 16)}

    assert np.std(ends[1]) == pytest.approx(np.std(ends[16]), rel=0.1)


def test_the_same_seed_gives_the_same_walk():
    assert [fair_value(seed=7).step(0.25) for _ in range(3)] == [fair_value(seed=7).step(0.25) for _ in range(3)]
    assert fair_value(seed=7).step(0.25) != fair_value(seed=8).step(0.25)


def walk(value, *, steps):
    for _ in range(steps):
        end = value.step(400.0 / steps)
    return end
