"""The uncross: one price at which a call's orders trade."""

from typing import Any

from matching.kernel.arrays import AT_NO_PRICE, BIDS, ICEBERG, LINKED, OFFERS
from matching.kernel.compiling import inlined_section, section
from matching.kernel.endings import close, links_after_trade
from matching.kernel.ids import find
from matching.kernel.queues import best_rank, in_range, leave_level, next_better, next_worse, price_of, worst_rank
from matching.kernel.reports import tell_trade
from matching.kernel.rows import level_at, level_terms_at, order_at, terms_at
from matching.kernel.words import AUCTION, NO_PRICE, ONE_CANCELS_THE_OTHER


@section
def _total(b: Any, ladder: Any) -> Any:
    total = 0
    rank = best_rank(b, ladder)
    while rank != 0:
        total += _counted_qty(b, ladder, rank)
        rank = next_worse(b, ladder, rank)
    return total


@section
def _stands_before(b: Any, slot: Any, other: Any) -> Any:
    """Whether an order in the book is ranked before another one of its side."""
    if order_at(b, slot).rank != order_at(b, other).rank:
        return order_at(b, slot).rank < order_at(b, other).rank
    while other != 0 and other != slot:
        other = order_at(b, other).earlier
    return other == slot


@section
def _is_counted(b: Any, slot: Any) -> Any:
    """Whether an order counts in an uncross: not one that its partner, ranked before it, would cancel by trading."""
    if not order_at(b, slot).flags & LINKED or terms_at(b, slot).contingency_type != ONE_CANCELS_THE_OTHER:
        return True
    partner = find(b, terms_at(b, slot).linked_order_id)
    return order_at(b, partner).ladder != order_at(b, slot).ladder or not _stands_before(b, partner, slot)


@section
def _counted_qty(b: Any, ladder: Any, rank: Any) -> Any:
    """The quantity of a level that counts in an uncross."""
    if b.linked == 0:
        return level_at(b, ladder, rank).qty_lots
    quantity = 0
    slot = level_at(b, ladder, rank).first
    while slot != 0:
        if _is_counted(b, slot):
            quantity += order_at(b, slot).leaves_qty_lots
        slot = order_at(b, slot).later
    return quantity


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
    demand, supply = _counted_qty(b, BIDS, AT_NO_PRICE), _counted_qty(b, OFFERS, AT_NO_PRICE)
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
    no_price_offers = _counted_qty(b, OFFERS, AT_NO_PRICE)
    bid_rank, offer_rank = worst_rank(b, BIDS), best_rank(b, OFFERS)
    if offer_rank == AT_NO_PRICE:
        offer_rank = next_worse(b, OFFERS, AT_NO_PRICE)
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
            supply += _counted_qty(b, OFFERS, offer_rank)
            offer_rank = next_worse(b, OFFERS, offer_rank)
        if bid_price == price:
            leaving = _counted_qty(b, BIDS, bid_rank)
            bid_rank = next_better(b, BIDS, bid_rank)
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
        imbalance += _counted_qty(b, BIDS, rank)
        rank = next_worse(b, BIDS, rank)
    rank = best_rank(b, OFFERS)
    while rank != 0 and (rank == AT_NO_PRICE or price_of(b, OFFERS, rank) <= price):
        imbalance -= _counted_qty(b, OFFERS, rank)
        rank = next_worse(b, OFFERS, rank)
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
    while b.torn == 0:
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
