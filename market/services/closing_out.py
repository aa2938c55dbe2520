"""Taking an account's positions over into the exchange's own account, at the price that they are marked at."""

from market import average_cost, entitlements
from market.models import Account, Book, Movement, Position
from market.services import transfers
from market.services.transfers import STEPS, Given
from vocabulary.fees import money_steps


def close_out(account: Account, *, movement: Movement) -> dict[str, dict[str, object]]:
    """Transfer every position of the account; the facts of each transfer, by its id. Call it inside a transaction.

    The price is the last one traded, else the book's reference price.
    """
    held = Position.objects.filter(account=account).exclude(quantity_lots=0)
    instrument_ids = sorted(held.values_list("instrument_id", flat=True))
    if not instrument_ids:
        return {}
    exchange = transfers.exchange_account(account.currency)
    facts: dict[str, dict[str, object]] = {}
    for instrument_id in instrument_ids:
        book = (
            Book.objects.select_for_update(of=("self",), no_key=True).select_related("instrument").get(pk=instrument_id)
        )
        facts |= _transfer(account, book=book, exchange=exchange, movement=movement)
    return facts


def _transfer(account: Account, *, book: Book, exchange: Account, movement: Movement) -> dict[str, dict[str, object]]:
    units = book.instrument.units
    steps = mark_ticks(book) * money_steps(units)
    held, exchange_held = (transfers.holding(book.pk, one.pk) for one in (account, exchange))
    (transfer_id,) = transfers.post(
        [Given(account.pk, entitlements.of_payout(held, lot_price_steps=steps))],
        book=book,
        cause=movement,
        lot_price_steps=steps,
        exchange=exchange,
        exchange_held=average_cost.after_fill(exchange_held, signed_lots=held.lots, lot_price_steps=steps),
    )
    return {
        str(transfer_id): {
            "symbol": book.instrument.symbol,
            "quantity": f"{units.to_quantity(held.lots):f}",
            "lot_price": f"{steps * STEPS:f}",
            "after_trade_seq": book.trade_seq,
        }
    }


def mark_ticks(book: Book) -> int:
    """The price that positions are handed over at: the last one traded, else the reference price."""
    if book.last_px_ticks is not None:
        return book.last_px_ticks
    if book.reference_ticks is not None:
        return book.reference_ticks
    return book.instrument.units.to_ticks(book.instrument.reference_price)
