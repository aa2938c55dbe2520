"""Laws of positions: what each account holds, has paid and what that has cost are functions of trades and transfers."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from market import average_cost
from market.auditing import snapshot
from market.auditing.law import DIFFERENCES_SHOWN, BookLaw, Effect, Found, SqlLaw
from market.average_cost import Holding
from market.models import Instrument
from vocabulary.fees import money_steps
from vocabulary.orders import Side

TRADES_READ = 20_000
STEP = Decimal("0.00000001")
STEPS_PER_MICRO = 100

ZERO_SUM = SqlLaw(
    name="positions-sum-to-zero",
    promise="over all accounts, quantity sums to zero in each book, and cash to what was paid in fees",
    effect=Effect.THE_BOOK,
    over="market_book",
    key="instrument_id",
    piece_rows=50,
    rows="""
SELECT b.instrument_id, 'positions of book ' || b.instrument_id,
       COALESCE(sum(p.quantity_lots), 0) = 0 AND COALESCE(sum(p.cash + p.fees), 0) = 0
  FROM market_book b LEFT JOIN market_position p ON p.instrument_id = b.instrument_id
 WHERE b.instrument_id BETWEEN %(first)s AND %(last)s
 GROUP BY b.instrument_id
""",
)


@dataclass
class _Tally:
    """What movements make of one account's position, in lots and whole steps of money."""

    held: Holding = field(default_factory=Holding)
    cash_steps: int = 0
    fee_steps: int = 0

    def move(self, signed_lots: int, lot_price_steps: int, fee_steps: int = 0) -> None:
        self.held = average_cost.after_fill(self.held, signed_lots=signed_lots, lot_price_steps=lot_price_steps)
        self.cash_steps -= signed_lots * lot_price_steps + fee_steps
        self.fee_steps += fee_steps


class _Stand(NamedTuple):
    """Positions of a book at one moment, how many trades it had by then, and the transfers until then."""

    trade_seq: int
    is_exported: bool
    positions: dict[int, tuple[int, Decimal, Decimal, Decimal]]
    transfers: list[tuple[int, int, int, int, Decimal]]


def _check(instrument_id: int) -> Found:
    """Follow every trade and transfer of a book in order; trades are append-only and read a piece at a time."""
    stand = _stand(instrument_id)
    if stand.is_exported:
        return Found()  # the trades before are in exports; what is left cannot be summed up from nothing
    steps = money_steps(Instrument.objects.get(pk=instrument_id).units)
    tallies: dict[int, _Tally] = defaultdict(_Tally)
    transfers = list(stand.transfers)
    for seq, aggressor, buyer, seller, lots, ticks, buy_fee, sell_fee in _trades(instrument_id, upto=stand.trade_seq):
        _take_over(transfers, tallies, before=seq)
        sides = [(buyer, lots, buy_fee), (seller, -lots, sell_fee)]
        # The maker first, in an auction the buyer: for who trades with themselves, that decides what it has cost.
        for account_id, signed_lots, fee in reversed(sides) if aggressor == Side.BUY else sides:
            tallies[account_id].move(signed_lots, ticks * steps, fee * STEPS_PER_MICRO)
    _take_over(transfers, tallies, before=stand.trade_seq + 1)
    return _compare(stand, tallies, instrument_id=instrument_id)


def _take_over(transfers: list[tuple[int, int, int, int, Decimal]], tallies: dict[int, _Tally], *, before: int) -> None:
    while transfers and transfers[0][0] < before:
        _, giver, taker, lots, lot_price = transfers.pop(0)
        price_steps = int(lot_price / STEP)
        tallies[giver].move(-lots, price_steps)
        tallies[taker].move(lots, price_steps)


def _compare(stand: _Stand, tallies: dict[int, _Tally], *, instrument_id: int) -> Found:
    accounts = sorted(stand.positions.keys() | tallies.keys())
    broken = [account_id for account_id in accounts if stand.positions.get(account_id) != _told(tallies[account_id])]
    return Found(
        rows=len(accounts),
        differing=len(broken),
        differences=tuple(f"position of account {one} in book {instrument_id}" for one in broken[:DIFFERENCES_SHOWN]),
        instrument_ids=frozenset([instrument_id] if broken else []),
    )


def _told(tally: _Tally) -> tuple[int, Decimal, Decimal, Decimal]:
    return tally.held.lots, tally.cash_steps * STEP, tally.fee_steps * STEP, tally.held.cost_steps * STEP


BOOK = """
SELECT b.trade_seq, EXISTS (SELECT FROM market_journalexport x WHERE x.instrument_id = b.instrument_id)
  FROM market_book b WHERE b.instrument_id = %s
"""
POSITIONS = "SELECT account_id, quantity_lots, cash, fees, cost FROM market_position WHERE instrument_id = %s"
TRANSFERS = """
SELECT after_trade_seq, from_account_id, to_account_id, quantity_lots, lot_price
  FROM market_positiontransfer WHERE instrument_id = %s ORDER BY after_trade_seq, id
"""
TRADES = """
SELECT trade_seq, aggressor_side, buy_account_id, sell_account_id, quantity_lots, price_ticks, buy_fee_micros,
       sell_fee_micros
  FROM market_trade WHERE instrument_id = %s AND trade_seq > %s AND trade_seq <= %s ORDER BY trade_seq LIMIT %s
"""


def _stand(instrument_id: int) -> _Stand:
    with snapshot.of_the_database():
        (trade_seq, is_exported), positions, transfers = (
            snapshot.fetch(BOOK, [instrument_id])[0],
            snapshot.fetch(POSITIONS, [instrument_id]),
            snapshot.fetch(TRANSFERS, [instrument_id]),
        )
    found = {account_id: (lots, cash, fees, cost) for account_id, lots, cash, fees, cost in positions}
    return _Stand(trade_seq, is_exported, found, [(row[0], row[1], row[2], row[3], row[4]) for row in transfers])


def _trades(instrument_id: int, *, upto: int) -> Iterator[tuple[int, ...]]:
    after = 0
    while piece := snapshot.fetch(TRADES, [instrument_id, after, upto, TRADES_READ]):
        yield from piece
        after = piece[-1][0]


FOLLOWED = BookLaw(
    name="positions-follow-trades",
    promise="quantity, cash, fees and average cost of each position are what trades and transfers make them, in order",
    effect=Effect.THE_BOOK,
    check=_check,
)

LAWS = (ZERO_SUM, FOLLOWED)
