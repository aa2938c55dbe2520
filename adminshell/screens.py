"""Where a command's words go, as far as a command needs to know."""

from typing import Protocol


class Screen(Protocol):
    """What shows answers to whoever gave the command."""

    @property
    def width(self) -> int | None:
        """The number of columns; None where nobody measures them."""

    @property
    def is_terminal(self) -> bool:
        """Whether a person looks on, so that colours and redrawing make sense."""

    def show(self, text: str) -> None:
        """Show the answer. A screen that is gone takes it and drops it."""

    def complain(self, text: str) -> None:
        """Show a refusal, kept apart from answers where that is possible."""

    def redraw(self, text: str) -> None:
        """Show the next of a row of answers in the place of the one before."""

    def is_stopped_within(self, seconds: float) -> bool:
        """Wait this long, or until a stop is asked for or the screen is gone; whether it was."""
