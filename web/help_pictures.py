"""The pictures on the Help page: the same small book for each type of order, and what the order does to it."""

from typing import NamedTuple


class Level(NamedTuple):
    """A price level of the picture: its side, price and quantity, and what of it the order takes or adds."""

    side: str
    price: str
    quantity: int
    taken: int = 0
    added: int = 0


class OrderType(NamedTuple):
    """A type of order: its name, what it does, the order of the example, and the book around it."""

    name: str
    rule: str
    example: str
    levels: tuple[Level, ...]


def _book(*, taken: dict[str, int] | None = None, added: dict[str, int] | None = None) -> tuple[Level, ...]:
    """The book of every example, with what the order takes from it and adds to it, by price."""
    rows = [("offer", "10.04", 40), ("offer", "10.03", 30), ("offer", "10.02", 20), ("bid", "10.00", 20)]
    rows += [("bid", "9.99", 30), ("bid", "9.98", 40)]
    took, put = taken or {}, added or {}
    return tuple(Level(side, price, lots, took.get(price, 0), put.get(price, 0)) for side, price, lots in rows)


ORDER_TYPES = (
    OrderType(
        "Limit",
        "Trades at its price or better. What cannot trade at once waits in the book, behind those who came first.",
        "Buy 30 at 10.02: 20 trade at 10.02. With a limit of 10.00 all 30 would wait there.",
        _book(taken={"10.02": 20}),
    ),
    OrderType(
        "Market",
        "Trades at once at the best prices there are, up to 5 % beyond the market or the worst price that you name. It "
        "never waits: what finds nobody is canceled.",
        "Buy 40: 20 trade at 10.02 and 20 at 10.03.",
        _book(taken={"10.02": 20, "10.03": 20}),
    ),
    OrderType(
        "Stop and stop limit",
        "Waits unseen until the market trades at the stop price or beyond. Then a stop trades at market, and a stop "
        "limit becomes a limit order.",
        "Sell 20, stop 9.99: when 9.99 trades, 20 are sold to whoever bids most.",
        _book(taken={"9.99": 20}),
    ),
    OrderType(
        "Trailing stop",
        "A stop that follows the market at a distance, and never steps back.",
        "Sell 20, trail by 0.03: at a last price of 10.02 it stands at 9.99; when the market rises to 10.10, at 10.07.",
        _book(),
    ),
    OrderType(
        "Iceberg",
        "A limit order that shows only a part at a time. When that has traded, the next part queues behind the others.",
        "Buy 50 at 10.00, show 10: the book shows 10 more.",
        _book(added={"10.00": 10}),
    ),
    OrderType(
        "Post only",
        "Rests, or is rejected: it never takes what others offer. With Slide it is moved one step short of trading.",
        "Buy 10 at 10.02 would trade, and is rejected; with Slide it rests at 10.01.",
        _book(),
    ),
    OrderType(
        "Pegged",
        "Its price follows the best of its own side, of the other side, or the middle, with an offset if you like.",
        "Buy 10, my side's best price: it stands at 10.00 and moves with it.",
        _book(added={"10.00": 10}),
    ),
    OrderType(
        "Bracket",
        "Three orders at once: an entry, and a limit order and a stop that end it. They wait for the entry to trade; "
        "when one of the two trades, the other is canceled.",
        "Buy 20 at 10.02, take-profit 10.04, stop-loss 9.98.",
        _book(taken={"10.02": 20}, added={"10.04": 20}),
    ),
    OrderType(
        "One cancels the other (OCO)",
        "A limit order and a stop on the same side: when one trades, the other is canceled.",
        "Sell 20 at 10.04, stop 9.98.",
        _book(added={"10.04": 20}),
    ),
)
