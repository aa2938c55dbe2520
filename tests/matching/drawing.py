"""Books drawn as text, commands in a trader's words and events as sentences.

A drawn book has its offers above the line and its bids below, the highest price on top; in a level the earliest order
stands first. Orders are called A to Z; order A belongs to account 101, B to account 102 and so on::

    102  C 10
    101  A 100, B 50
    ---
     99  D 70
"""

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

from matching import COMMAND, NO_PRICE, RESTING_ORDER, Book, CommandKind, EventKind, apply, snapshot
from tests.matching.reference import ReferenceBook
from vocabulary.orders import OrdType, Side, TimeInForce
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason

BASE_TICKS = 1
LEVELS = 200


class Matcher(Protocol):
    """What the reference and the kernel have in common."""

    def apply(self, commands: np.ndarray) -> np.ndarray: ...

    def snapshot(self) -> bytes: ...


class KernelMatcher:
    """The kernel in the reference's clothes."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def apply(self, commands: np.ndarray) -> np.ndarray:
        return apply(self.book, commands)

    def snapshot(self) -> bytes:
        return snapshot(self.book)


def open_matcher(name: str) -> Matcher:
    if name == "reference":
        return ReferenceBook(base_ticks=BASE_TICKS, levels=LEVELS)
    return KernelMatcher(Book.create(base_ticks=BASE_TICKS, levels=LEVELS))


def order_id(name: str) -> int:
    return ord(name) - ord("A") + 1


def account_id(name: str) -> int:
    return 100 + order_id(name)


def command(kind: int, name: str = "A", **fields: int) -> np.ndarray:
    row = np.zeros(1, dtype=COMMAND)
    row["kind"] = kind
    row["order_id"] = order_id(name)
    row["account_id"] = account_id(name)
    for field, value in fields.items():
        row[field] = value
    return row


def new_order(name: str, side: int, quantity: int, *, at: int | None, **fields: int) -> np.ndarray:
    """A limit order, or without a price a market order."""
    terms: dict[str, int] = {
        "side": side,
        "ord_type": OrdType.MARKET if at is None else OrdType.LIMIT,
        "time_in_force": TimeInForce.DAY,
        "price_ticks": NO_PRICE if at is None else at,
        "order_qty_lots": quantity,
    }
    return command(CommandKind.NEW_ORDER, name, **(terms | fields))


def buy(name: str, quantity: int, *, at: int | None, **fields: int) -> np.ndarray:
    return new_order(name, Side.BUY, quantity, at=at, **fields)


def sell(name: str, quantity: int, *, at: int | None, **fields: int) -> np.ndarray:
    return new_order(name, Side.SELL, quantity, at=at, **fields)


def cancel(name: str, **fields: int) -> np.ndarray:
    return command(CommandKind.CANCEL, name, **fields)


def replace(name: str, quantity: int, *, at: int, **fields: int) -> np.ndarray:
    return command(CommandKind.REPLACE, name, price_ticks=at, order_qty_lots=quantity, **fields)


def halt() -> np.ndarray:
    return command(CommandKind.HALT)


def resume() -> np.ndarray:
    return command(CommandKind.RESUME)


def draw(matcher: Matcher, picture: str) -> None:
    """Make an empty book look like the picture."""
    side = Side.SELL
    for line in picture.split("\n"):
        words = line.strip()
        if words.startswith("---"):
            side = Side.BUY
        elif words:
            price, names = words.split(maxsplit=1)
            for order in names.split(","):
                name, quantity = order.split()
                matcher.apply(new_order(name, side, int(quantity), at=int(price)))
    assert picture_of(matcher) == tidy(picture), "the picture is not of a book"


def picture_of(matcher: Matcher) -> str:
    """The book as a picture."""
    resting = np.frombuffer(matcher.snapshot()[72:], dtype=RESTING_ORDER)
    levels: dict[int, dict[int, list[str]]] = {Side.BUY: {}, Side.SELL: {}}
    for order in resting:
        name = chr(ord("A") + int(order["order_id"]) - 1)
        levels[int(order["side"])].setdefault(int(order["price_ticks"]), []).append(
            f"{name} {order['leaves_qty_lots']}"
        )
    offers, bids = (
        [f"{price} {', '.join(names)}" for price, names in sorted(levels[side].items(), reverse=True)]
        for side in (Side.SELL, Side.BUY)
    )
    return "\n".join([*offers, "---", *bids])


def tidy(picture: str) -> str:
    """A picture without its indentation."""
    return "\n".join(" ".join(line.split()) for line in picture.split("\n") if line.strip())


def told(events: Iterable[Any]) -> list[str]:
    """The events as sentences, such as ``A TRADE 40 @ 101 leaves 60`` or ``B REJECTED duplicate_order``."""
    return [_sentence(event) for event in events]


def _sentence(event: Any) -> str:
    kind = EventKind(event["kind"])
    if kind is EventKind.PHASE_CHANGED:
        return f"{kind.name} {TradingPhase(event['phase']).name}"
    words = [chr(ord("A") + int(event["order_id"]) - 1), kind.name]
    if kind is EventKind.TRADE:
        words.append(f"{event['last_qty_lots']} @ {event['last_px_ticks']}")
    if kind in (EventKind.NEW, EventKind.TRADE, EventKind.REPLACED):
        words.append(f"leaves {event['leaves_qty_lots']}")
    if event["reason"] != RejectReason.NONE:
        words.append(RejectReason(event["reason"]).code)
    return " ".join(words)
