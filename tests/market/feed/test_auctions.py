"""What the feed tells of a call, and what it keeps to itself."""

from market.models import Book
from market.services import trading
from tests.market.feed.conftest import in_database
from vocabulary.phases import TradingPhase


async def phase(market, wanted: TradingPhase) -> None:
    await in_database(trading.change_phase, "ACME", phase=wanted, reason="morning", actor=market.operator)
    await in_database(market.drain)


async def test_while_orders_gather_the_ticker_says_what_an_auction_would_give(market, watcher):
    await phase(market, TradingPhase.OPENING_AUCTION)
    await in_database(market.house_places, "BUY", 100, "10.10")
    await in_database(market.house_places, "SELL", 60, "10.00")
    await in_database(market.drain)
    await watcher.until(lambda seen: seen.ticker.get("indicative_px") == "10.10")
    seen = watcher.market.ticker
    assert (seen["phase"], seen["phase_reason"], seen["auction_ends_at"]) == ("OPENING_AUCTION", "morning", None)
    assert (seen["indicative_qty"], seen["imbalance_qty"]) == ("60", "40")


async def test_an_auctions_trade_has_no_aggressor_and_ends_what_was_indicated(market, watcher):
    await phase(market, TradingPhase.OPENING_AUCTION)
    await in_database(market.house_places, "BUY", 100, "10.10")
    await in_database(market.house_places, "SELL", 60)
    await in_database(market.drain)
    await phase(market, TradingPhase.CONTINUOUS)
    await watcher.until(lambda seen: bool(seen.trades) and seen.ticker.get("phase") == "CONTINUOUS")
    (trade,) = watcher.market.trades
    assert (trade["price"], trade["quantity"], trade["aggressor_side"]) == ("10.10", "60", None)
    await watcher.until_at((await in_database(Book.objects.get)).event_seq)
    assert watcher.market.ticker["indicative_px"] is None
    assert (watcher.market.bids, watcher.market.offers) == ({"10.10": "40"}, {})


async def test_what_orders_hide_is_in_no_depth_until_it_shows(market, watcher):
    await in_database(market.house_places, "BUY", 100, "9.90", display_qty=30)
    await in_database(market.house_places, "BUY", 10, "10.20", ord_type="STOP_LIMIT", stop_px="10.10")
    await in_database(market.house_places, "BUY", 5, ord_type="PEGGED", peg_price_type="PRIMARY")
    await in_database(market.drain)
    await watcher.until_at((await in_database(Book.objects.get)).event_seq)
    assert watcher.market.bids == {"9.90": "35"}
    await in_database(market.house_places, "SELL", 1, "10.10")
    await in_database(market.house_places, "BUY", 1, "10.10")
    await in_database(market.drain)
    await watcher.until_at((await in_database(Book.objects.get)).event_seq)
    assert watcher.market.bids == {"10.20": "15", "9.90": "30"}
