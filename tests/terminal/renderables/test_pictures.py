"""What the pictures look like, character by character."""

from decimal import Decimal

import pytest

from terminal.live.local_book import LocalBook
from terminal.live.streams import Link, LinkState
from terminal.records import Channel, Depth, DepthLevel, Update
from terminal.renderables import chart, headline, ladder, sparkline, tape, watchlist
from tests.terminal.drawing import ACME, candle, ticker, trade
from vocabulary.orders import Side
from vocabulary.phases import TradingPhase

TICK = Decimal("0.01")
LIVE = Link(LinkState.LIVE)


def lines(picture) -> list[str]:
    return [line.rstrip() for line in picture.plain.split("\n")]


def book_of(bids: dict[str, int], offers: dict[str, int]) -> LocalBook:
    def levels(side: dict[str, int]) -> tuple[DepthLevel, ...]:
        return tuple(DepthLevel(Decimal(price), Decimal(quantity)) for price, quantity in side.items())

    book = LocalBook()
    content = Depth(TradingPhase.CONTINUOUS, "", levels(bids), levels(offers))
    book.take(Update("ACME", Channel.DEPTH, None, 1, "epoch", content))
    return book


def test_the_ladder_has_the_best_prices_in_the_middle():
    book = book_of({"10.00": 400, "9.99": 1_600}, {"10.02": 200, "10.03": 800, "10.04": 100})
    assert lines(ladder.draw(book, width=30, height=6, own={Decimal("9.99")})) == [
        "  price quantity",
        "  10.03      800 ██████▌",
        "  10.02      200 █▋",
        "  spread 0.02─────────────────",
        "  10.00      400 ███▎",
        "•  9.99    1,600 █████████████",
    ]


def test_an_empty_side_keeps_its_place_and_an_empty_book_says_so():
    assert lines(ladder.draw(book_of({"10.00": 4}, {}), width=24, height=6)) == [
        "  price quantity",
        "",
        "",
        "  one side is empty─────",
        "  10.00        4 ███████",
    ]
    assert lines(ladder.draw(LocalBook(), width=24, height=6)) == ["The book is empty."]


def test_the_tape_shows_the_newest_first_and_as_many_as_fit():
    trades = [trade(3, "10.01", 1_000), trade(2, "10.02", 7, side=Side.SELL), trade(1, "10.00")]
    assert lines(tape.draw(trades, width=20, height=3)) == [
        "  price quantity",
        "▲ 10.01    1,000",
        "▼ 10.02        7",
    ]
    assert lines(tape.draw([], width=20, height=3)) == ["No trade yet."]
    assert lines(tape.draw(trades, width=30, height=3))[0] == "time       price quantity"


def test_the_watchlist_marks_the_chosen_market_and_keeps_it_in_sight():
    symbols = ["ACME", "BOLT", "NOVA", "TITAN"]
    tickers = {"ACME": ticker(), "BOLT": ticker(reason="news"), "TITAN": ticker("9.95", change_percent="-0.50")}
    assert lines(watchlist.draw(symbols, tickers, chosen="BOLT", width=40, height=9)) == [
        "  ACME       10.05  ▲ +0.50",
        "▸ BOLT       10.05   HALTED",
        "  NOVA           -",
        "  TITAN       9.95  ▼ -0.50",
    ]
    assert lines(watchlist.draw(symbols, {}, chosen="TITAN", width=40, height=2))[-1] == "▸ TITAN          -"


def test_the_headline_says_how_the_connection_stands_and_why():
    said = headline.draw(ACME, ticker(), link=LIVE, width=100).plain
    assert said.startswith(" ACME  Acme Industries  10.05 ▲ +0.50 %  high 10.20  low 9.80  volume 12,345")
    assert said.endswith("● live ")
    assert len(said) == 100
    broken = Link(LinkState.RECONNECTING, "An update was missed.")
    assert headline.draw(ACME, None, link=broken, width=80).plain.endswith("An update was missed. ◌ reconnecting ")
    narrow = headline.draw(ACME, None, link=broken, width=50).plain
    assert narrow == f"{' ACME  Acme Industries':<35}◌ reconnecting "


def test_the_headline_says_why_a_market_is_halted():
    assert "■ HALTED: news pending " in headline.draw(ACME, ticker(reason="news pending"), link=LIVE, width=100).plain


def test_a_candle_that_rose_is_a_line_and_one_that_fell_a_block():
    candles = [
        candle("10.00 10.06 10.00 10.04", 4),
        candle("10.04 10.04 9.99 10.01", 8),
        candle("10.01 10.01 10.01 10.01", 2),
    ]
    assert lines(chart.draw(candles, tick_size=TICK, width=18, height=6)) == [
        "        │   10.06",
        "        ┃█",
        "        ┃█╻ 10.01",
        "        ╹│",
        "",
        "        ▄█▂ volume",
    ]


def test_a_chart_shows_the_newest_candles_that_fit_and_says_when_there_are_none():
    candles = [candle(f"{price} {price} {price} {price}", after_s=60 * price) for price in range(10, 60)]
    newest = lines(chart.draw(candles, tick_size=TICK, width=16, height=10))
    assert all(len(line) <= 16 for line in newest)
    assert newest[0] == "        ╹ 59"
    assert lines(chart.draw([], tick_size=TICK, width=40, height=10)) == [chart.EMPTY]
    assert lines(chart.draw(candles, tick_size=TICK, width=4, height=10)) == [""]


@pytest.mark.parametrize(("value", "picture"), [(0, ""), (1, "▏"), (4, "▌"), (8, "█"), (9, "█▏"), (16, "██")])
def test_a_bar_is_an_eighth_of_a_character_precise(value, picture):
    assert sparkline.bar(Decimal(value), greatest=Decimal(16), width=2) == picture
