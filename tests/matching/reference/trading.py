"""Taking: how an aggressor trades with the orders in the book."""

from dataclasses import dataclass

from matching.layout import NO_PRICE
from tests.matching.reference import links, pegs, stops
from tests.matching.reference.order import Order, Place
from tests.matching.reference.state import BookState
from vocabulary.commands import EventKind
from vocabulary.orders import LiquiditySide, SelfTradePrevention, Side, TimeInForce
from vocabulary.phases import AllocationRule, TradingPhase
from vocabulary.rejects import RejectReason


@dataclass(frozen=True)
class Band:
    """The prices at which an aggressor may trade."""

    low: int
    high: int

    def holds(self, price_ticks: int) -> bool:
        return self.low <= price_ticks <= self.high


def take(book: BookState, aggressor: Order) -> None:
    """Trade while the best price opposite allows; what remains rests or is canceled."""
    bands = bands_now(book)
    while True:
        best = book.first(Side(aggressor.side).opposite)
        if best is None or not is_within(aggressor, best.price_ticks):
            break
        if not all(band.holds(best.price_ticks) for band in bands):
            _interrupt(book, aggressor, price_ticks=best.price_ticks)
            return
        if book.allocation == AllocationRule.PRO_RATA:
            _trade_a_round(book, aggressor, price_ticks=best.price_ticks)
        else:
            _trade_with_the_first(book, aggressor, best)
        if aggressor.order_id not in book.open_orders:
            return
    if aggressor.never_rests_in_continuous:
        links.close(book, aggressor, EventKind.CANCELED, reason=RejectReason.NO_LIQUIDITY)
    else:
        book.rest(aggressor)


def why_not_at_once(book: BookState, aggressor: Order) -> RejectReason:
    """Why an order that must trade all or a minimum at once does not trade at all."""
    if aggressor.time_in_force == TimeInForce.FOK and can_trade_at_once(book, aggressor) < aggressor.leaves_qty:
        return RejectReason.NOT_FILLABLE
    if aggressor.min_qty and can_trade_at_once(book, aggressor) < aggressor.min_qty:
        return RejectReason.MIN_QTY_NOT_MET
    return RejectReason.NONE


def can_trade_at_once(book: BookState, aggressor: Order) -> int:
    bands = bands_now(book)
    opposite = book.ranked(Side(aggressor.side).opposite)
    mode = aggressor.self_trade_prevention
    counted: list[Order] = []
    quantity = 0
    for price_ticks in dict.fromkeys(order.price_ticks for order in opposite):
        if not is_within(aggressor, price_ticks) or not all(band.holds(price_ticks) for band in bands):
            break
        level = [order for order in opposite if order.price_ticks == price_ticks]
        own = [order for order in level if mode and order.account_id == aggressor.account_id]
        if own and mode != SelfTradePrevention.CANCEL_PASSIVE:
            ahead = [] if book.allocation == AllocationRule.PRO_RATA else level[: level.index(own[0])]
            for order in ahead:
                if order.partner not in counted:
                    counted.append(order)
                    quantity += order.shows
            break
        for order in level:
            if order not in own and order.partner not in counted:
                counted.append(order)
                quantity += order.leaves_qty
    return quantity


def is_within(aggressor: Order, price_ticks: int) -> bool:
    """Whether an order may trade at a price."""
    if aggressor.price_ticks == NO_PRICE:
        return True
    if aggressor.side == Side.BUY:
        return price_ticks <= aggressor.price_ticks
    return price_ticks >= aggressor.price_ticks


def bands_now(book: BookState) -> list[Band]:
    """The bands of an aggressor that begins to take now."""
    bands = []
    last_or_reference = book.last_px_ticks or book.reference_ticks
    for middle, bps in (
        (book.reference_ticks, book.static_band_bps),
        (last_or_reference, book.dynamic_band_bps),
    ):
        width = middle * bps // 10_000
        if width > 0:
            bands.append(Band(middle - width, middle + width))
    return bands


def _interrupt(book: BookState, aggressor: Order, *, price_ticks: int) -> None:
    book.phase = TradingPhase.VOLATILITY_AUCTION
    book.write(kind=EventKind.PHASE_CHANGED, price_ticks=price_ticks)
    pegs.go_aside(book)
    if aggressor.is_immediate:
        links.close(book, aggressor, EventKind.CANCELED, reason=RejectReason.VOLATILITY_INTERRUPTION)
    else:
        book.rest(aggressor)


def _trade_with_the_first(book: BookState, aggressor: Order, maker: Order) -> None:
    if _are_of_one_account(aggressor, maker):
        _prevent_self_trade(book, aggressor, maker)
        return
    reloads = _trade(book, aggressor, maker, quantity=min(aggressor.leaves_qty, maker.shows))
    if reloads:
        _go_to_the_end(book, maker)


def _trade_a_round(book: BookState, aggressor: Order, *, price_ticks: int) -> None:
    for maker in _level(book, aggressor, price_ticks):
        if not _is_open(book, aggressor):
            return
        if _is_open(book, maker) and _are_of_one_account(aggressor, maker):
            _prevent_self_trade(book, aggressor, maker)
    if not _is_open(book, aggressor):
        return
    level = _level(book, aggressor, price_ticks)
    shares = shares_of(aggressor.leaves_qty, [maker.shows for maker in level])
    reloaded = []
    for maker, share in zip(level, shares, strict=True):
        if share > 0 and _is_open(book, maker) and _trade(book, aggressor, maker, quantity=share):
            reloaded.append(maker)
    for maker in reloaded:
        _go_to_the_end(book, maker)


def shares_of(quantity: int, shown: list[int]) -> list[int]:
    """A quantity shared out pro rata among what orders show, what is left over in their order."""
    total = sum(shown)
    if quantity >= total:
        return shown
    shares = [quantity * one // total for one in shown]
    left_over = quantity - sum(shares)
    for at, one in enumerate(shown):
        more = min(left_over, one - shares[at])
        shares[at] += more
        left_over -= more
    return shares


def _trade(book: BookState, aggressor: Order, maker: Order, *, quantity: int) -> bool:
    """Trade, tell it and let links and stops act; whether the maker shows anew and must go to the end of its queue."""
    price_ticks = maker.price_ticks
    maker.cum_qty += quantity
    aggressor.cum_qty += quantity
    reloads = False
    if maker.display_qty:
        maker.shown_qty -= quantity
        if maker.shown_qty == 0 and maker.leaves_qty > 0:
            maker.show_afresh()
            reloads = True
    is_new_price = price_ticks != book.last_px_ticks
    book.last_px_ticks = price_ticks
    tell_trade(
        book,
        ((maker, LiquiditySide.MAKER), (aggressor, LiquiditySide.TAKER)),
        price_ticks=price_ticks,
        quantity=quantity,
    )
    if is_new_price:
        stops.look(book)
    return reloads


def tell_trade(
    book: BookState, parties: tuple[tuple[Order, LiquiditySide], ...], *, price_ticks: int, quantity: int
) -> None:
    """The two events of a trade, then the links of both orders."""
    book.trade_seq += 1
    orders = [order for order, _ in parties]
    for (order, liquidity), contra in zip(parties, reversed(orders), strict=True):
        book.tell(
            EventKind.TRADE,
            order,
            liquidity=liquidity,
            last_px_ticks=price_ticks,
            last_qty_lots=quantity,
            contra_order_id=contra.order_id,
            trade_seq=book.trade_seq,
        )
    for order in orders:
        links.act_on_trade(book, order)


def _are_of_one_account(aggressor: Order, maker: Order) -> bool:
    return bool(aggressor.self_trade_prevention) and maker.account_id == aggressor.account_id


def _prevent_self_trade(book: BookState, aggressor: Order, maker: Order) -> None:
    mode = aggressor.self_trade_prevention
    if mode == SelfTradePrevention.DECREMENT_AND_CANCEL:
        decrement = min(aggressor.leaves_qty, maker.leaves_qty)
        for order in (maker, aggressor):
            _decrement(book, order, quantity=decrement)
        return
    if mode in (SelfTradePrevention.CANCEL_PASSIVE, SelfTradePrevention.CANCEL_BOTH):
        links.close(book, maker, EventKind.CANCELED, reason=RejectReason.SELF_TRADE)
    if mode in (SelfTradePrevention.CANCEL_AGGRESSIVE, SelfTradePrevention.CANCEL_BOTH):
        links.close(book, aggressor, EventKind.CANCELED, reason=RejectReason.SELF_TRADE)


def _decrement(book: BookState, order: Order, *, quantity: int) -> None:
    if order.leaves_qty == quantity:
        links.close(book, order, EventKind.CANCELED, reason=RejectReason.SELF_TRADE)
        return
    order.order_qty -= quantity
    order.show_no_more_than_it_has()
    book.tell(EventKind.RESTATED, order, reason=RejectReason.SELF_TRADE)


def _level(book: BookState, aggressor: Order, price_ticks: int) -> list[Order]:
    return [order for order in book.ranked(Side(aggressor.side).opposite) if order.price_ticks == price_ticks]


def _is_open(book: BookState, order: Order) -> bool:
    return book.open_orders.get(order.order_id) is order


def _go_to_the_end(book: BookState, order: Order) -> None:
    """To the end of its queue, showing what it shows."""
    assert order.place == Place.BOOK
    book.in_book.remove(order)
    book.in_book.append(order)
