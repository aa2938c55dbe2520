"""Pegged orders: where the market puts them."""

from typing import Any

from matching.kernel.arrays import AT_NO_PRICE, BIDS, NOWHERE, OFFERS, PEGS
from matching.kernel.compiling import section
from matching.kernel.queues import best_rank, in_range, leave_level, next_worse, price_of, rest
from matching.kernel.reports import tell
from matching.kernel.rows import chain_at, level_at, level_terms_at, order_at, terms_at
from matching.kernel.words import BEST_OPPOSITE, BEST_OWN, BUY, CONTINUOUS, HALTED, NO_PRICE, NONE, RESTATED


@section
def reference_price(b: Any, ladder: Any) -> Any:
    """The best price of a side's orders that are neither pegged nor at no price, 0 when there is none."""
    rank = best_rank(b, ladder)
    while rank != 0 and (
        rank == AT_NO_PRICE or level_at(b, ladder, rank).order_count == level_terms_at(b, ladder, rank).pegged_count
    ):
        rank = next_worse(b, ladder, rank)
    return price_of(b, ladder, rank) if rank != 0 else 0


@section
def _followed_price(b: Any, side: Any, peg_price_type: Any) -> Any:
    bid = reference_price(b, BIDS)
    offer = reference_price(b, OFFERS)
    if peg_price_type == BEST_OWN:
        return bid if side == BUY else offer
    if peg_price_type == BEST_OPPOSITE:
        return offer if side == BUY else bid
    if bid == 0 or offer == 0:
        return 0
    return (bid + offer + (side != BUY)) // 2


@section
def pegged_price(b: Any, slot: Any) -> Any:
    """The price at which a pegged order belongs now, NO_PRICE for none."""
    order = order_at(b, slot)
    terms = terms_at(b, slot)
    followed = _followed_price(b, order.side, terms.peg_price_type)
    if followed == 0:
        return NO_PRICE
    price = followed + terms.peg_offset
    limit = terms.limit_price_ticks
    opposite = best_rank(b, 2 - order.side)
    if opposite == AT_NO_PRICE:
        opposite = next_worse(b, 2 - order.side, opposite)
    if order.side == BUY:
        if limit != NO_PRICE:
            price = min(price, limit)
        if opposite != 0:
            price = min(price, price_of(b, OFFERS, opposite) - 1)
    else:
        if limit != NO_PRICE:
            price = max(price, limit)
        if opposite != 0:
            price = max(price, price_of(b, BIDS, opposite) + 1)
    return price if in_range(b, price) else NO_PRICE


@section
def place_pegged(b: Any, slot: Any) -> None:
    """Let a pegged order that stands nowhere stand at its price, or aside."""
    if order_at(b, slot).price_ticks != NO_PRICE:
        rest(b, slot)


@section
def _restate(b: Any, slot: Any, price: Any) -> None:
    if order_at(b, slot).ladder != NOWHERE:
        leave_level(b, slot)
    order_at(b, slot).price_ticks = price
    place_pegged(b, slot)
    tell(b, slot, RESTATED, NONE)


@section
def pegs_would_move(b: Any) -> Any:
    """Whether pegged orders were last priced at other reference prices than the present ones."""
    return b.peg_bid_ticks != reference_price(b, BIDS) or b.peg_offer_ticks != reference_price(b, OFFERS)


@section
def follow_the_market(b: Any) -> None:
    """Price the pegged orders anew when the reference bid or offer has moved."""
    if b.phase != CONTINUOUS and b.phase != HALTED:
        return
    if not pegs_would_move(b):
        return
    b.peg_bid_ticks = reference_price(b, BIDS)
    b.peg_offer_ticks = reference_price(b, OFFERS)
    slot = chain_at(b, PEGS).first
    while slot != 0:
        price = pegged_price(b, slot)
        if price != order_at(b, slot).price_ticks:
            _restate(b, slot, price)
        slot = terms_at(b, slot).chain_later


@section
def put_pegs_aside(b: Any) -> None:
    """Take the pegged orders out of the book; where they were priced is forgotten."""
    b.peg_bid_ticks = 0
    b.peg_offer_ticks = 0
    slot = chain_at(b, PEGS).first
    while slot != 0:
        if order_at(b, slot).ladder != NOWHERE:
            _restate(b, slot, NO_PRICE)
        slot = terms_at(b, slot).chain_later
