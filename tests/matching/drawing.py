"""Books drawn as text, commands in a trader's words and events as sentences.

A drawn book has its offers above the line and its bids below, the highest price on top; in a level the earliest order
stands first. An iceberg has what it shows behind its leaves; orders at no price stand next to the line. Orders are
called A to Z; order A belongs to account 101, B to account 102 and so on::

    102  C 10
    101  A 100 shows 20, B 50
    ---
     99  D 70
"""

import struct
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

from matching import COMMAND, NO_PRICE, RESTING_ORDER, Book, CommandKind, EventKind, apply, snapshot
from tests.matching.reference import ReferenceBook
from tests.matching.reference.order import Place
from vocabulary.orders import ContingencyType, OrdType, PegOffsetType, PegPriceType, Side, TimeInForce
from vocabulary.phases import AllocationRule, TradingPhase
from vocabulary.rejects import RejectReason

BASE_TICKS = 1
LEVELS = 200
HEADER = [
    "layout_version",
    "base_ticks",
    "levels",
    "phase",
    "command_seq",
    "event_seq",
    "trade_seq",
    "open_orders",
    "last_px_ticks",
    "reference_ticks",
    "static_band_bps",
    "dynamic_band_bps",
    "allocation",
    "peg_bid_ticks",
    "peg_offer_ticks",
]
"""The numbers of a snapshot's header, each in 64 bits, after its magic."""


class Matcher(Protocol):
    """What the reference and the kernel have in common."""

    def apply(self, commands: np.ndarray) -> np.ndarray: ...

    def snapshot(self) -> bytes: ...

    def indicative(self) -> tuple[int, int, int]: ...


class KernelMatcher:
    """The kernel in the reference's clothes."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def apply(self, commands: np.ndarray) -> np.ndarray:
        return apply(self.book, commands)

    def snapshot(self) -> bytes:
        return snapshot(self.book)

    def indicative(self) -> tuple[int, int, int]:
        price_ticks, quantity, imbalance = self.book.indicative()
        return price_ticks, quantity, imbalance


def open_matcher(name: str, *, base_ticks: int = BASE_TICKS, levels: int = LEVELS) -> Matcher:
    if name == "reference":
        return ReferenceBook.create(base_ticks=base_ticks, levels=levels)
    return KernelMatcher(Book.create(base_ticks=base_ticks, levels=levels))


def order_id(name: str) -> int:
    return ord(name) - ord("A") + 1


def account_id(name: str) -> int:
    return 100 + order_id(name)


def name_of(order_id: int) -> str:
    return chr(ord("A") + int(order_id) - 1)


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


def stop(name: str, side: int, quantity: int, *, stop_px: int, at: int | None = None, **fields: int) -> np.ndarray:
    """A stop-limit order, or without a price a stop order."""
    terms = {"ord_type": OrdType.STOP if at is None else OrdType.STOP_LIMIT, "stop_px_ticks": stop_px}
    return new_order(name, side, quantity, at=at, **(terms | fields))


def stop_buy(name: str, quantity: int, *, stop_px: int, at: int | None = None, **fields: int) -> np.ndarray:
    return stop(name, Side.BUY, quantity, stop_px=stop_px, at=at, **fields)


def stop_sell(name: str, quantity: int, *, stop_px: int, at: int | None = None, **fields: int) -> np.ndarray:
    return stop(name, Side.SELL, quantity, stop_px=stop_px, at=at, **fields)


def trailing(
    name: str, side: int, quantity: int, *, ticks: int = 0, bps: int = 0, stop_px: int = 0, **fields: int
) -> np.ndarray:
    """A stop order whose stop price follows the last price, so many ticks or basis points behind it."""
    terms: dict[str, int] = {
        "peg_price_type": PegPriceType.TRAILING_STOP,
        "peg_offset": bps or ticks,
        "peg_offset_type": PegOffsetType.BASIS_POINTS if bps else PegOffsetType.TICKS,
    }
    return stop(name, side, quantity, stop_px=stop_px, **(terms | fields))


def peg(
    name: str, side: int, quantity: int, *, to: int, offset: int = 0, limit: int = NO_PRICE, **fields: int
) -> np.ndarray:
    terms: dict[str, int] = {"ord_type": OrdType.PEGGED, "peg_price_type": to, "peg_offset": offset}
    return new_order(name, side, quantity, at=limit, **(terms | fields))


def peg_buy(name: str, quantity: int, *, to: int, **fields: int) -> np.ndarray:
    return peg(name, Side.BUY, quantity, to=to, **fields)


def peg_sell(name: str, quantity: int, *, to: int, **fields: int) -> np.ndarray:
    return peg(name, Side.SELL, quantity, to=to, **fields)


def or_else(name: str) -> dict[str, int]:
    """The terms of an order of which only one, it or the named one, shall trade."""
    return _linked(name, ContingencyType.ONE_CANCELS_THE_OTHER)


def held_for(name: str) -> dict[str, int]:
    """The terms of an order that waits until the named one is filled."""
    return _linked(name, ContingencyType.ONE_TRIGGERS_THE_OTHER)


def _linked(name: str, contingency: ContingencyType) -> dict[str, int]:
    return {"contingency_type": contingency, "linked_order_id": order_id(name), "account_id": account_id(name)}


def cancel(name: str, **fields: int) -> np.ndarray:
    return command(CommandKind.CANCEL, name, **fields)


def replace(name: str, quantity: int, *, at: int | None, **fields: int) -> np.ndarray:
    price = NO_PRICE if at is None else at
    return command(CommandKind.REPLACE, name, **({"price_ticks": price, "order_qty_lots": quantity} | fields))


def mass_cancel(*, account_id: int = 0, side: int = 0, exec_inst: int = 0) -> np.ndarray:
    return command(CommandKind.MASS_CANCEL, order_id=0, account_id=account_id, side=side, exec_inst=exec_inst)


def expire(name: str) -> np.ndarray:
    return command(CommandKind.EXPIRE, name)


def expire_all(time_in_force: int, *, now_ns: int = 0) -> np.ndarray:
    return command(CommandKind.EXPIRE, order_id=0, time_in_force=time_in_force, transact_time_ns=now_ns)


def halt() -> np.ndarray:
    return command(CommandKind.HALT)


def resume() -> np.ndarray:
    return command(CommandKind.RESUME)


def enter(phase: int) -> np.ndarray:
    return command(CommandKind.CHANGE_PHASE, phase=phase)


def auction() -> np.ndarray:
    """Call for the opening auction."""
    return enter(TradingPhase.OPENING_AUCTION)


def open_() -> np.ndarray:
    """Begin to trade, with an uncross."""
    return enter(TradingPhase.CONTINUOUS)


def closing_auction() -> np.ndarray:
    return enter(TradingPhase.CLOSING_AUCTION)


def close() -> np.ndarray:
    """End the day, with an uncross."""
    return enter(TradingPhase.CLOSED)


def set_reference(price_ticks: int) -> np.ndarray:
    return command(CommandKind.SET_REFERENCE, price_ticks=price_ticks)


def set_last(price_ticks: int) -> np.ndarray:
    return command(CommandKind.SET_LAST, price_ticks=price_ticks)


def set_bands(*, static_bps: int = 0, dynamic_bps: int = 0) -> np.ndarray:
    return command(CommandKind.SET_BANDS, static_band_bps=static_bps, dynamic_band_bps=dynamic_bps)


def set_allocation(allocation: int) -> np.ndarray:
    return command(CommandKind.SET_ALLOCATION, allocation=allocation)


def share_pro_rata() -> np.ndarray:
    return set_allocation(AllocationRule.PRO_RATA)


def rebase(base_ticks: int) -> np.ndarray:
    return command(CommandKind.REBASE, price_ticks=base_ticks)


def change_engine(version: int) -> np.ndarray:
    return command(CommandKind.CHANGE_ENGINE, order_qty_lots=version)


def play(matcher: Matcher, *commands: np.ndarray) -> list[str]:
    """Apply the commands and tell what happened."""
    return told(matcher.apply(np.concatenate(commands)))


def print_at(matcher: Matcher, price_ticks: int) -> None:
    """Make a price the last price: two strangers trade one lot at it."""
    matcher.apply(np.concatenate([sell("Y", 1, at=price_ticks), buy("Z", 1, at=price_ticks)]))
    assert not {order_id("Y"), order_id("Z")} & set(orders_of(matcher)["order_id"].tolist()), "did not trade"


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
                name, quantity, *shows = order.split()
                display = {"display_qty_lots": int(shows[1])} if shows else {}
                matcher.apply(new_order(name, side, int(quantity), at=int(price), **display))
    assert picture_of(matcher) == tidy(picture), "the picture is not of a book"


def header_of(matcher: Matcher) -> dict[str, int]:
    """The numbers at the head of the snapshot."""
    return dict(zip(HEADER, struct.unpack_from(f"<{len(HEADER)}q", matcher.snapshot(), 8), strict=True))


def orders_of(matcher: Matcher) -> np.ndarray:
    """The open orders, in the order of the snapshot."""
    data = matcher.snapshot()
    return np.frombuffer(data[8 + 8 * len(HEADER) :], dtype=RESTING_ORDER)


def order_of(matcher: Matcher, name: str) -> Any:
    """An open order by its name."""
    (order,) = (order for order in orders_of(matcher) if order["order_id"] == order_id(name))
    return order


def picture_of(matcher: Matcher) -> str:
    """The orders that can trade, as a picture."""
    levels: dict[int, dict[int, list[str]]] = {Side.BUY: {}, Side.SELL: {}}
    for order in orders_of(matcher):
        if order["place"] != Place.BOOK:
            continue
        shows = f" shows {order['shown_qty_lots']}" if order["display_qty_lots"] else ""
        levels[int(order["side"])].setdefault(int(order["price_ticks"]), []).append(
            f"{name_of(order['order_id'])} {order['leaves_qty_lots']}{shows}"
        )
    offers, bids = (
        {price: f"{'any' if price == NO_PRICE else price} {', '.join(names)}" for price, names in levels[side].items()}
        for side in (Side.SELL, Side.BUY)
    )
    unpriced_offer, unpriced_bid = (side.pop(NO_PRICE, None) for side in (offers, bids))
    return "\n".join(
        [
            *(line for _, line in sorted(offers.items(), reverse=True)),
            *([unpriced_offer] if unpriced_offer else []),
            "---",
            *([unpriced_bid] if unpriced_bid else []),
            *(line for _, line in sorted(bids.items(), reverse=True)),
        ]
    )


def waiting(matcher: Matcher) -> list[str]:
    """The orders that cannot trade yet, such as ``A sell 10 stop 98`` or ``B buy 5 aside``, in ranked order."""
    return [
        f"{name_of(order['order_id'])} {Side(order['side']).name.lower()} {order['leaves_qty_lots']} "
        + (f"stop {order['stop_px_ticks']}" if order["place"] == Place.STOPS else "aside")
        for order in orders_of(matcher)
        if order["place"] != Place.BOOK
    ]


def tidy(picture: str) -> str:
    """A picture without its indentation."""
    return "\n".join(" ".join(line.split()) for line in picture.split("\n") if line.strip())


def told(events: Iterable[Any]) -> list[str]:
    """The events as sentences, such as ``A TRADE 40 @ 101 leaves 60`` or ``B REJECTED duplicate_order``."""
    return [_sentence(event) for event in events]


def _sentence(event: Any) -> str:
    kind = EventKind(event["kind"])
    if kind is EventKind.PHASE_CHANGED:
        return f"{kind.name} {TradingPhase(event['phase']).name}{_uncrossed(event)}"
    if kind is EventKind.RULES_CHANGED:
        return kind.name
    if kind is EventKind.MASS_ACTION_DONE:
        return f"{kind.name} {event['cum_qty_lots']}"
    words = [name_of(event["order_id"]), kind.name]
    if kind is EventKind.TRADE:
        words.append(f"{event['last_qty_lots']} @ {event['last_px_ticks']}")
    if kind is EventKind.RESTATED:
        words.append("aside" if event["price_ticks"] == NO_PRICE else f"@ {event['price_ticks']}")
    if kind in (EventKind.NEW, EventKind.TRADE, EventKind.REPLACED, EventKind.RESTATED, EventKind.TRIGGERED):
        words.append(f"leaves {event['leaves_qty_lots']}")
    if event["hidden_qty_lots"]:
        words.append(f"hides {event['hidden_qty_lots']}")
    if event["reason"] != RejectReason.NONE:
        words.append(RejectReason(event["reason"]).code)
    return " ".join(words)


def _uncrossed(event: Any) -> str:
    if event["price_ticks"] == NO_PRICE:
        return ""
    return (
        f" {event['last_qty_lots']} @ {event['price_ticks']}"
        if event["last_qty_lots"]
        else f" @ {event['price_ticks']}"
    )
