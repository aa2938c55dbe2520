"""The uncross: one price at which a call's orders trade."""

from typing import Any

from matching.kernel.arrays import AT_NO_PRICE, BIDS, ICEBERG, LINKED, OFFERS
from matching.kernel.compiling import inlined_section, section
from matching.kernel.endings import close, links_after_trade
from matching.kernel.queues import best_rank, in_range, leave_level, price_of
from matching.kernel.reports import tell_trade
from matching.kernel.rows import level_at, level_terms_at, order_at, terms_at
from matching.kernel.words import AUCTION, NO_PRICE


@section
def _total(b: Any, ladder: Any) -> Any:
    total = 0
    rank = best_rank(b, ladder)
    while rank != 0:
        total += level_at(b, ladder, rank).qty_lots
        rank = level_at(b, ladder, rank).worse
    return total


@section
def _worst_rank(b: Any, ladder: Any) -> Any:
    return level_at(b, ladder, 0).better


@section
def _middle_price(b: Any) -> Any:
    """The price that decides between equals: the reference price, else the last price, 0 for none."""
    return b.reference_ticks if b.reference_ticks > 0 else b.last_px_ticks


@inlined_section
def _found(b: Any, price: Any, quantity: Any, imbalance: Any) -> Any:
    b.uncross_px_ticks = price
    b.uncross_qty_lots = quantity
    b.uncross_imbalance_lots = imbalance
    return price


@section
def _at_no_limit(b: Any) -> Any:
    """The uncross of a book without limit prices."""
    price = _middle_price(b)
    demand, supply = level_at(b, BIDS, AT_NO_PRICE).qty_lots, level_at(b, OFFERS, AT_NO_PRICE).qty_lots
    if price == 0 or not in_range(b, price) or min(demand, supply) == 0:
        return NO_PRICE
    return _found(b, price, min(demand, supply), demand - supply)


@section
def find_uncross(b: Any) -> Any:
    """The price at which the book as it is would uncross, NO_PRICE when nothing would trade.

    The quantity and the imbalance stand in the book's record.

    Walks all limit prices from the lowest up, the offers as they join the supply and the bids as they leave the demand,
    and keeps the best: most quantity, then least surplus, then the pressure, then the nearest to the middle.
    """
    _found(b, NO_PRICE, 0, 0)
    no_price_offers = level_at(b, OFFERS, AT_NO_PRICE).qty_lots
    bid_rank, offer_rank = _worst_rank(b, BIDS), best_rank(b, OFFERS)
    if offer_rank == AT_NO_PRICE:
        offer_rank = level_at(b, OFFERS, AT_NO_PRICE).worse
    if bid_rank <= AT_NO_PRICE and offer_rank == 0:
        return _at_no_limit(b)
    demand, supply = _total(b, BIDS), no_price_offers
    best_qty, best_surplus = 0, 0
    lowest_price, highest_price, nearest_price, nearest_distance = NO_PRICE, NO_PRICE, NO_PRICE, 0
    all_bought, all_sold = True, True
    middle = _middle_price(b)
    leaving = 0
    while bid_rank > AT_NO_PRICE or offer_rank != 0:
        bid_price = price_of(b, BIDS, bid_rank) if bid_rank > AT_NO_PRICE else NO_PRICE
        offer_price = price_of(b, OFFERS, offer_rank) if offer_rank != 0 else NO_PRICE
        price = bid_price if offer_price == NO_PRICE or NO_PRICE < bid_price < offer_price else offer_price
        demand -= leaving
        leaving = 0
        if offer_price == price:
            supply += level_at(b, OFFERS, offer_rank).qty_lots
            offer_rank = level_at(b, OFFERS, offer_rank).worse
        if bid_price == price:
            leaving = level_at(b, BIDS, bid_rank).qty_lots
            bid_rank = level_at(b, BIDS, bid_rank).better
        quantity, surplus = min(demand, supply), demand - supply
        distance = abs(price - middle) if middle > 0 else price
        if quantity > best_qty or (quantity == best_qty and abs(surplus) < abs(best_surplus)):
            best_qty, best_surplus = quantity, surplus
            lowest_price, nearest_price, nearest_distance = price, price, distance
            all_bought, all_sold = True, True
        elif quantity != best_qty or abs(surplus) != abs(best_surplus):
            continue
        highest_price = price
        if distance <= nearest_distance:
            nearest_price, nearest_distance = price, distance
        all_bought = all_bought and surplus > 0
        all_sold = all_sold and surplus < 0
    if best_qty == 0:
        return NO_PRICE
    price = highest_price if all_bought else lowest_price if all_sold else nearest_price
    return _found(b, price, best_qty, _imbalance_at(b, price))


@section
def _imbalance_at(b: Any, price: Any) -> Any:
    """Demand minus supply at a price."""
    imbalance = 0
    rank = best_rank(b, BIDS)
    while rank != 0 and (rank == AT_NO_PRICE or price_of(b, BIDS, rank) >= price):
        imbalance += level_at(b, BIDS, rank).qty_lots
        rank = level_at(b, BIDS, rank).worse
    rank = best_rank(b, OFFERS)
    while rank != 0 and (rank == AT_NO_PRICE or price_of(b, OFFERS, rank) <= price):
        imbalance -= level_at(b, OFFERS, rank).qty_lots
        rank = level_at(b, OFFERS, rank).worse
    return imbalance


@section
def _first_within(b: Any, ladder: Any, price: Any) -> Any:
    """The slot of the first order of a side that trades at an uncross price, 0 when there is none left."""
    rank = best_rank(b, ladder)
    if rank == 0:
        return 0
    limit = price_of(b, ladder, rank)
    if rank != AT_NO_PRICE and (limit < price if ladder == BIDS else limit > price):
        return 0
    return level_at(b, ladder, rank).first


@section
def _reduce(b: Any, slot: Any, quantity: Any) -> None:
    """Take a quantity off an order in its place; an iceberg shows anew, an order that is done leaves."""
    order = order_at(b, slot)
    ladder = order.ladder
    rank = order.rank
    order.leaves_qty_lots -= quantity
    level_at(b, ladder, rank).qty_lots -= quantity
    if order.flags & ICEBERG:
        shown = min(terms_at(b, slot).display_qty_lots, order.leaves_qty_lots)
        level_terms_at(b, ladder, rank).hidden_qty_lots += order.shown_qty_lots - shown - quantity
        order.shown_qty_lots = shown
    if order.leaves_qty_lots == 0:
        leave_level(b, slot)
        close(b, slot)


@section
def uncross_at(b: Any, price: Any) -> None:
    """Let the book trade at a price, by rank, until one side has nothing left within it."""
    while True:
        bid, offer = _first_within(b, BIDS, price), _first_within(b, OFFERS, price)
        if bid == 0 or offer == 0:
            return
        quantity = min(order_at(b, bid).leaves_qty_lots, order_at(b, offer).leaves_qty_lots)
        _reduce(b, bid, quantity)
        _reduce(b, offer, quantity)
        b.trade_seq += 1
        tell_trade(b, bid, offer, AUCTION, order_at(b, bid).price_ticks, price, quantity)
        tell_trade(b, offer, bid, AUCTION, order_at(b, offer).price_ticks, price, quantity)
        if order_at(b, bid).flags & LINKED:
            links_after_trade(b, bid)
        if order_at(b, offer).flags & LINKED:
            links_after_trade(b, offer)
