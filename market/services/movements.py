"""What staff do to the money of accounts: paying in, paying out, starting anew; each once, by its reference.

Where two persons are asked for (``MARKETOPS_DUAL_CONTROL``), a movement waits until somebody else of the staff has
approved it. Whatever is done stands in the ledger and in the audit log, by one commit.
"""

import time
from datetime import UTC, datetime
from decimal import Decimal

from django.conf import settings

from access.records import Actor
from access.services import audit
from market import intake, wake
from market.errors import InvalidRequest, NotFound, NotPermitted, Rejected
from market.intake import InboxRow
from market.models import Account, InboxCommand, Movement, Order
from market.models.ledger_entry import LedgerEntryKind
from market.models.movement import MovementKind, MovementStatus
from market.records import MovementRecord
from market.selectors import accounts as account_selectors
from market.selectors import movements as movement_selectors
from market.services import closing_out, ledger, reasons
from vocabulary.commands import CommandKind
from vocabulary.rejects import RejectReason
from vocabulary.roles import Role
from vocabulary.units import plain

PAUSE_S = 0.02
OF_CLASSES = "class-"
"""How the references begin by which members of classes start anew; staff may choose none such."""


def deposit(account: str, *, amount: Decimal, reference: str, note: str = "", actor: Actor) -> MovementRecord:
    """Pay money into an account. Raises NotPermitted, NotFound, InvalidRequest, as all of these do."""
    return _ask(MovementKind.DEPOSIT, account, amount=amount, reference=reference, note=note, actor=actor)


def withdraw(account: str, *, amount: Decimal, reference: str, note: str = "", actor: Actor) -> MovementRecord:
    """Pay money out of an account: no more than its free buying power, else Rejected."""
    return _ask(MovementKind.WITHDRAWAL, account, amount=amount, reference=reference, note=note, actor=actor)


def reset(
    account: str, *, amount: Decimal, reference: str, note: str = "", actor: Actor, wait_s: float = 0
) -> MovementRecord:
    """Let an account start anew with an amount: its orders are canceled, its positions go to the exchange's account.

    The books cancel; for that it waits up to ``wait_s``, and is Rejected with OPEN_ORDERS while an order is still open.
    Asked for again with the same reference it goes on.
    """
    return _ask(MovementKind.RESET, account, amount=amount, reference=reference, note=note, actor=actor, wait_s=wait_s)


def reset_member(
    account: str, *, amount: Decimal, reference: str, note: str, actor: Actor, wait_s: float = 0
) -> MovementRecord:
    """As ``reset``, for a member of a class, by a reference that begins with OF_CLASSES."""
    assert reference.startswith(OF_CLASSES), "a class names its resets"
    kind = MovementKind.RESET
    return _ask(kind, account, amount=amount, reference=reference, note=note, actor=actor, wait_s=wait_s, reserved="")


def approve(reference: str, *, actor: Actor, wait_s: float = 0) -> MovementRecord:
    """Do what somebody else has proposed. Raises NotPermitted for who proposed it; else as the act itself.

    What cannot be done keeps waiting. Approved once more, it is not done again; what was declined is Rejected.
    """
    _check_staff(actor)
    waiting = _waiting(reference, actor=actor)
    if waiting.kind == MovementKind.RESET and waiting.status == MovementStatus.WAITING:
        _cancel_orders(waiting.account, actor=actor, wait_s=wait_s)
    with intake.acknowledging_transaction():
        movement = Movement.objects.select_for_update().select_related("account").get(pk=waiting.pk)
        if movement.status == MovementStatus.DECLINED:
            raise InvalidRequest("This movement was declined.", field="reference", code="declined")
        if movement.status == MovementStatus.WAITING:
            _carry_out(movement, actor=actor)
    return movement_selectors.by_reference(reference)


def decline(reference: str, *, actor: Actor) -> MovementRecord:
    """Turn down what somebody else has proposed; declined once more, nothing changes."""
    _check_staff(actor)
    waiting = _waiting(reference, actor=actor)
    with intake.acknowledging_transaction():
        movement = Movement.objects.select_for_update().select_related("account").get(pk=waiting.pk)
        if movement.status == MovementStatus.DONE:
            raise InvalidRequest("This movement is done already.", field="reference", code="done")
        if movement.status == MovementStatus.WAITING:
            _decide(movement, status=MovementStatus.DECLINED, actor=actor)
            _record("decline", movement, actor=actor)
    return movement_selectors.by_reference(reference)


def _ask(
    kind: MovementKind,
    number: str,
    *,
    amount: Decimal,
    reference: str,
    note: str,
    actor: Actor,
    wait_s: float = 0,
    reserved: str = OF_CLASSES,
) -> MovementRecord:
    _check_staff(actor)
    reasons.check_reference(reference, note=note, reserved=reserved)
    ledger.check_amount(amount, may_be_zero=kind is MovementKind.RESET)
    account = Account.objects.filter(number=number).first()
    if account is None:
        raise NotFound("There is no such account.", field="account")
    needs_second = bool(settings.DUAL_CONTROL)
    if kind is MovementKind.RESET and not needs_second and not Movement.objects.filter(reference=reference).exists():
        _cancel_orders(account, actor=actor, wait_s=wait_s)
    with intake.acknowledging_transaction():
        intake.lock_account(account.pk)
        movement, is_new = Movement.objects.get_or_create(
            reference=reference,
            defaults={
                "kind": kind,
                "account": account,
                "amount": amount,
                "note": note,
                "status": MovementStatus.WAITING,
                "proposed_by_id": actor.user_id,
            },
        )
        if (movement.kind, movement.account_id, movement.amount) != (kind, account.pk, amount):
            raise InvalidRequest(
                "This reference was already used for another movement.", field="reference", code="reference_reused"
            )
        if is_new and needs_second:
            _record("propose", movement, actor=actor)
        elif is_new:
            _carry_out(movement, actor=actor)
    return movement_selectors.by_reference(reference)


def _check_staff(actor: Actor) -> None:
    if actor.role is not Role.STAFF:
        raise NotPermitted("Only staff move the money of accounts.")


def _waiting(reference: str, *, actor: Actor) -> Movement:
    movement = Movement.objects.select_related("account").filter(reference=reference).first()
    if movement is None:
        raise NotFound("There is no such movement.", field="reference")
    if movement.status == MovementStatus.WAITING and movement.proposed_by_id == actor.user_id:
        raise NotPermitted("Who proposed a movement does not decide it: ask somebody else of the staff.")
    return movement


def _carry_out(movement: Movement, *, actor: Actor) -> None:
    """Do it, under the account's lock. An error leaves the whole transaction undone."""
    account = movement.account
    intake.lock_account(account.pk)
    facts: dict[str, object] = {}
    if movement.kind == MovementKind.DEPOSIT:
        facts["entry"] = _post(movement, amount=movement.amount, actor=actor)
    elif movement.kind == MovementKind.WITHDRAWAL:
        _check_means(account, amount=movement.amount)
        facts["entry"] = _post(movement, amount=-movement.amount, actor=actor)
    else:
        facts = _reset(movement, actor=actor)
    _decide(movement, status=MovementStatus.DONE, actor=actor)
    _record(movement.kind.lower(), movement, actor=actor, **facts)


def _post(movement: Movement, *, amount: Decimal, actor: Actor) -> int:
    kind = LedgerEntryKind(movement.kind)
    return ledger.post(
        movement.account, kind=kind, amount=amount, note=movement.note, actor_id=actor.user_id, movement=movement
    )


def _check_means(account: Account, *, amount: Decimal) -> None:
    money = account_selectors.by_number(account.number)
    free = max(Decimal(0), plain(min(money.buying_power, money.cash - money.reserved)))
    if amount > free:
        raise Rejected(
            RejectReason.INSUFFICIENT_BUYING_POWER,
            detail=f"Account {account.number} has {free:f} free of orders; {amount:f} cannot leave it.",
            field="amount",
        )


def _reset(movement: Movement, *, actor: Actor) -> dict[str, object]:
    account = movement.account
    if _has_orders(account):
        books = ", ".join(symbol for symbol, _, _ in intake.open_orders_of_account(account.pk))
        where = f" in {books}" if books else ""
        raise Rejected(
            RejectReason.OPEN_ORDERS,
            detail=f"Orders of account {account.number}{where} are still being canceled; ask for the same reset again.",
            field="account",
        )
    facts: dict[str, object] = {"transfers": closing_out.close_out(account, movement=movement)}
    difference = movement.amount - account_selectors.by_number(account.number).cash
    if difference:
        facts |= {"entry": _post(movement, amount=difference, actor=actor), "posted": f"{difference:f}"}
    return facts


def _has_orders(account: Account) -> bool:
    is_open = Order.objects.filter(account=account, is_open=True).exists()
    return is_open or InboxCommand.objects.filter(account_id=account.pk).exists()


def _cancel_orders(account: Account, *, actor: Actor, wait_s: float) -> None:
    """Ask the books to cancel, and wait for them as long as one wishes to."""
    with intake.acknowledging_transaction():
        intake.lock_account(account.pk)
        books = intake.open_orders_of_account(account.pk)
        for _, instrument_id, _ in books:
            intake.insert_inbox(InboxRow(CommandKind.MASS_CANCEL, instrument_id, account_id=account.pk))
        if books:
            detail: dict[str, object] = {"account": account.number, "orders": sum(count for _, _, count in books)}
            audit.record(actor=actor, action="order.cancel_all", subject=account.number, detail=detail)
    for symbol, _, _ in books:
        wake.wake(symbol)
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline and _has_orders(account):
        time.sleep(PAUSE_S)


def _decide(movement: Movement, *, status: MovementStatus, actor: Actor) -> None:
    movement.status, movement.decided_by_id, movement.decided_at = status, actor.user_id, datetime.now(UTC)
    movement.save(update_fields=["status", "decided_by", "decided_at"])


def _record(act: str, movement: Movement, *, actor: Actor, **facts: object) -> None:
    detail: dict[str, object] = {
        "kind": movement.kind,
        "amount": f"{movement.amount:f}",
        "reference": movement.reference,
        "note": movement.note,
        **facts,
    }
    audit.record(actor=actor, action=f"account.{act}", subject=movement.account.number, detail=detail)
