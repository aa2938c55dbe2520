"""The portfolio as its holder reads it: money, equity over time, positions, ledger, and the same as files."""

import csv
import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from market.models import Account, EquitySample
from market.services import accounts, corporate_actions, equity
from tests.market_place import MarketPlace
from tests.web.conftest import Visit
from vocabulary.roles import AccountKind
from web.views.portfolio import MOVEMENTS_PER_PAGE


def read(browser: Client, query: str = "") -> str:
    answer = browser.get(f"/portfolio/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def rows_of(browser: Client, name: str, query: str = "") -> list[dict[str, str]]:
    answer = browser.get(f"/portfolio/{name}.csv{query}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.csv"'
    return list(csv.DictReader(answer.content.decode().splitlines()))


def worths_in(text: str) -> list[Decimal]:
    return [Decimal(worth) for worth in re.findall(r'<tr data-equity="([0-9.]+)">', text)]


def was_worth(market: MarketPlace, amount: int, **ago: float) -> None:
    EquitySample.objects.create(
        account=Account.objects.get(number=market.account),
        sampled_at=timezone.now() - timedelta(**ago),
        cash=amount,
        equity=amount,
        unrealised_profit=0,
        maintenance_margin=0,
    )


def test_an_average_cost_has_the_places_of_a_price_and_two_more_where_they_say_something(
    market: MarketPlace, trader: Client
):
    market.trade(1, "10.00")
    assert '<td class="number">10.00</td>' in read(trader)
    market.trade(2, "10.01")
    assert '<td class="number">10.0067</td>' in read(trader)


def test_the_curve_begins_with_what_the_account_was_worth_then_and_ends_now(market: MarketPlace, trader: Client):
    assert "No curve yet" in read(trader)
    was_worth(market, 90_000, days=3)
    was_worth(market, 95_000, minutes=90)
    assert worths_in(read(trader, "?window=1h")) == [100_000, 95_000]
    assert worths_in(read(trader)) == [100_000, 95_000, 90_000]
    assert worths_in(read(trader, "?window=nonsense")) == [100_000, 95_000, 90_000]


def test_every_movement_stands_on_one_page_of_the_ledger(market: MarketPlace, trader: Client):
    for number in range(MOVEMENTS_PER_PAGE):
        accounts.deposit(market.account, amount=Decimal(1), note=f"gift {number}", actor=market.trader)
    newest = read(trader)
    [older] = re.findall(r'href="(\?[^"]+)#ledger" rel="next"', newest)
    oldest = read(trader, unescape(older))

    assert newest.count("gift ") == MOVEMENTS_PER_PAGE
    assert oldest.count("gift ") == 0
    assert "+100,000.00" in oldest
    assert 'rel="next"' not in oldest
    assert "Back to the newest" in oldest


def test_the_positions_can_be_taken_along_as_a_file(market: MarketPlace, trader: Client):
    market.trade(10, "10.00")
    [row] = rows_of(trader, "positions")
    assert (row["account"], row["symbol"], row["quantity"], row["market_value"]) == (
        market.account, "ACME", "10", "100.00",
    )  # fmt: skip


def test_the_ledger_can_be_taken_along_as_a_file_that_a_spreadsheet_does_not_compute(
    market: MarketPlace, trader: Client
):
    accounts.deposit(market.account, amount=Decimal("2.5"), note="=1+1", actor=market.trader)
    market.trade(10, "10.00")
    traded, gift, first = rows_of(trader, "ledger")
    assert (traded["cause"], traded["quantity"], Decimal(traded["amount"])) == ("TRADE", "10", -100)
    assert (gift["cause"], gift["note"], Decimal(gift["amount"])) == ("DEPOSIT", "'=1+1", Decimal("2.5"))
    assert Decimal(first["amount"]) == 100_000


def followed(browser: Client, figure: str) -> tuple[Decimal | None, Decimal]:
    """The total of the rows that a figure of the page leads to: quantity, if it is of one instrument, and amount."""
    [link] = set(re.findall(rf'<a class="trace[^"]*" href="(\?[^"]+)#ledger">{re.escape(figure)}</a>', read(browser)))
    total = re.search(r'<tbody class="total">.*?number">(.*?)</td>.*?number">(.*?)</td>', read(browser, unescape(link)))
    assert total is not None
    quantity, amount = (cell.replace(",", "").replace("\N{MINUS SIGN}", "-") for cell in total.groups())
    return Decimal(quantity) if quantity else None, Decimal(amount)


def test_each_figure_leads_to_the_rows_that_it_is_the_sum_of(market: MarketPlace, trader: Client):
    market.list("COST", taker_bps="10")
    market.trade(70, "10.00", symbol="COST")
    market.trade(3, "10.00")
    accounts.deposit(market.account, amount=Decimal(50), note="gift", actor=market.trader)

    assert followed(trader, "100,050.00") == (None, 100_050)  # deposits
    assert followed(trader, "99,319.30") == (None, Decimal("99319.30"))  # cash
    assert followed(trader, "70") == (70, Decimal("-700.70"))  # the position in COST
    assert followed(trader, "3") == (3, -30)  # the position in ACME
    assert 'symbol=COST&amp;cause=fees#ledger">0.70</a>' in read(trader)
    assert [row["cause"] for row in rows_of(trader, "ledger", "?symbol=COST&cause=fees")] == ["FEE"]
    assert "No such movement" in read(trader, "?symbol=ACME&cause=fees")


def test_realised_profit_leads_to_the_dividend_that_it_comes_of(market: MarketPlace, trader: Client):
    market.trade(10, "10.00")
    corporate_actions.pay_dividend("ACME", amount=Decimal("1.23"), reference="div-1", actor=market.staff)
    [link] = re.findall(r'<a class="trace up" href="(\?[^"]+)#ledger">\+12.30</a>', read(trader))
    assert "<td>Dividend " in read(trader, unescape(link))


def test_older_pages_keep_the_choice(market: MarketPlace, trader: Client):
    for _ in range(MOVEMENTS_PER_PAGE):
        accounts.deposit(market.account, amount=Decimal(1), note="gift", actor=market.trader)
    [older] = re.findall(r'href="(\?[^"]+)#ledger" rel="next"', read(trader, "?symbol=&cause=money"))
    assert "cause=money" in older
    assert "+100,025.00" in read(trader, unescape(older))


def test_whoever_has_two_accounts_chooses_between_them(market: MarketPlace, trader: Client):
    assert 'aria-label="Account"' not in read(trader)
    number = accounts.open_account(owner=market.trader, kind=AccountKind.MARGIN).number
    accounts.deposit(number, amount=Decimal(600), note="margin", actor=market.trader)
    first, second = read(trader), read(trader, f"?account={number}")

    assert f"?account={number}&amp;" in first
    assert "Maintenance margin" not in first
    assert "Maintenance margin" in second
    assert "<dd>600.00</dd>" in second
    assert [row["account"] for row in rows_of(trader, "ledger", f"?account={number}")] == [number]
    assert rows_of(trader, "positions", f"?account={number}") == []


@pytest.mark.parametrize("address", ["", "positions.csv", "ledger.csv"])
def test_anothers_account_and_an_absent_one_are_told_apart_by_nobody(market: MarketPlace, visit: Visit, address: str):
    newcomer, _ = market.newcomer()
    browser = visit(newcomer)
    for number in (market.account, "A-0"):
        assert browser.get(f"/portfolio/{address}?account={number}").status_code == 404


@pytest.mark.parametrize("before", ["x", "1-2", "1-2-9999999999999999999", "%00"])
def test_a_page_of_the_ledger_that_is_none_is_not_found(trader: Client, before: str):
    assert trader.get(f"/portfolio/?before={before}").status_code == 404


def test_who_has_no_account_or_nothing_in_it_reads_what_to_do_next(market: MarketPlace, operator: Client, visit: Visit):
    assert "Ask an operator to open one." in read(operator)
    assert rows_of(operator, "ledger") == []
    accounts.open_account(owner=market.operator, kind=AccountKind.CASH)
    text = read(operator)
    for hint in ("Nothing has moved yet", "Choose an instrument", "No curve yet"):
        assert hint in text


def test_a_fresh_sample_does_not_stop_the_page(market: MarketPlace, trader: Client):
    equity.sample()
    assert worths_in(read(trader))[0] == 100_000
