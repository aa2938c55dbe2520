"""Taking an account's positions over into the exchange's own account, at the price that they are marked at.

A transfer is written under the lock of the instrument's book, as everything that changes its positions.
"""

from decimal import Decimal

from django.db import connection

from access.services import audit
from market import average_cost, writers
from market.average_cost import Holding
from market.models import Account, Book, Movement, Position, PositionTransfer
from vocabulary.fees import money_steps
from vocabulary.roles import AccountKind

STEPS = Decimal("0.00000001")


def exchange_account(currency: str) -> Account:
    """The exchange's own account of a currency, opened when it is first needed. Nobody trades it."""
    account, is_new = Account.objects.get_or_create(
        number=f"EXCHANGE-{currency}", defaults={"kind": AccountKind.HOUSE, "currency": currency}
    )
    if is_new:
        detail: dict[str, object] = {"kind": AccountKind.HOUSE.value, "currency": currency, "owner": None}
        audit.record_system(action="account.open", subject=account.number, detail=detail)
    return account


def close_out(account: Account, *, movement: Movement) -> dict[str, dict[str, object]]:
    """Transfer every position of the account; the facts of each transfer, by its id. Call it inside a transaction.

    The price is the last one traded, else the book's reference price.
    """
    held = list(
        Position.objects.filter(account=account).exclude(quantity_lots=0).values_list("instrument_id", flat=True)
    )
    if not held:
        return {}
    exchange = exchange_account(account.currency)
    writers.claim(writers.Writer.STAFF)
    facts: dict[str, dict[str, object]] = {}
    for instrument_id in sorted(held):
        book = (
            Book.objects.select_for_update(of=("self",), no_key=True).select_related("instrument").get(pk=instrument_id)
        )
        position = Position.objects.get(account=account, instrument_id=instrument_id)
        transfer = _transfer(position, book=book, exchange=exchange, movement=movement)
        facts[str(transfer.pk)] = {
            "symbol": book.instrument.symbol,
            "quantity": f"{book.instrument.units.to_quantity(position.quantity_lots):f}",
            "lot_price": f"{transfer.lot_price:f}",
            "after_trade_seq": transfer.after_trade_seq,
        }
    return facts


def _transfer(position: Position, *, book: Book, exchange: Account, movement: Movement) -> PositionTransfer:
    lots, steps = position.quantity_lots, _mark_ticks(book) * money_steps(book.instrument.units)
    giver, taker = (position.account_id, exchange.pk) if lots > 0 else (exchange.pk, position.account_id)
    transfer = PositionTransfer.objects.create(
        instrument_id=book.pk,
        kind=movement.kind,
        from_account_id=giver,
        to_account_id=taker,
        quantity_lots=abs(lots),
        lot_price=steps * STEPS,
        after_trade_seq=book.trade_seq,
        movement=movement,
    )
    _move(position.account_id, instrument_id=book.pk, signed_lots=-lots, lot_price_steps=steps)
    _move(exchange.pk, instrument_id=book.pk, signed_lots=lots, lot_price_steps=steps)
    return transfer


def _mark_ticks(book: Book) -> int:
    if book.last_px_ticks is not None:
        return book.last_px_ticks
    if book.reference_ticks is not None:
        return book.reference_ticks
    return book.instrument.units.to_ticks(book.instrument.reference_price)


MOVE = """
INSERT INTO market_position AS p (account_id, instrument_id, quantity_lots, cash, fees, cost)
VALUES (%s, %s, %s, %s, 0, %s)
    ON CONFLICT (account_id, instrument_id) DO UPDATE
   SET quantity_lots = p.quantity_lots + excluded.quantity_lots, cash = p.cash + excluded.cash, cost = excluded.cost
"""


def _move(account_id: int, *, instrument_id: int, signed_lots: int, lot_price_steps: int) -> None:
    """What a trade at that price without a fee would do to the position."""
    position = Position.objects.filter(account_id=account_id, instrument_id=instrument_id).first()
    held = Holding() if position is None else Holding(position.quantity_lots, int(position.cost.scaleb(8)))
    cost = average_cost.after_fill(held, signed_lots=signed_lots, lot_price_steps=lot_price_steps).cost_steps
    cash = -signed_lots * lot_price_steps * STEPS
    with connection.cursor() as cursor:
        cursor.execute(MOVE, [account_id, instrument_id, signed_lots, cash, cost * STEPS])
