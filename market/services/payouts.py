"""Taking all positions in an instrument at one price, a bounded number at a time, until none is left.

Every position goes to the exchange's own account, which in the end holds none either, since quantity sums to zero.
Whenever it is cut short, what was committed is whole, and going on pays nobody twice: a position that was taken is one
of nothing.
"""

import structlog

from market import average_cost, entitlements, intake
from market.errors import MarketError
from market.models import Account, Book, CorporateAction
from market.models.corporate_action import CorporateActionStatus
from market.services import at_rest, transfers
from market.services.transfers import Given
from vocabulary import limits
from vocabulary.fees import money_steps_of

logger = structlog.get_logger(__name__)


def go_on_with_all() -> int:
    """Go on with each payout that is under way; how many there were. One that cannot now waits for the next time."""
    underway = list(CorporateAction.objects.filter(status=CorporateActionStatus.UNDERWAY).order_by("id"))
    for action in underway:
        try:
            go_on(action)
        except MarketError as error:
            logger.warning("payout_waits", reference=action.reference, error=error.detail)
    return len(underway)


def go_on(action: CorporateAction, *, accounts_max: int = limits.PAYOUT_ACCOUNTS_MAX) -> None:
    """Take the positions that are left, ``accounts_max`` in a transaction. Raises InProgress, Unavailable."""
    while _take_some(action, accounts_max=accounts_max):
        pass


def _take_some(action: CorporateAction, *, accounts_max: int) -> bool:
    """Whether anything was left. The one who finds nothing left says that the action is done."""
    with intake.acknowledging_transaction():
        book = at_rest.lock(action.instrument.symbol)
        exchange = transfers.exchange_account(book.instrument.currency)
        held = transfers.holdings(book.pk, besides=exchange.pk, count=accounts_max)
        if not held:
            CorporateAction.objects.filter(pk=action.pk).update(status=CorporateActionStatus.DONE)
            return False
        _take(held, action=action, book=book, exchange=exchange)
    return True


def _take(held: transfers.Holdings, *, action: CorporateAction, book: Book, exchange: Account) -> None:
    assert action.amount is not None, "a payout has its price"
    lot_price_steps = money_steps_of(action.amount * book.instrument.units.lot_size)
    exchange_held = transfers.holding(book.pk, exchange.pk)
    for holding in held.values():
        exchange_held = average_cost.after_fill(
            exchange_held, signed_lots=holding.lots, lot_price_steps=lot_price_steps
        )
    transfers.post(
        [
            Given(account_id, entitlements.of_payout(holding, lot_price_steps=lot_price_steps))
            for account_id, holding in held.items()
        ],
        book=book,
        cause=action,
        lot_price_steps=lot_price_steps,
        exchange=exchange,
        exchange_held=exchange_held,
    )
