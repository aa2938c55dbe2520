"""``top`` in a real terminal, against the whole running exchange."""

import sys
from pathlib import Path

from launch.options import PROJECT
from terminal import profile
from tests.real_terminal import PATIENCE_S, needs_tmux, real_terminal
from tests.running_system import RunningSystem, wait_until

SYMBOL = "WORLD"


@needs_tmux
def test_an_order_is_placed_seen_and_canceled_in_the_running_demo(system: RunningSystem, tmp_path: Path):
    own = tmp_path / "profile.toml"
    profile.write(profile.from_demo(system.var, who="trader"), own, may_replace=False)
    top = f"cd '{PROJECT}'; '{sys.executable}' -m terminal top {SYMBOL} --profile '{own}'; echo left with $?; read line"
    with real_terminal("sh", "-c", top, folder=tmp_path, columns=160, rows=44) as terminal:
        terminal.wait_for("● live")
        assert "All-World Equity Fund" in terminal.screen()
        terminal.press("b", "3", "Enter", "101.25", "Enter")
        terminal.wait_for("• 101.25")
        terminal.press("x")
        terminal.wait_for("canceled")
        wait_until(lambda: "• 101.25" not in terminal.screen(), within_s=PATIENCE_S)
        terminal.resize(columns=80, rows=24)
        terminal.wait_for("● live")
        terminal.press("q")
        terminal.wait_for("left with 0")
