"""Commands are due in the record's own time, at a multiple of it, or at once."""

import numpy as np

from simulation.recorded import pace

SECOND = 1_000_000_000


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now = 100.0

    def read(self):
        return self.now

    def sleep(self, seconds):
        assert seconds > 0
        self.now += seconds


def handed_out(times_s, *, speed):
    clock = Clock()
    times_ns = (np.array(times_s) * SECOND).astype(np.int64)
    found = pace.slices(times_ns, speed=speed, clock=clock.read, sleep=clock.sleep)
    return [((batch.start, batch.stop), round(clock.now - 100.0, 6)) for batch in found]


def test_in_recorded_time_each_command_comes_when_it_came():
    assert handed_out([5, 5, 6, 8], speed=1.0) == [((0, 2), 0.0), ((2, 3), 1.0), ((3, 4), 3.0)]


def test_ten_times_the_speed_takes_a_tenth_of_the_time():
    assert handed_out([5, 5, 6, 8], speed=10.0) == [((0, 2), 0.0), ((2, 3), 0.1), ((3, 4), 0.3)]


def test_as_fast_as_it_goes_nothing_waits_and_batches_are_bounded():
    assert handed_out(range(2_500), speed=None) == [((0, 1_000), 0.0), ((1_000, 2_000), 0.0), ((2_000, 2_500), 0.0)]
