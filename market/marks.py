"""The mark of an instrument: the price at which what is held of it is valued.

It is the last price, brought inside the best bid and offer: a last trade that the book has left behind values nothing,
and an order far from the market moves no mark. Before the first trade it is the middle of the best bid and offer,
rounded down to a tick, and without those the reference price. While orders are being collected and stand across each
other, the book says nothing.
"""

MARK_TICKS = """
CASE WHEN b.bid_ticks > b.offer_ticks
     THEN COALESCE(b.last_px_ticks, b.reference_ticks, (i.reference_price / i.tick_size)::bigint)
     ELSE greatest(b.bid_ticks, least(b.offer_ticks, COALESCE(
          b.last_px_ticks, (b.bid_ticks + b.offer_ticks) / 2, b.reference_ticks,
          (i.reference_price / i.tick_size)::bigint))) END
"""
"""The same rule for a statement that reads ``market_book`` as b and ``market_instrument`` as i."""


def mark_ticks(*, bid: int | None, offer: int | None, last: int | None, reference: int | None) -> int | None:
    """The mark in ticks; None where there is no price at all."""
    is_crossed = bid is not None and offer is not None and bid > offer
    middle = None if bid is None or offer is None or is_crossed else (bid + offer) // 2
    price = next((ticks for ticks in (last, middle, reference) if ticks is not None), None)
    if price is None or is_crossed:
        return price
    capped = price if offer is None else min(offer, price)
    return capped if bid is None else max(bid, capped)
