"""The ledger: every movement of money or quantity has two legs, says its cause, and stays."""

from decimal import Decimal
from typing import Any

from django.db import connection

from market.services import accounts

SUMS = """
SELECT currency, instrument_id, sum(amount), sum(quantity_lots) FROM market_ledger GROUP BY currency, instrument_id
"""


def rows(sql: str, *parameters: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def test_every_movement_sums_to_zero_for_each_currency_and_instrument(market):
    market.list("COST", maker_bps="-1", taker_bps="3", taker_per_lot="0.01")
    market.trade(10)
    market.trade(7, "10.01", symbol="COST")
    accounts.deposit(market.account, amount=Decimal("12.5"), note="prize", actor=market.staff)
    sums = rows(SUMS)
    assert len(sums) == 3
    assert all(amount == 0 and lots == 0 for _, _, amount, lots in sums)


def test_a_trade_is_a_leg_for_each_side_and_a_fee_is_what_one_pays_and_the_exchange_receives(market):
    market.list("COST", taker_bps="1")
    market.trade(10, "10.00", symbol="COST")
    legs = rows(
        "SELECT cause, ledger_account, amount, quantity_lots FROM market_ledger WHERE cause IN ('TRADE', 'FEE')"
        " ORDER BY cause DESC, amount"
    )
    assert legs == [
        ("TRADE", "ACCOUNT", Decimal(-100), 10),
        ("TRADE", "ACCOUNT", Decimal(100), -10),
        ("FEE", "ACCOUNT", Decimal("-0.01"), 0),
        ("FEE", "FEES", Decimal("0.01"), 0),
    ]


def test_the_ledger_gives_every_account_the_cash_and_the_quantity_that_it_has(market):
    market.list("COST", maker_bps="-0.3", taker_bps="1.7")
    market.trade(10, "10.01", symbol="COST")
    market.trade(3)
    told = rows(
        "SELECT account_id, sum(amount), sum(quantity_lots) FROM market_ledger WHERE account_id IS NOT NULL"
        " GROUP BY account_id ORDER BY account_id"
    )
    held = rows(
        "SELECT a.id, a.deposits + sum(p.cash), sum(p.quantity_lots) FROM market_account a"
        " JOIN market_position p ON p.account_id = a.id GROUP BY a.id ORDER BY a.id"
    )
    assert told == held
