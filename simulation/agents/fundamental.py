"""What an instrument is worth to those who look at it closely: a value that wanders and comes back."""

import math

import numpy as np

STATIONARY_SD = 0.03
REVERSION_S = 20_000.0
LOG_DISTANCE_MAX = 0.13
"""How far the value strays from the reference price, as a logarithm: between 12 % below and 14 % above."""


class FairValue:
    """An Ornstein-Uhlenbeck process in the logarithm of the price, around the reference price.

    In the short run it moves like a random walk of about 3 basis points a second; over hours the reference price pulls
    it back. It is an opinion and not a price, hence a float.
    """

    def __init__(self, *, reference_ticks: int, start_ticks: int, generator: np.random.Generator) -> None:
        self._reference_ticks = reference_ticks
        self._generator = generator
        self._log_distance = _bounded(math.log(start_ticks / reference_ticks))

    def step(self, elapsed_s: float) -> float:
        """Move on by ``elapsed_s`` and return the value in ticks. Exact for any step length (no Euler error)."""
        kept = math.exp(-elapsed_s / REVERSION_S)
        spread = STATIONARY_SD * math.sqrt(1.0 - kept * kept)
        self._log_distance = _bounded(kept * self._log_distance + spread * self._generator.standard_normal())
        return self._reference_ticks * math.exp(self._log_distance)


def _bounded(log_distance: float) -> float:
    return max(-LOG_DISTANCE_MAX, min(LOG_DISTANCE_MAX, log_distance))
