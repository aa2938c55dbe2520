"""A part of the screen that shows a picture, drawn anew for whatever room there is."""

from collections.abc import Callable

from rich.text import Text
from textual.widget import Widget

Drawn = Callable[[int, int], Text]


class Panel(Widget):
    """Shows what ``drawn`` makes of the width and the height at hand."""

    def __init__(self, drawn: Drawn, *, id: str, title: str = "") -> None:
        super().__init__(id=id)
        self._drawn = drawn
        self.border_title = title

    def render(self) -> Text:
        """The picture."""
        return self._drawn(self.content_size.width, self.content_size.height)
