"""What an issuer does to all who hold its instrument: dividends, splits, delistings; each once, by its reference.

Where two persons are asked for (``MARKETOPS_DUAL_CONTROL``), an action waits until somebody else of the staff has
approved it. What it moves stands in the ledger, and who decided it in the audit log, by one commit.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.db.models import Max
from django.db.models.functions import Now

from access.records import Actor
from access.services import audit
from market import feed, intake, wake
from market.errors import InvalidRequest, NotFound, NotPermitted, Rejected, UnknownSymbol
from market.models import Account, Book, CorporateAction, Instrument, OptionContract, Position, PositionTransfer
from market.models.corporate_action import CorporateActionKind, CorporateActionStatus
from market.models.instrument import InstrumentKind
from market.records import CorporateActionRecord
from market.selectors import corporate_actions as action_selectors
from market.services import at_rest, dividends, payouts, reasons, settlement_prices, splits
from market.services.ledger import MONEY_PLACES
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason
from vocabulary.roles import Role

AMOUNT_MAX = Decimal(10) ** 11
PAYOUTS = (CorporateActionKind.DELISTING, CorporateActionKind.EXPIRY)
DECIDED = (CorporateActionStatus.UNDERWAY, CorporateActionStatus.DONE)


class _Terms(NamedTuple):
    """What makes an action this one and no other."""

    kind: CorporateActionKind
    amount: Decimal | None = None
    new_units: int | None = None
    old_units: int | None = None


def pay_dividend(
    symbol: str, *, amount: Decimal, reference: str, note: str = "", actor: Actor
) -> CorporateActionRecord:
    """Pay ``amount`` for each unit that is held now; who is short pays it. Orders stay.

    Raises NotPermitted, NotFound, InvalidRequest naming the field, InProgress and Unavailable, as all of these do.
    """
    terms = _Terms(CorporateActionKind.DIVIDEND, amount)
    return _ask(symbol, terms, reference=reference, note=note, actor=actor)


def split(
    symbol: str, *, new_units: int, old_units: int, reference: str, note: str = "", actor: Actor, wait_s: float = 0
) -> CorporateActionRecord:
    """Give ``new_units`` for ``old_units`` to all who hold the instrument, and restate its prices.

    What is left of a lot is paid at the restated price. The instrument must be halted or closed, and its orders are
    canceled, as for ``delist``.
    """
    splits.check_units(new_units, old_units)
    terms = _Terms(CorporateActionKind.SPLIT, None, new_units, old_units)
    return _ask(symbol, terms, reference=reference, note=note, actor=actor, wait_s=wait_s)


def delist(
    symbol: str, *, price: Decimal, reference: str, note: str = "", actor: Actor, wait_s: float = 0
) -> CorporateActionRecord:
    """Close an instrument for good, and take every position at a price for one unit, which may be zero.

    It must be halted or closed, else Rejected. Its orders are canceled first; for that it waits up to ``wait_s``, and
    is Rejected with OPEN_ORDERS until they are: asked for again with the same reference it goes on.
    """
    terms = _Terms(CorporateActionKind.DELISTING, price)
    return _ask(symbol, terms, reference=reference, note=note, actor=actor, wait_s=wait_s)


def expire(symbol: str, *, reference: str, note: str = "", actor: Actor, wait_s: float = 0) -> CorporateActionRecord:
    """Let an option expire now, before its time if need be: its orders expire, and what it is worth is paid in cash.

    What the underlying closed at counts (``settlement_prices``). Rejected with OPEN_ORDERS until its book has closed.
    """
    terms = _Terms(CorporateActionKind.EXPIRY)
    return _ask(symbol, terms, reference=reference, note=note, actor=actor, wait_s=wait_s)


def expire_for_the_exchange(symbol: str) -> None:
    """Let an option expire whose time has come; once, however often it is asked for. Raises as ``expire`` does."""
    _prepare(symbol, kind=CorporateActionKind.EXPIRY, actor=None, wait_s=0)
    with intake.acknowledging_transaction():
        book = at_rest.lock(symbol)
        if book.instrument.delisted_at is not None:
            return
        action = CorporateAction(
            reference=f"expiry-{symbol}-{book.pk}", kind=CorporateActionKind.EXPIRY, instrument=book.instrument
        )
        _carry_out(action, actor=None)
    _finished(action, frame=None)


def approve(reference: str, *, actor: Actor, wait_s: float = 0) -> CorporateActionRecord:
    """Do what somebody else has proposed. Raises NotPermitted for who proposed it; else as the act itself.

    What cannot be done keeps waiting. Approved once more, it is not done again; what was declined is InvalidRequest.
    """
    _check_staff(actor)
    waiting = _decidable(reference, actor=actor)
    if waiting.status == CorporateActionStatus.WAITING:
        _prepare(waiting.instrument.symbol, kind=waiting.kind, actor=actor, wait_s=wait_s)
    frame = None
    with intake.acknowledging_transaction():
        action = _locked(waiting)
        if action.status == CorporateActionStatus.DECLINED:
            raise InvalidRequest("This action was declined.", field="reference", code="declined")
        if action.status == CorporateActionStatus.WAITING:
            frame = _carry_out(action, actor=actor)
    return _finished(action, frame=frame)


def decline(reference: str, *, actor: Actor) -> CorporateActionRecord:
    """Turn down what somebody else has proposed; declined once more, nothing changes."""
    _check_staff(actor)
    waiting = _decidable(reference, actor=actor)
    with intake.acknowledging_transaction():
        action = _locked(waiting)
        if action.status in DECIDED:
            raise InvalidRequest("This action is done already.", field="reference", code="done")
        if action.status == CorporateActionStatus.WAITING:
            _decide(action, status=CorporateActionStatus.DECLINED, actor=actor)
            _record("decline", action, actor=actor)
    return action_selectors.by_reference(reference)


def _ask(
    symbol: str, terms: _Terms, *, reference: str, note: str, actor: Actor, wait_s: float = 0
) -> CorporateActionRecord:
    _check_staff(actor)
    reasons.check_reference(reference, note=note)
    instrument = Instrument.objects.filter(symbol=symbol).first()
    if instrument is None:
        raise UnknownSymbol(symbol)
    _check_terms(terms, instrument=instrument)
    needs_second = bool(settings.DUAL_CONTROL)
    if not needs_second and not CorporateAction.objects.filter(reference=reference).exists():
        _prepare(symbol, kind=terms.kind, actor=actor, wait_s=wait_s)
    frame = None
    with intake.acknowledging_transaction():
        action, is_new = CorporateAction.objects.get_or_create(
            reference=reference,
            defaults={
                **terms._asdict(),
                "instrument": instrument,
                "note": note,
                "status": CorporateActionStatus.WAITING,
                "proposed_by_id": actor.user_id,
            },
        )
        if action.instrument_id != instrument.pk or not _is_of(action, terms):
            raise InvalidRequest(
                "This reference was already used for another action.", field="reference", code="reference_reused"
            )
        if is_new and needs_second:
            _record("propose", action, actor=actor)
        elif is_new:
            frame = _carry_out(action, actor=actor)
    return _finished(action, frame=frame)


def _finished(action: CorporateAction, *, frame: "feed.FeedFrame | None") -> CorporateActionRecord:
    """What became of it, once the book has said so and positions that are being paid out have been."""
    if frame is not None:
        feed.publish(frame)
        wake.wake(action.instrument.symbol)
    if action.status == CorporateActionStatus.UNDERWAY:
        payouts.go_on(action)
    return action_selectors.by_reference(action.reference)


def _is_of(action: CorporateAction, terms: _Terms) -> bool:
    asked = (action.kind, action.new_units, action.old_units) == (terms.kind, terms.new_units, terms.old_units)
    return asked and (terms.amount is None or action.amount == terms.amount)


def _check_staff(actor: Actor) -> None:
    if actor.role is not Role.STAFF:
        raise NotPermitted("Only staff carry out corporate actions.")


def _check_terms(terms: _Terms, *, instrument: Instrument) -> None:
    is_option = instrument.kind == InstrumentKind.OPTION
    if is_option != (terms.kind is CorporateActionKind.EXPIRY):
        raise InvalidRequest(
            "Options expire; dividends, splits and delistings are of other instruments.", field="symbol", code="option"
        )
    if terms.amount is None:
        return
    field, may_be_zero = ("price", True) if terms.kind is CorporateActionKind.DELISTING else ("amount", False)
    amount = terms.amount
    is_bounded = amount.is_finite() and 0 <= amount <= AMOUNT_MAX and (amount > 0 or may_be_zero)
    if not is_bounded or not _is_exact(amount) or not _is_exact(amount * instrument.units.lot_size):
        least = "zero or above" if may_be_zero else "above zero"
        raise InvalidRequest(
            f"{field} must be {least}, at most {AMOUNT_MAX:f}, and whole in money's {MONEY_PLACES}th decimal place, "
            f"for one unit and for a lot of {instrument.units.lot_size}.",
            field=field,
        )


def _is_exact(amount: Decimal) -> bool:
    return amount == round(amount, MONEY_PLACES)


def _prepare(symbol: str, *, kind: str, actor: Actor | None, wait_s: float) -> None:
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


ACTS: dict[str, str] = {
    CorporateActionKind.SPLIT: "Instruments are split",
    CorporateActionKind.DELISTING: "Instruments are delisted",
}


def _decidable(reference: str, *, actor: Actor) -> CorporateAction:
    action = CorporateAction.objects.select_related("instrument").filter(reference=reference).first()
    if action is None:
        raise NotFound("There is no such corporate action.", field="reference")
    if action.status == CorporateActionStatus.WAITING and action.proposed_by_id == actor.user_id:
        raise NotPermitted("Who proposed an action does not decide it: ask somebody else of the staff.")
    return action


def _locked(action: CorporateAction) -> CorporateAction:
    rows = CorporateAction.objects.select_for_update(of=("self",)).select_related("instrument")
    return rows.get(pk=action.pk)


def _carry_out(action: CorporateAction, *, actor: Actor | None) -> "feed.FeedFrame | None":
    """Do it, under the book's lock. An error leaves the whole transaction undone."""
    if action.kind == CorporateActionKind.SPLIT:
        _lock_holders(action)
    book = at_rest.lock(action.instrument.symbol)
    if book.instrument.delisted_at is not None:
        raise InvalidRequest(f"{action.instrument.symbol} was delisted.", field="symbol", code="delisted")
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
    is_paid_later = action.kind in PAYOUTS
    status = CorporateActionStatus.UNDERWAY if is_paid_later else CorporateActionStatus.DONE
    _decide(action, status=status, actor=actor)
    _record(action.kind.lower(), action, actor=actor, **facts)
    return frame


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


def _decide(action: CorporateAction, *, status: CorporateActionStatus, actor: Actor | None) -> None:
    action.status, action.decided_at = status, datetime.now(UTC)
    action.decided_by_id = None if actor is None else actor.user_id
    action.save()


def _record(act: str, action: CorporateAction, *, actor: Actor | None, **facts: object) -> None:
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
