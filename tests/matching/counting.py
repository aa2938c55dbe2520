"""A process of its own whose kernel counts the rows that it touches: levels, orders, words of bitmaps, index entries.

Prints, for books with few and with many orders at rest, what the median and the busiest command of each kind touched.
"""

import json
import sys

import numpy as np

from matching import COMMAND, Book, CommandKind, apply, kernel
from matching.kernel import rows
from vocabulary.orders import OrdType, Side, TimeInForce

LEVELS = 60_000
MIDDLE = LEVELS // 2
ROUNDS = 400


def order(order_id: int, side: int, price_ticks: int, quantity: int, *, time_in_force: int = TimeInForce.GTC) -> tuple:
    return (CommandKind.NEW_ORDER, side, OrdType.LIMIT, time_in_force, order_id, 1, price_ticks, quantity)


def commands_of(rows_of_orders: list[tuple]) -> np.ndarray:
    commands = np.zeros(len(rows_of_orders), dtype=COMMAND)
    for name, column in zip((COMMAND.names or ())[:8], zip(*rows_of_orders, strict=True), strict=True):
        commands[name] = column
    return commands


def book_with(count: int) -> Book:
    """A book with so many orders at rest, spread over prices on both sides of the middle, several at each."""
    random = np.random.default_rng(count)
    away = random.integers(2, MIDDLE - 2, size=count)
    sides = random.integers(1, 3, size=count)
    prices = np.where(sides == Side.BUY, MIDDLE - away, MIDDLE + away)
    book = Book.create(base_ticks=1, levels=LEVELS, orders_expected=2 * count)
    apply(book, commands_of([order(10**9 + at, int(sides[at]), int(prices[at]), 5) for at in range(count)]))
    return book


def touched_by(book: Book, command: np.ndarray) -> int:
    field = kernel.FIELD["touched"]
    before = int(book._numbers[field])
    apply(book, command)
    return int(book._numbers[field]) - before


def work(count: int) -> dict[str, list[int]]:
    book = book_with(count)
    random = np.random.default_rng(7)
    touched: dict[str, list[int]] = {}
    for at in range(ROUNDS):
        price, own = MIDDLE - int(random.integers(2, MIDDLE - 2)), 1 + 2 * at
        replaced = (CommandKind.REPLACE, 0, 0, 0, own, 1, MIDDLE - int(random.integers(2, MIDDLE - 2)), 4)
        for name, row in (
            ("new", order(own, Side.BUY, price, 3)),
            ("replace", replaced),
            ("cancel", (CommandKind.CANCEL, 0, 0, 0, own, 1, -1, 0)),
            ("trade", order(own + 1, Side.SELL, 1, 1, time_in_force=TimeInForce.IOC)),
        ):
            touched.setdefault(name, []).append(touched_by(book, commands_of([row])))
    return {name: [int(np.median(counts)), max(counts)] for name, counts in touched.items()}


if __name__ == "__main__":
    rows.COUNTING = True
    sys.stdout.write(json.dumps({count: work(int(count)) for count in sys.argv[1:]}))
