"""Laws of positions: what each account holds, has paid and what that has cost follow from trades and transfers."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from market.auditing import snapshot
from market.auditing.law import DIFFERENCES_SHOWN, BookLaw, Effect, Found, SqlLaw
from market.auditing.tallies import Action, Tallies, Transfer
from market.models import Instrument
from vocabulary.fees import money_steps
from vocabulary.orders import Side

TRADES_READ = 20_000
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


class _Stand(NamedTuple):
    """Positions of a book at one moment, how many trades it had by then, and what else had moved them."""

    trade_seq: int
    is_exported: bool
    exchange_id: int | None
    positions: dict[int, tuple[int, Decimal, Decimal, Decimal]]
    transfers: list[Transfer]
    actions: list[Action]


def _check(instrument_id: int) -> Found:
    """Follow every trade, transfer and action of a book in order; trades are append-only and read a piece at a time."""
    stand = _stand(instrument_id)
    if stand.is_exported:
        return Found()  # the trades before are in exports; what is left cannot be summed up from nothing
    steps = money_steps(Instrument.objects.get(pk=instrument_id).units)
    tallies = Tallies(exchange_id=stand.exchange_id, transfers=stand.transfers, actions=stand.actions)
    for seq, aggressor, buyer, seller, lots, ticks, buy_fee, sell_fee in _trades(instrument_id, upto=stand.trade_seq):
        tallies.catch_up(before=seq)
        sides = [(buyer, lots, buy_fee), (seller, -lots, sell_fee)]
        # The maker first, in an auction the buyer: for who trades with themselves, that decides what it has cost.
        for account_id, signed_lots, fee in reversed(sides) if aggressor == Side.BUY else sides:
            tallies.of[account_id].move(signed_lots, ticks * steps, fee * STEPS_PER_MICRO)
    tallies.catch_up(before=stand.trade_seq + 1)
    return _compare(stand, tallies, instrument_id=instrument_id)


def _compare(stand: _Stand, tallies: Tallies, *, instrument_id: int) -> Found:
    accounts = sorted(stand.positions.keys() | tallies.of.keys())
    broken = [
        account_id
        for account_id in accounts
        if account_id in tallies.broken or stand.positions.get(account_id) != tallies.of[account_id].told()
    ]
    return Found(
        rows=len(accounts),
        differing=len(broken),
        differences=tuple(f"position of account {one} in book {instrument_id}" for one in broken[:DIFFERENCES_SHOWN]),
        instrument_ids=frozenset([instrument_id] if broken else []),
    )


BOOK = """
SELECT b.trade_seq, EXISTS (SELECT FROM market_journalexport x WHERE x.instrument_id = b.instrument_id),
       (SELECT a.id FROM market_account a WHERE a.number = 'EXCHANGE-' || i.currency)
  FROM market_book b JOIN market_instrument i ON i.id = b.instrument_id WHERE b.instrument_id = %s
"""
POSITIONS = "SELECT account_id, quantity_lots, cash, fees, cost FROM market_position WHERE instrument_id = %s"
TRANSFERS = """
SELECT id, after_trade_seq, from_account_id, to_account_id, quantity_lots, lot_price, amount, corporate_action_id
  FROM market_positiontransfer WHERE instrument_id = %s ORDER BY id
"""
ACTIONS = """
SELECT c.id, c.after_trade_seq, c.after_transfer_id, c.amount * i.lot_size, c.new_units, c.old_units
  FROM market_corporateaction c JOIN market_instrument i ON i.id = c.instrument_id
 WHERE c.instrument_id = %s AND c.kind IN ('DIVIDEND', 'SPLIT') AND c.status = 'DONE' ORDER BY c.id
"""
TRADES = """
SELECT trade_seq, aggressor_side, buy_account_id, sell_account_id, quantity_lots, price_ticks, buy_fee_micros,
       sell_fee_micros
  FROM market_trade WHERE instrument_id = %s AND trade_seq > %s AND trade_seq <= %s ORDER BY trade_seq LIMIT %s
"""


def _stand(instrument_id: int) -> _Stand:
    with snapshot.of_the_database():
        (trade_seq, is_exported, exchange_id), positions, transfers, actions = (
            snapshot.fetch(BOOK, [instrument_id])[0],
            snapshot.fetch(POSITIONS, [instrument_id]),
            snapshot.fetch(TRANSFERS, [instrument_id]),
            snapshot.fetch(ACTIONS, [instrument_id]),
        )
    found = {account_id: (lots, cash, fees, cost) for account_id, lots, cash, fees, cost in positions}
    moved, acted = [Transfer(*row) for row in transfers], [Action(*row) for row in actions]
    return _Stand(trade_seq, is_exported, exchange_id, found, moved, acted)


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
