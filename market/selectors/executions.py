"""Reading the execution reports of one's own orders."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from access.records import Actor
from market import grants
from market.errors import Expired, InvalidRequest, NotFound, OtherEpoch, UnknownSymbol
from market.models import Account, Book, Instrument, JournalEvent, Order, Trade
from market.models.trade import NO_AGGRESSOR
from market.records import AccountExecution, BookPosition, ExecutionPage, ExecutionRecord, FillRecord
from vocabulary import limits
from vocabulary.fees import money_of
from vocabulary.orders import ExecType, LiquiditySide, Side
from vocabulary.rejects import RejectReason
from vocabulary.units import TradingUnits


def of_order(order_id: int, *, actor: Actor) -> list[ExecutionRecord]:
    """What happened to one of the actor's orders since the matcher took it, oldest first. Raises NotFound."""
    reached = grants.reached_by(actor, through="account__")
    order = Order.objects.select_related("instrument").filter(reached, pk=order_id).first()
    if order is None:
        raise NotFound("You have no such order.", field="order_id")
    events = JournalEvent.objects.filter(order_id=order_id, account_id=order.account_id).order_by("event_seq")
    found = list(events)
    fees = _fees_of(found)
    instrument = order.instrument
    return [
        _execution(event, symbol=instrument.symbol, units=instrument.units, fee=fees.get(event.pk)) for event in found
    ]


def after(symbol: str, *, sequence: int, epoch: str = "", actor: Actor) -> ExecutionPage:
    """What happened to the orders of the actor's accounts in one book after an event, oldest first.

    A page ends at the book's newest event, or EXECUTIONS_PAGE_EVENTS further; ask again after its ``position``.
    Raises NotFound for an unknown symbol, OtherEpoch for an epoch that is given and not the book's, InvalidRequest for
    a sequence that the book has not come to, Expired when events after it are not kept any more.
    """
    book = Book.objects.select_related("instrument").filter(instrument__symbol=symbol).first()
    if book is None:
        raise UnknownSymbol(symbol)
    if epoch not in ("", str(book.epoch)):
        raise OtherEpoch(f"The book of {symbol} lives in the epoch {book.epoch}.", field="since")
    if sequence > book.event_seq:
        detail = f"The book of {symbol} has come to event {book.event_seq}, not to {sequence}."
        raise InvalidRequest(detail, field="since", code="unknown_sequence")
    last = min(book.event_seq, sequence + limits.EXECUTIONS_PAGE_EVENTS)
    _refuse_what_is_gone(book, symbol=symbol, sequence=sequence)
    events = JournalEvent.objects.filter(
        instrument_id=book.instrument_id,
        event_seq__gt=sequence,
        event_seq__lte=last,
        order_id__gt=0,  # a mass cancel gives an event of the account's that is about no order
        account_id__in=Account.objects.filter(grants.reached_by(actor)).values("pk"),
    )
    found = list(events.order_by("event_seq"))
    orders = Order.objects.select_related("account").in_bulk({event.order_id for event in found})
    units = book.instrument.units
    fees = _fees_of(found)
    reports = [
        _account_execution(event, order=orders[event.order_id], symbol=symbol, units=units, fee=fees.get(event.pk))
        for event in found
    ]
    return ExecutionPage(tuple(reports), BookPosition(str(book.epoch), last))


def _refuse_what_is_gone(book: Book, *, symbol: str, sequence: int) -> None:
    """Of a journal without the very next event nobody can tell what else it lacks."""
    if sequence == book.event_seq:
        return
    kept = JournalEvent.objects.filter(instrument_id=book.instrument_id, event_seq=sequence + 1)
    if not kept.exists():
        detail = f"The reports of {symbol} after event {sequence} are not kept any more; look at your orders instead."
        raise Expired(detail, field="since")


def _fees_of(events: Sequence[JournalEvent]) -> dict[int, Decimal]:
    """What the fills among some events of one book cost, by the event's key."""
    fills = [event for event in events if event.kind == ExecType.TRADE]
    if not fills:
        return {}
    trades = Trade.objects.filter(
        instrument_id=fills[0].instrument_id, trade_seq__in={event.trade_seq for event in fills}
    )
    paid = {
        row[0]: {Side.BUY: row[1], Side.SELL: row[2]}
        for row in trades.values_list("trade_seq", "buy_fee_micros", "sell_fee_micros")
    }
    return {event.pk: money_of(paid[event.trade_seq][Side(event.side)]) for event in fills if event.trade_seq in paid}


def fills_of_actor(
    actor: Actor, *, symbol: str | None = None, before: int | None = None, count: int
) -> list[FillRecord]:
    """The newest ``count`` fills of the actor's accounts with a fill id below ``before``, newest first."""
    account_ids = set(Account.objects.filter(grants.reached_by(actor)).values_list("pk", flat=True))
    instruments = Instrument.objects.filter(**({} if symbol is None else {"symbol": symbol}))
    fills: list[FillRecord] = []
    for side, column in ((Side.BUY, "buy_account_id"), (Side.SELL, "sell_account_id")):
        trades = Trade.objects.select_related("instrument").filter(
            instrument__in=instruments, **{f"{column}__in": account_ids}
        )
        if before is not None:
            trades = trades.filter(pk__lt=_trades_below(before, side=side))
        fills += [_fill(trade, side=side) for trade in trades.order_by("-pk")[:count]]
    fills.sort(key=lambda fill: fill.fill_id, reverse=True)
    return fills[:count]


def _fill_id(trade_pk: int, *, side: Side) -> int:
    """The two sides of a trade have an id each: somebody may be both."""
    return 2 * trade_pk + (side is Side.SELL)


def _trades_below(fill_id: int, *, side: Side) -> int:
    """The first key of a trade whose fill on this side is not below a fill id."""
    return (fill_id + (side is Side.BUY)) // 2


def _fill(trade: Trade, *, side: Side) -> FillRecord:
    units = trade.instrument.units
    return FillRecord(
        fill_id=_fill_id(trade.pk, side=side),
        trade_id=trade.trade_seq,
        order_id=trade.buy_order_id if side is Side.BUY else trade.sell_order_id,
        symbol=trade.instrument.symbol,
        side=side,
        last_px=units.to_price(trade.price_ticks),
        last_qty=units.to_quantity(trade.quantity_lots),
        liquidity_side=_liquidity_side(trade, side=side),
        fee=money_of(trade.buy_fee_micros if side is Side.BUY else trade.sell_fee_micros),
        transact_time=trade.executed_at,
    )


def _liquidity_side(trade: Trade, *, side: Side) -> LiquiditySide:
    if trade.aggressor_side == NO_AGGRESSOR:
        return LiquiditySide.AUCTION
    return LiquiditySide.TAKER if trade.aggressor_side == side else LiquiditySide.MAKER


def _account_execution(
    event: JournalEvent, *, order: Order, symbol: str, units: TradingUnits, fee: Decimal | None
) -> AccountExecution:
    return AccountExecution(
        symbol=symbol,
        account=order.account.number,
        cl_ord_id=order.cl_ord_id,
        side=Side(order.side),
        event_sequence=event.event_seq,
        execution=_execution(event, symbol=symbol, units=units, fee=fee),
    )


def _execution(event: JournalEvent, *, symbol: str, units: TradingUnits, fee: Decimal | None) -> ExecutionRecord:
    is_trade = event.kind == ExecType.TRADE
    return ExecutionRecord(
        exec_id=f"{symbol}-{event.event_seq}",
        order_id=event.order_id,
        exec_type=ExecType(event.kind),
        reason=RejectReason(event.reason),
        cum_qty=units.to_quantity(event.cum_qty_lots),
        leaves_qty=units.to_quantity(event.leaves_qty_lots),
        last_px=units.to_price(event.last_px_ticks) if is_trade else None,
        last_qty=units.to_quantity(event.last_qty_lots) if is_trade else None,
        liquidity_side=LiquiditySide(event.liquidity) if is_trade else None,
        trade_id=event.trade_seq if is_trade else None,
        transact_time=time_of(event.transact_time_ns),
        fee=fee,
    )


def time_of(nanoseconds: int) -> datetime:
    """A book's time as a datetime in UTC, to the microsecond."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=rest // 1_000)
