"""Commands that look at the market."""

from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

from adminshell.answers import Answer, Table, as_dict, listing
from adminshell.grammar import Command, Invocation, Parameter, count_to, symbol
from market import full_depth
from market.records import DepthRecord, FullDepthRecord, TickerRecord, TradeRecord
from market.selectors import books, depth, instruments, tickers, trades, workers
from vocabulary import limits
from vocabulary.phases import TradingPhase

LEVELS = 10
ORDERS_SHOWN = 20
TRADES_SHOWN = 20
LADDER_COLUMNS = ("orders", "bid_qty", "bid", "offer", "offer_qty", "orders")
QUEUE_COLUMNS = ("md_entry_id", "place", "bid_qty", "bid", "offer", "offer_qty", "place", "md_entry_id")
TRADE_COLUMNS = ("trade_id", "executed_at", "price", "quantity", "aggressor_side")


def status(invocation: Invocation) -> Answer:
    """How the exchange stands, in a few lines."""
    states = books.states()
    phases = Counter(state.phase for state in states)
    document: dict[str, object] = {
        "database": "up",
        "redis": "down" if workers.queues() is None else "up",
        "instruments": len(states),
        "trading": phases[TradingPhase.CONTINUOUS],
        "halted": phases[TradingPhase.HALTED],
        "stopped_books": sum(state.status != "RUNNING" for state in states),
        "inbox_depth": sum(state.inbox_depth for state in states),
        "oldest_inbox_age_s": max((state.oldest_inbox_age_s for state in states), default=0.0),
    }
    rows = [(name.replace("_", " "), value) for name, value in document.items()]
    halted = [state for state in states if state.phase is TradingPhase.HALTED]
    reasons = Table(["halted", "reason"], [(state.symbol, state.phase_reason) for state in halted])
    return Answer(document, tables=[Table(["what", "how"], rows), *([reasons] if halted else [])])


def list_instruments(invocation: Invocation) -> Answer:
    """Every instrument with its market at a glance."""
    columns = ("symbol", "name", "phase", "last_px", "bid_px", "offer_px", "volume", "phase_reason")
    return listing(tickers.every(), columns=columns, empty="No instrument is listed yet.")


def book(invocation: Invocation) -> Answer:
    """One book, aggregated by price."""
    named = invocation.symbol() or ""
    record = depth.of(named, levels=invocation.number("levels", default=LEVELS))
    instrument = instruments.by_symbol(named)
    return Answer(
        as_dict(record),
        sentences=[_headline(named, phase=record.phase, reason=instrument.phase_reason)],
        tables=[_ladder(record)],
    )


def queue(invocation: Invocation) -> Answer:
    """One book, order by order."""
    named = invocation.symbol() or ""
    record = full_depth.of(named, count=invocation.number("count", default=ORDERS_SHOWN))
    instrument = instruments.by_symbol(named)
    document = as_dict(record)
    document["checksum"] = document.pop("levels_crc32")
    return Answer(
        document,
        sentences=[_headline(named, phase=record.phase, reason=instrument.phase_reason)],
        tables=[_queues(record)],
    )


def watch(invocation: Invocation) -> Iterator[Answer]:
    """One market, again and again."""
    named = invocation.symbol() or ""
    while True:
        ticker = tickers.of(named)
        yield _frame(ticker, record=depth.of(named, levels=LEVELS), newest=trades.newest(named, count=LEVELS))


def list_trades(invocation: Invocation) -> Answer:
    """The newest trades of one instrument."""
    count = invocation.number("count", default=TRADES_SHOWN)
    found = trades.newest(invocation.symbol() or "", count=count)
    return listing(found, columns=TRADE_COLUMNS, empty="No trade yet.")


def _frame(ticker: TickerRecord, *, record: DepthRecord, newest: list[TradeRecord]) -> Answer:
    prints = [[getattr(trade, column) for column in TRADE_COLUMNS] for trade in newest]
    return Answer(
        {"ticker": ticker, "depth": record, "trades": newest},
        sentences=[
            _headline(ticker.symbol, phase=ticker.phase, reason=ticker.phase_reason),
            f"last {_or_dash(ticker.last_px)}   change {_or_dash(ticker.change_percent)} %   "
            f"high {_or_dash(ticker.high_px)}   low {_or_dash(ticker.low_px)}   volume {ticker.volume:f}",
            "",
        ],
        tables=[_ladder(record), Table(TRADE_COLUMNS, prints, title="Trades", empty="No trade yet.")],
    )


def _headline(named: str, *, phase: TradingPhase, reason: str) -> str:
    return f"{named}   {phase.name}{f': {reason}' if reason else ''}"


def _ladder(record: DepthRecord) -> Table:
    rows = [
        (
            *((bid.order_count, bid.quantity, bid.price) if bid else ("", "", "")),
            *((offer.price, offer.quantity, offer.order_count) if offer else ("", "", "")),
        )
        for bid, offer in zip_longest(record.bids, record.offers)
    ]
    return Table(LADDER_COLUMNS, rows, empty="The book is empty.")


def _queues(record: FullDepthRecord) -> Table:
    rows = [
        (
            *((bid.md_entry_id, bid.queue_position, bid.quantity, bid.price) if bid else ("",) * 4),
            *((offer.price, offer.quantity, offer.queue_position, offer.md_entry_id) if offer else ("",) * 4),
        )
        for bid, offer in zip_longest(record.bids, record.offers)
    ]
    return Table(QUEUE_COLUMNS, rows, empty="The book is empty.")


def _or_dash(value: object) -> str:
    return "-" if value is None else f"{value:f}"


SYMBOL = Parameter("symbol", symbol)
COMMANDS = (
    Command("status", "How the exchange stands.", status),
    Command("instruments", "Every instrument with phase, prices and volume.", list_instruments),
    Command(
        "book",
        f"The book of an instrument, by price; {LEVELS} levels unless told.",
        book,
        [SYMBOL, Parameter("levels", count_to(limits.DEPTH_LEVELS_MAX), is_optional=True)],
    ),
    Command(
        "queue",
        f"The book of an instrument, order by order as they trade; {ORDERS_SHOWN} of a side unless told.",
        queue,
        [SYMBOL, Parameter("count", count_to(limits.FULL_DEPTH_ORDERS_MAX), is_optional=True)],
    ),
    Command("watch", "One market live, until Ctrl-C.", watch, [SYMBOL]),
    Command(
        "trades",
        f"The newest trades of an instrument; {TRADES_SHOWN} unless told.",
        list_trades,
        [SYMBOL, Parameter("count", count_to(limits.PAGE_SIZE_MAX), is_optional=True)],
    ),
)
