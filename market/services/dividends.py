"""Paying money for every unit that is held of an instrument at one moment."""

from market import entitlements
from market.models import Book, CorporateAction
from market.services import transfers
from market.services.transfers import Given
from vocabulary.fees import money_steps_of


def pay(action: CorporateAction, *, book: Book) -> None:
    """Pay who is long and charge who is short; orders stay. The caller holds the book's lock.

    It is one transaction for all positions, so that the moment is one. A dividend moves no quantity and no cost: it
    becomes realised profit.
    """
    assert action.amount is not None, "a dividend has its amount"
    lot_steps = money_steps_of(action.amount * book.instrument.units.lot_size)
    exchange = transfers.exchange_account(book.instrument.currency)
    held = transfers.holdings(book.pk, besides=exchange.pk)
    transfers.post(
        [
            Given(account_id, entitlements.of_dividend(holding, lot_steps=lot_steps))
            for account_id, holding in held.items()
        ],
        book=book,
        cause=action,
        lot_price_steps=0,
        exchange=exchange,
        exchange_held=transfers.holding(book.pk, exchange.pk),
    )
