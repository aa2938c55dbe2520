"""How the trading page bears a busy book: a thousand book events a second, in a real browser, for a minute.

The page is a running exchange's own; the feed is put in its place, so that the rate is what it is said to be. The floor
is an empty page in the same browser that only counts its frames. Run it beside ``script/server``:

    .venv/bin/python -m benchmarks.screen [--var DIR] [--seconds 60] [--rate 1000]
"""

import argparse
import json
import os
import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

LONG_TASK_MS = 50
SAMPLES = 6
FLAGS = ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info", "--js-flags=--expose-gc"]
COUNT_FRAMES = """
window.counted = { frames: 0, drawn: 0, drawsInOneFrame: 0, longTasks: [] };
let [frame, draws] = [0, 0];
const nextFrame = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (callback) => nextFrame((time) => {
  if (callback.name === "drawAll") {
    draws = time === frame ? draws + 1 : 1;
    frame = time;
    window.counted.drawn += 1;
    window.counted.drawsInOneFrame = Math.max(window.counted.drawsInOneFrame, draws);
  }
  callback(time);
});
(function count() { window.counted.frames += 1; nextFrame(count); })();
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) window.counted.longTasks.push(duration);
}).observe({ entryTypes: ["longtask"] });
"""
BEGIN_COUNTING = """
Object.assign(counted, { frames: 0, drawn: 0, drawsInOneFrame: 0, longTasks: [], before: counted.sent })
"""
BUSY_FEED = """
window.WebSocket = class extends EventTarget {
  static CONNECTING = 0; static OPEN = 1;
  constructor() {
    super();
    this.readyState = 1;
    this.sent = 0;
    setTimeout(() => this.dispatchEvent(new Event("open")), 0);
  }
  say(message) { this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) })); }
  close() {}
  send(text) {
    const request = JSON.parse(text);
    if (request.op !== "subscribe") return;
    for (const channel of request.channels) {
      const contents = {
        depth: { phase: "CONTINUOUS", bids: [["10.00", "5"]], offers: [["10.01", "5"]] },
        trades: { trades: [] },
        ticker: { phase: "CONTINUOUS", indicative_qty: null },
      };
      const head = { type: "snapshot", channel, symbol: request.symbols[0], epoch: "e", last_sequence: 0 };
      this.say({ ...head, ...contents[channel] });
    }
    this.symbol = request.symbols[0];
    const started = performance.now();
    setInterval(() => { while (this.sent < (performance.now() - started) * RATE / 1000) this.next(); }, 5);
  }
  next() {
    this.sent += 1;
    window.counted.sent = this.sent;
    const head = { symbol: this.symbol, epoch: "e", first_sequence: this.sent, last_sequence: this.sent };
    const step = this.sent % 90;
    const quantity = String(this.sent % 7 === 0 ? 0 : this.sent % 500 + 1);
    const [bids, offers] = this.sent % 2 ? [[[`9.${String(99 - step).padStart(2, "0")}`, quantity]], []]
      : [[], [[`10.${String(step + 1).padStart(2, "0")}`, quantity]]];
    this.say({ type: "depth", ...head, phase: "CONTINUOUS", phase_reason: "", bids, offers });
    const trades = this.sent % 10 ? [] : [{ trade_id: this.sent, price: "10.00", quantity: "1", aggressor_side: "BUY",
      executed_at: new Date().toISOString(), sequence: this.sent }];
    this.say({ type: "trades", ...head, trades });
  }
};
"""


def measure(*, address: str, seconds: int, rate: int) -> dict[str, Any]:
    """Open the page with a feed of this rate; what was counted meanwhile, beside an empty page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
        floor = browser.new_page()
        floor.add_init_script(COUNT_FRAMES)
        floor.goto(f"{address}/healthz")
        floor.wait_for_timeout(5_000)
        floor_fps = floor.evaluate("counted.frames") / 5
        floor.close()
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(COUNT_FRAMES + BUSY_FEED.replace("RATE", str(rate)))
        page.goto(f"{address}/instruments/ACME/")
        page.wait_for_selector('#connection[data-state="live"]')
        page.wait_for_timeout(3_000)
        page.evaluate(
            "Object.assign(counted, { frames: 0, drawn: 0, drawsInOneFrame: 0, longTasks: [], before: counted.sent })"
        )
        heaps = [_heap_after(page, milliseconds=seconds * 1000 // SAMPLES) for _ in range(SAMPLES)]
        counted = page.evaluate("counted")
        browser.close()
    return _result(counted, heaps=heaps, seconds=seconds, floor_fps=floor_fps)


def _heap_after(page: Page, *, milliseconds: int) -> float:
    """The megabytes in use after a while, when what is not used has been given back."""
    page.wait_for_timeout(milliseconds)
    used: int = page.evaluate("gc(), performance.memory.usedJSHeapSize")
    return round(used / 1e6, 1)


def _result(counted: dict[str, Any], *, heaps: list[float], seconds: int, floor_fps: float) -> dict[str, Any]:
    fps = counted["frames"] / seconds
    return {
        "events_per_s": round((counted["sent"] - counted["before"]) / seconds),
        "frames_per_s": round(fps, 1),
        "floor_frames_per_s": round(floor_fps, 1),
        "ratio_to_floor": round(fps / floor_fps, 2),
        "draws_in_one_frame_max": counted["drawsInOneFrame"],
        f"tasks_over_{LONG_TASK_MS}_ms": len(counted["longTasks"]),
        "longest_task_ms": round(max(counted["longTasks"], default=0)),
        "heap_mb": heaps,
    }


def _chromium() -> str | None:
    return os.environ.get("MARKETOPS_CHROMIUM") or shutil.which("chromium")


def main() -> None:
    """Measure the page of a running exchange and print what was found as a table and as JSON."""
    parser = argparse.ArgumentParser(description="The trading page under a busy book.")
    parser.add_argument("--var", type=Path, default=Path("var"), help="the data folder of the running exchange")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=1000, help="book events a second")
    options = parser.parse_args()
    address = json.loads((options.var / "demo.json").read_text())["http"]
    found = measure(address=address, seconds=options.seconds, rate=options.rate)
    for name, value in found.items():
        print(f"{name.replace('_', ' '):<28}{value}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
