"""What an issuer does to all who hold its instrument: dividends, splits, delistings; each once, by its reference.

Where two persons are asked for (``MARKETOPS_DUAL_CONTROL``), an action waits until somebody else of the staff has
approved it. What it moves stands in the ledger, and who decided it in the audit log, by one commit.
"""

from decimal import Decimal
from typing import NamedTuple

from django.conf import settings

from access.records import Actor
from market import feed, intake, wake
from market.errors import InvalidRequest, NotFound, NotPermitted, UnknownSymbol
from market.models import CorporateAction, Instrument
from market.models.corporate_action import CorporateActionKind, CorporateActionStatus
from market.models.instrument import InstrumentKind
from market.records import CorporateActionRecord
from market.selectors import corporate_actions as action_selectors
from market.services import at_rest, carrying_out, payouts, reasons, splits
from market.services.ledger import MONEY_PLACES
from vocabulary.roles import Role

AMOUNT_MAX = Decimal(10) ** 11
THE_EXCHANGES_OWN = "expiry-"
"""How references begin that no staff can take from it: an option expires in its time whatever they have named."""
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
    carrying_out.prepare(symbol, kind=CorporateActionKind.EXPIRY, actor=None, wait_s=0)
    with intake.acknowledging_transaction():
        book = at_rest.lock(symbol)
        if book.instrument.delisted_at is not None:
            return
        reference = f"{THE_EXCHANGES_OWN}{book.pk}"
        action = CorporateAction(reference=reference, kind=CorporateActionKind.EXPIRY, instrument=book.instrument)
        carrying_out.carry_out(action, actor=None)
    _finished(action, frame=None)


def approve(reference: str, *, actor: Actor, wait_s: float = 0) -> CorporateActionRecord:
    """Do what somebody else has proposed. Raises NotPermitted for who proposed it; else as the act itself.

    What cannot be done keeps waiting. Approved once more, it is not done again; what was declined is InvalidRequest.
    """
    _check_staff(actor)
    waiting = _decidable(reference, actor=actor)
    if waiting.status == CorporateActionStatus.WAITING:
        carrying_out.prepare(waiting.instrument.symbol, kind=waiting.kind, actor=actor, wait_s=wait_s)
    frame = None
    with intake.acknowledging_transaction():
        action = _locked(waiting)
        if action.status == CorporateActionStatus.DECLINED:
            raise InvalidRequest("This action was declined.", field="reference", code="declined")
        if action.status == CorporateActionStatus.WAITING:
            frame = carrying_out.carry_out(action, actor=actor)
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
            carrying_out.decide(action, status=CorporateActionStatus.DECLINED, actor=actor)
            carrying_out.record("decline", action, actor=actor)
    return action_selectors.by_reference(reference)


def _ask(
    symbol: str, terms: _Terms, *, reference: str, note: str, actor: Actor, wait_s: float = 0
) -> CorporateActionRecord:
    _check_staff(actor)
    reasons.check_reference(reference, note=note, reserved=THE_EXCHANGES_OWN)
    instrument = Instrument.objects.filter(symbol=symbol).first()
    if instrument is None:
        raise UnknownSymbol(symbol)
    _check_terms(terms, instrument=instrument)
    needs_second = bool(settings.DUAL_CONTROL)
    if not needs_second and not CorporateAction.objects.filter(reference=reference).exists():
        carrying_out.prepare(symbol, kind=terms.kind, actor=actor, wait_s=wait_s)
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
            carrying_out.record("propose", action, actor=actor)
        elif is_new:
            frame = carrying_out.carry_out(action, actor=actor)
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
