"""Carrying a corporate action out, once it is decided: what its book must be like, what it does, and who is told.

Everything happens by one commit with the decision and its entry in the audit log, but for payouts, which begin by it.
"""

from datetime import UTC, datetime

from django.db.models import Max, Sum
from django.db.models.functions import Abs, Now

from access.records import Actor
from access.services import audit
from market import feed
from market.errors import InvalidRequest, Rejected
from market.models import Account, Book, CorporateAction, Instrument, OptionContract, Position, PositionTransfer
from market.models.corporate_action import CorporateActionKind, CorporateActionStatus
from market.services import at_rest, dividends, settlement_prices, splits
from vocabulary import limits
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason

ENDINGS = (CorporateActionKind.DELISTING, CorporateActionKind.EXPIRY)
ACTS: dict[str, str] = {
    CorporateActionKind.SPLIT: "Instruments are split",
    CorporateActionKind.DELISTING: "Instruments are delisted",
}


def prepare(symbol: str, *, kind: str, actor: Actor | None, wait_s: float) -> None:
    """Empty the book where the action needs that, and close it where it ends the instrument."""
    if kind == CorporateActionKind.EXPIRY:
        at_rest.make_empty(symbol, closes=True, expires=True, actor=actor, wait_s=wait_s)
    elif kind != CorporateActionKind.DIVIDEND:
        book = Book.objects.select_related("instrument").get(instrument__symbol=symbol)
        at_rest.check_quiet(book, act=ACTS[kind])
        _check_has_no_options(book)
        at_rest.make_empty(symbol, closes=kind == CorporateActionKind.DELISTING, actor=actor, wait_s=wait_s)


def _check_has_no_options(book: Book) -> None:
    if OptionContract.objects.filter(underlying_id=book.pk, instrument__delisted_at__isnull=True).exists():
        raise InvalidRequest(
            f"Options on {book.instrument.symbol} are listed; let them expire first.",
            field="symbol",
            code="has_options",
        )


def carry_out(action: CorporateAction, *, actor: Actor | None) -> "feed.FeedFrame | None":
    """Do it, under the book's lock. An error leaves the whole transaction undone."""
    if action.kind == CorporateActionKind.SPLIT:
        _lock_holders(action)
    book = at_rest.lock(action.instrument.symbol)
    if book.instrument.delisted_at is not None:
        raise InvalidRequest(f"{action.instrument.symbol} was delisted.", field="symbol", code="delisted")
    _check_countable(action)
    action.after_trade_seq = book.trade_seq
    action.after_transfer_id = _last_transfer(book)
    frame, facts = None, {}
    if action.kind == CorporateActionKind.DIVIDEND:
        dividends.pay(action, book=book)
    elif action.kind == CorporateActionKind.SPLIT:
        at_rest.check_quiet(book, act=ACTS[action.kind])
        _check_has_no_options(book)
        _check_empty(book)
        frame = splits.split(action, book=book)
    else:
        _check_has_no_options(book)
        _check_empty(book, is_closed=True)
        if action.kind == CorporateActionKind.EXPIRY:
            facts = settlement_prices.settle(action)
        Instrument.objects.filter(pk=book.pk).update(delisted_at=Now())
    is_paid_later = action.kind in ENDINGS
    status = CorporateActionStatus.UNDERWAY if is_paid_later else CorporateActionStatus.DONE
    decide(action, status=status, actor=actor)
    record(action.kind.lower(), action, actor=actor, **facts)
    return frame


def _check_countable(action: CorporateAction) -> None:
    """Raise InvalidRequest for an amount that comes to more over all positions than an account could hold."""
    if action.amount is None:
        return
    positions = Position.objects.filter(instrument_id=action.instrument_id)
    lots = positions.aggregate(lots=Sum(Abs("quantity_lots")))["lots"] or 0
    if action.amount * action.instrument.units.lot_size * lots > limits.PAYOUT_VALUE_MAX:
        field = "price" if action.kind == CorporateActionKind.DELISTING else "amount"
        raise InvalidRequest(
            f"{field} comes to more than {limits.PAYOUT_VALUE_MAX} over all positions in {action.instrument.symbol}.",
            field=field,
        )


def _lock_holders(action: CorporateAction) -> None:
    """Lock the accounts that hold something: requests of theirs that are being written down are waited for.

    Accounts come before books, in the order of their ids, as everywhere.
    """
    holders = Position.objects.filter(instrument_id=action.instrument_id).values("account_id")
    list(Account.objects.select_for_update(no_key=True).filter(pk__in=holders).order_by("pk").values_list("pk"))


def _last_transfer(book: Book) -> int:
    newest = PositionTransfer.objects.filter(instrument_id=book.pk).aggregate(Max("id"))["id__max"]
    return int(newest or 0)


def _check_empty(book: Book, *, is_closed: bool = False) -> None:
    if not at_rest.is_empty(book) or (is_closed and book.phase != TradingPhase.CLOSED):
        raise Rejected(
            RejectReason.OPEN_ORDERS,
            detail=f"Orders of {book.instrument.symbol} are still being canceled; ask again with the same reference.",
            field="symbol",
        )


def decide(action: CorporateAction, *, status: CorporateActionStatus, actor: Actor | None) -> None:
    """Write down what was decided, and by whom; without an actor it is the exchange itself."""
    action.status, action.decided_at = status, datetime.now(UTC)
    action.decided_by_id = None if actor is None else actor.user_id
    action.save()


def record(act: str, action: CorporateAction, *, actor: Actor | None, **facts: object) -> None:
    """Write an action's terms, its place and further facts into the audit log, to which the audit holds its row."""
    detail: dict[str, object] = {
        "kind": action.kind,
        "reference": action.reference,
        "note": action.note,
        "amount": None if action.amount is None else f"{action.amount:f}",
        "new_units": action.new_units,
        "old_units": action.old_units,
        "after_trade_seq": action.after_trade_seq,
        "after_transfer_id": action.after_transfer_id,
        **facts,
    }
    done, subject = f"corporate.{act}", action.instrument.symbol
    if actor is None:
        audit.record_system(action=done, subject=subject, detail=detail)
    else:
        audit.record(actor=actor, action=done, subject=subject, detail=detail)
