"""Laws that no stream of commands may break, held against the kernel's events alone."""

from hypothesis import given, settings

from matching import NO_PRICE, Book, EventKind, apply
from tests.matching.streams import EXAMPLES, streams
from vocabulary.orders import LiquiditySide, Side
from vocabulary.phases import TradingPhase


@settings(max_examples=EXAMPLES, deadline=None)
@given(streams())
def test_quantity_is_conserved(stream):
    (base_ticks, levels), commands = stream
    book = Book.create(base_ticks=base_ticks, levels=levels)
    events = apply(book, commands)
    open_qty = {int(order["order_id"]): int(order["leaves_qty_lots"]) for order in book.orders()}
    last_told: dict[int, int] = {}
    for event in events:
        order_id, kind = int(event["order_id"]), event["kind"]
        if kind in (EventKind.NEW, EventKind.TRADE, EventKind.REPLACED):
            assert event["order_qty_lots"] == event["cum_qty_lots"] + event["leaves_qty_lots"]
            last_told[order_id] = int(event["leaves_qty_lots"])
        elif kind == EventKind.CANCELED:
            last_told[order_id] = 0
    assert open_qty == {order_id: leaves for order_id, leaves in last_told.items() if leaves}
    trades = events[events["kind"] == EventKind.TRADE]
    makers, takers = (trades[trades["liquidity"] == side] for side in LiquiditySide)
    for name in ("trade_seq", "last_px_ticks", "last_qty_lots"):
        assert makers[name].tolist() == takers[name].tolist()
    assert makers["trade_seq"].tolist() == list(range(1, book.trade_seq + 1))


@settings(max_examples=EXAMPLES, deadline=None)
@given(streams())
def test_depth_and_best_prices_are_sums_of_the_orders_and_never_cross(stream):
    (base_ticks, levels), commands = stream
    book = Book.create(base_ticks=base_ticks, levels=levels)
    for at in range(len(commands)):
        apply(book, commands[at : at + 1])
        if NO_PRICE not in (book.best_bid_ticks, book.best_offer_ticks):
            assert book.best_bid_ticks < book.best_offer_ticks
    orders = book.orders()
    assert book.open_order_count == len(orders)
    for side in Side:
        summed: dict[int, tuple[int, int]] = {}
        for order in orders[orders["side"] == side]:
            quantity, count = summed.get(int(order["price_ticks"]), (0, 0))
            summed[int(order["price_ticks"])] = (quantity + int(order["leaves_qty_lots"]), count + 1)
        assert [(level.price_ticks, (level.qty_lots, level.order_count)) for level in book.depth(side)] == sorted(
            summed.items(), reverse=side is Side.BUY
        )


@settings(max_examples=EXAMPLES, deadline=None)
@given(streams())
def test_nothing_trades_in_a_halt(stream):
    (base_ticks, levels), commands = stream
    events = apply(Book.create(base_ticks=base_ticks, levels=levels), commands)
    halted = events[events["phase"] == TradingPhase.HALTED]
    assert not set(halted["kind"].tolist()) & {EventKind.NEW, EventKind.TRADE, EventKind.REPLACED}


@settings(max_examples=EXAMPLES, deadline=None)
@given(streams())
def test_makers_trade_in_the_order_of_price_and_then_of_arrival(stream):
    (base_ticks, levels), commands = stream
    book = Book.create(base_ticks=base_ticks, levels=levels)
    arrived: dict[int, int] = {}
    for at in range(len(commands)):
        before = {int(order["order_id"]): order.copy() for order in book.orders()}
        events = apply(book, commands[at : at + 1])
        for event in events:
            order_id = int(event["order_id"])
            old = before.get(order_id)
            if event["kind"] == EventKind.NEW or (
                event["kind"] == EventKind.REPLACED
                and old is not None
                and (old["price_ticks"] != event["price_ticks"] or old["order_qty_lots"] < event["order_qty_lots"])
            ):
                arrived[order_id] = int(event["event_seq"])
        makers = events[events["liquidity"] == LiquiditySide.MAKER]
        if len(makers):
            worse_by = 1 if makers[0]["side"] == Side.SELL else -1
            waiting = sorted(
                (worse_by * int(order["price_ticks"]), arrived[order_id], order_id)
                for order_id, order in before.items()
                if order["side"] == makers[0]["side"]
            )
            assert makers["order_id"].tolist() == [order_id for _, _, order_id in waiting[: len(makers)]]


@settings(max_examples=EXAMPLES, deadline=None)
@given(streams())
def test_every_command_is_answered_in_its_turn(stream):
    (base_ticks, levels), commands = stream
    book = Book.create(base_ticks=base_ticks, levels=levels)
    events = apply(book, commands)
    assert events["event_seq"].tolist() == list(range(1, len(events) + 1))
    assert sorted(set(events["command_seq"].tolist())) == list(range(1, len(commands) + 1))
    assert events["command_seq"].tolist() == sorted(events["command_seq"].tolist())
    assert (book.command_seq, book.event_seq) == (len(commands), len(events))
