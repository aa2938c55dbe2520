"""A recorder: writes the trades and the best prices of all instruments to two Parquet files, a part at a time."""

import argparse
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from marketops_client import BookUpdate, Client, TradesUpdate

TIME = pa.timestamp("us", tz="UTC")
PRICE = pa.decimal128(28, 8)
TRADES = pa.schema(
    [("symbol", pa.string()), ("trade_id", pa.int64()), ("executed_at", TIME), ("price", PRICE), ("quantity", PRICE)]
)
TOPS = pa.schema(
    [("symbol", pa.string()), ("sequence", pa.int64()), ("seen_at", TIME), ("bid_px", PRICE), ("offer_px", PRICE)]
)
ROWS_PER_PART = 10_000


class Recording:
    """One Parquet file that grows by parts."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.schema = schema
        self.writer = pq.ParquetWriter(path, schema)
        self.rows: list[dict[str, Any]] = []

    def add(self, row: dict[str, Any]) -> None:
        """Keep a row, and write what is kept when it is enough."""
        self.rows.append(row)
        if len(self.rows) >= ROWS_PER_PART:
            self.write()

    def write(self) -> None:
        """Write what is kept."""
        self.writer.write_table(pa.Table.from_pylist(self.rows, schema=self.schema))
        self.rows = []

    def close(self) -> None:
        """Write the rest and end the file."""
        self.write()
        self.writer.close()


def run(folder: Path, seconds: float) -> None:
    """Record for some seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    trades, tops = Recording(folder / "trades.parquet", TRADES), Recording(folder / "tops.parquet", TOPS)
    ends_at = time.monotonic() + seconds
    with Client(os.environ["MARKETOPS_URL"]) as exchange, exchange.market(["*"]) as market:
        while time.monotonic() < ends_at:
            update = next(market)
            if isinstance(update, TradesUpdate):
                for trade in update.trades:
                    named = {name: getattr(trade, name) for name in ("trade_id", "executed_at", "price", "quantity")}
                    trades.add({"symbol": update.symbol, **named})
            elif isinstance(update, BookUpdate) and (book := market.books[update.symbol]).is_in_step:
                best = {"bid_px": book.best_bid, "offer_px": book.best_offer}
                tops.add({"symbol": update.symbol, "sequence": book.sequence, "seen_at": datetime.now(UTC), **best})
    trades.close()
    tops.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    run(asked.folder, asked.seconds)
