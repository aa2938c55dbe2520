"""Takes a picture of the terminal's full-screen view of a running demo."""

import asyncio
import re
import sys
from pathlib import Path

from terminal import profile
from terminal.client import Client
from terminal.screen.top_app import TopApp

SIZE = (150, 40)
NAME = "terminal-top.svg"
SYMBOL = "ACME"
SETTLE_S = 4.0
TICKS_BELOW = 9
# The library would have the font fetched from elsewhere.
FONT = re.compile(r"@font-face \{.*?\}", re.DOTALL)


async def take(var: Path, images: Path) -> None:
    """Rest an order, open the ticket, take the picture and cancel the order again."""
    chosen = profile.from_demo(var, who="trader")
    async with Client(chosen.endpoint) as client:
        app = TopApp(client, account=chosen.account, symbol=SYMBOL)
        async with app.run_test(size=SIZE) as pilot:
            await pilot.pause(SETTLE_S)
            await pilot.press("b", *"25", "enter", *["down"] * TICKS_BELOW, "enter")
            await pilot.pause(SETTLE_S)
            await pilot.press("s", *"10")
            await pilot.pause(1)
            images.mkdir(parents=True, exist_ok=True)
            (images / NAME).write_text(FONT.sub("", app.export_screenshot(title="python -m terminal top")))
            await pilot.press("escape", "x")
            await pilot.pause(1)


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1]), Path(sys.argv[2])))
