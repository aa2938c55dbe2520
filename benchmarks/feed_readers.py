"""The readers of the feed's benchmark, in a process of their own.

    python -m benchmarks.feed_readers URL COUNT SECONDS [--subscribe SYMBOL] [--stopped COUNT] [--record]

Prints READY once all are connected, reads until the time is over, and prints what was read as JSON. The first reader
reads what is said; the others, who are sent the same, only take it: the machine is to measure the server.
"""

import argparse
import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import websockets
from websockets.asyncio.client import ClientConnection

CHANNELS = ("trades", "depth")
OPENED_AT_ONCE = 10


@dataclass
class Reading:
    """What one reader has heard."""

    messages: int = 0
    gaps: int = 0
    delays_ms: list[float] = field(default_factory=list)
    frames: list[tuple[float, str]] = field(default_factory=list)
    positions: dict[str, int] = field(default_factory=dict)

    def take(self, text: str, *, records: bool) -> None:
        """Count a message, and see whether it follows on the one before it."""
        self.messages += 1
        now_s = time.time()
        message: dict[str, Any] = orjson.loads(text)
        kind = message["type"]
        if kind == "snapshot":
            self.positions[message["channel"]] = message["last_sequence"]
        elif kind in CHANNELS:
            self.gaps += message["first_sequence"] != self.positions[kind] + 1
            self.positions[kind] = message["last_sequence"]
            if kind == "trades":
                executed = [datetime.fromisoformat(trade["executed_at"]).timestamp() for trade in message["trades"]]
                self.delays_ms += [(now_s - each) * 1_000 for each in executed]
        if records:
            self.frames.append((now_s, text))


async def read(socket: ClientConnection, *, until: float, records: bool) -> Reading:
    """Read one connection until the time is over."""
    reading = Reading()
    try:
        async with asyncio.timeout_at(asyncio.get_running_loop().time() + until - time.time()):
            while True:
                reading.take(str(await socket.recv()), records=records)
    except (TimeoutError, websockets.ConnectionClosed):
        return reading


async def connected(url: str, count: int, *, symbol: str | None) -> list[ClientConnection]:
    """So many connections, subscribed if a symbol is named."""
    sockets: list[ClientConnection] = []
    while len(sockets) < count:
        some = min(OPENED_AT_ONCE, count - len(sockets))
        opening = (
            websockets.connect(url, compression=None, proxy=None, max_queue=None, open_timeout=60) for _ in range(some)
        )
        sockets += await asyncio.gather(*opening)
        if symbol is not None:
            said = json.dumps({"op": "subscribe", "channels": CHANNELS, "symbols": [symbol]})
            await asyncio.gather(*(socket.send(said) for socket in sockets[-some:]))
    return sockets


async def _opened(url: str) -> ClientConnection:
    return await websockets.connect(url, compression=None, proxy=None, max_queue=None, open_timeout=60)


async def stopped(url: str, count: int, *, symbol: str | None) -> list[ClientConnection]:
    """Connections that are read no more once they have subscribed."""
    sockets = await connected(url, count, symbol=symbol)
    for socket in sockets:
        socket.transport.pause_reading()
    return sockets


async def main() -> None:
    """Connect, say so, read, and tell."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("count", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--subscribe", metavar="SYMBOL")
    parser.add_argument("--stopped", type=int, default=0)
    parser.add_argument("--record", action="store_true")
    asked = parser.parse_args()
    halted = await stopped(asked.url, asked.stopped, symbol=asked.subscribe)
    sockets = await connected(asked.url, asked.count, symbol=asked.subscribe)
    print("READY", flush=True)
    until = time.time() + asked.seconds
    readings = await asyncio.gather(
        *(read(each, until=until, records=asked.record and place == 0) for place, each in enumerate(sockets))
    )
    delays = sorted(delay for reading in readings for delay in reading.delays_ms)
    told = {
        "messages": sum(reading.messages for reading in readings),
        "gaps": sum(reading.gaps for reading in readings),
        "trades": len(delays),
        "delay_p50_ms": delays[len(delays) // 2] if delays else None,
        "delay_p99_ms": delays[int(len(delays) * 0.99)] if delays else None,
        "last_sequences": sorted({min(reading.positions.values()) for reading in readings if reading.positions}),
        "stopped": len(halted),
        "frames": readings[0].frames,
    }
    sys.stdout.buffer.write(orjson.dumps(told) + b"\n")


if __name__ == "__main__":
    asyncio.run(main())
