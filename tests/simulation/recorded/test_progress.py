"""Progress shows how far a run has come and how fast; a terminal is redrawn, a file gets lines."""

import io

import pytest

from simulation.recorded.progress import Progress


class Screen(io.StringIO):
    """A file, or a terminal."""

    def __init__(self, *, is_terminal):
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self):
        return self.is_terminal


def shown(*, is_terminal):
    screen, now = Screen(is_terminal=is_terminal), [0.0]
    progress = Progress(screen, title="playing", total=2_000, unit="commands", clock=lambda: now[0])
    for seconds in (1.0, 4.0, 6.0):
        now[0] = seconds
        progress.advance(500)
    now[0] = 8.0
    progress.advance(500)
    assert progress.finish() == pytest.approx(8.0)
    return screen.getvalue()


def test_a_file_gets_a_line_every_few_seconds():
    assert shown(is_terminal=False) == (
        "playing      [##################......]  75%  1,500 of 2,000 commands, 250/s, 6.0 s\n"
        "playing      [########################] 100%  2,000 of 2,000 commands, 250/s, 8.0 s\n"
    )


def test_a_terminal_is_redrawn_in_place():
    drawn = shown(is_terminal=True)

    assert drawn.count("\n") == 1
    assert drawn.count("\r") == 5
    assert "  25%  500 of 2,000 commands, 500/s, 1.0 s" in drawn
