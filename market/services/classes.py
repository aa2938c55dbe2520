"""Making classes, joining them, and what their teacher does to members. Teachers are staff."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, OperationalError, transaction

from access.records import Actor
from access.services import audit
from market import grants, intake, wake
from market.errors import InvalidRequest, NotFound, NotPermitted, Unavailable
from market.models import Account, ClassMember, Instrument, Movement, TradingClass
from market.models.movement import MovementStatus
from market.records import AccountRecord, ClassRecord, MovementRecord
from market.selectors import accounts as account_selectors
from market.selectors import classes as class_selectors
from market.services import accounts, ledger, movements, standings
from vocabulary import limits
from vocabulary.roles import Role

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""What codes are made of: nothing that is taken for something else when it is read from a wall."""

CURRENCY_OF_ALL = "USD"

SHARED = "SELECT * FROM market_tradingclass WHERE code = %s FOR SHARE"
"""Those who join hold the class together: none waits for another, and what changes the class waits for all."""


def create(
    *,
    name: str,
    grant_amount: Decimal,
    symbols: Sequence[str] = (),
    starts_at: datetime,
    ends_at: datetime,
    actor: Actor,
) -> ClassRecord:
    """Make a class under a new code; no ``symbols`` are all instruments. Raises NotPermitted, InvalidRequest."""
    _check_teacher(actor)
    _check_name(name)
    ledger.check_amount(grant_amount)
    if ends_at <= max(starts_at, datetime.now(UTC)):
        raise InvalidRequest("ends_at must be after starts_at and in the future.", field="ends_at")
    chosen = sorted(set(symbols))
    currency = _currency_of(chosen)
    code = "".join(secrets.choice(LETTERS) for _ in range(limits.CLASS_CODE_LENGTH))
    with transaction.atomic():
        TradingClass.objects.create(
            code=code,
            name=name,
            teacher_id=actor.user_id,
            grant_amount=grant_amount,
            currency=currency,
            symbols=chosen,
            starts_at=starts_at,
            ends_at=ends_at,
        )
        detail: dict[str, object] = {
            "name": name,
            "grant": f"{grant_amount:f}",
            "symbols": chosen,
            "starts_at": starts_at.isoformat(),
            "ends_at": ends_at.isoformat(),
        }
        audit.record(actor=actor, action="class.create", subject=code, detail=detail)
    return class_selectors.access_class(code, actor=actor)


def join(code: str, *, actor: Actor) -> AccountRecord:
    """Join a class that is not over: a new account with its grant. Who has joined already is given the same account.

    Raises NotFound for a code that no class has, NotPermitted for who was removed and for a key that may only read or
    reaches but some accounts, InvalidRequest when the class is over or full, Unavailable while too much goes on.
    """
    grants.check_may_trade(actor)
    if actor.accounts is not None:
        raise NotPermitted("This API key reaches the accounts that it names, and opens none.")
    try:
        with transaction.atomic():
            trading_class = _one(TradingClass.objects.raw(SHARED, [code]))
            return _own_account(trading_class, actor=actor) or _join(trading_class, actor=actor)
    except IntegrityError:
        # Another request of the same person has joined at this very moment.
        joined = _own_account(_one(TradingClass.objects.filter(code=code)), actor=actor)
        if joined is None:
            raise
        return joined
    except OperationalError as error:
        raise Unavailable("The exchange is busy for a moment; join the class again.") from error


def check_joinable(code: str) -> None:
    """Raises as ``join`` does for a code by which nobody new can join."""
    _check_joinable(_one(TradingClass.objects.filter(code=code)))


def end(code: str, *, actor: Actor) -> ClassRecord:
    """End a class now, before its time; one that is over stays as it is. Raises NotPermitted, NotFound.

    A class that has not begun is over likewise: as if it had begun a moment before.
    """
    _check_teacher(actor)
    now = datetime.now(UTC)
    with transaction.atomic():
        trading_class = _one(TradingClass.objects.select_for_update(no_key=True).filter(code=code))
        if trading_class.ends_at > now:
            trading_class.starts_at = min(trading_class.starts_at, now - timedelta(seconds=1))
            trading_class.ends_at = now
            trading_class.save(update_fields=["starts_at", "ends_at"])
            audit.record(actor=actor, action="class.end", subject=code, detail={"ends_at": now.isoformat()})
    return class_selectors.access_class(code, actor=actor)


def reset_member(code: str, *, account: str, actor: Actor, wait_s: float = 0) -> MovementRecord:
    """Let a member start anew with the grant, orders canceled and positions closed out, as ``movements.reset`` does.

    Asked for again after an interruption it goes on with the same reset. Where two persons are asked for, it is done
    once somebody else has approved it and the teacher asks again; after it was declined that is another one. Raises as
    ``movements.reset`` does, and InvalidRequest once the class is over.
    """
    _check_teacher(actor)
    member = _member(code, account=account)
    if member.trading_class.ends_at <= datetime.now(UTC):
        raise InvalidRequest("This class is over, and nobody starts anew in it.", field="code")
    movement = movements.reset_member(
        account,
        amount=member.trading_class.grant_amount,
        reference=f"{_references_of(member)}{member.resets + _declined_resets(member) + 1}",
        note=f"class {code} starts anew",
        actor=actor,
        wait_s=wait_s,
    )
    if movement.status == MovementStatus.DONE:
        _begin_anew(member, actor=actor)
    return movement


def remove_member(code: str, *, account: str, actor: Actor) -> None:
    """Take a member out of a class: their account is theirs no longer and its orders are canceled.

    Removed once more, nothing changes. What they did stays in the export. Raises NotPermitted, NotFound,
    InvalidRequest once the class is frozen, InProgress, Unavailable.
    """
    _check_teacher(actor)
    member = _member(code, account=account)
    with intake.acknowledging_transaction():
        trading_class = TradingClass.objects.select_for_update(no_key=True).get(pk=member.trading_class_id)
        if trading_class.frozen_at is not None:
            raise InvalidRequest("The results of this class are final.", field="code")
        intake.lock_account(member.account_id)
        is_new = ClassMember.objects.filter(pk=member.pk, removed_at=None).update(removed_at=datetime.now(UTC))
        symbols = standings.cancel_everything(member.account_id) if is_new else []
        if is_new:
            accounts.revoke(account, username=member.user.username, actor=actor)
            _record("remove", code, member=member, actor=actor)
    for symbol in symbols:
        wake.wake(symbol)


def _check_teacher(actor: Actor) -> None:
    if actor.role is not Role.STAFF:
        raise NotPermitted("Only staff teach classes.")


def _check_name(name: str) -> None:
    if not (name.strip() and name.isprintable() and len(name) <= limits.CLASS_NAME_LENGTH_MAX):
        raise InvalidRequest(
            f"name must be 1 to {limits.CLASS_NAME_LENGTH_MAX} printable characters.", field="name", code="malformed"
        )


def _currency_of(symbols: list[str]) -> str:
    """The one currency that all of the instruments trade in."""
    if len(symbols) > limits.CLASS_SYMBOLS_MAX:
        raise InvalidRequest(f"A class names at most {limits.CLASS_SYMBOLS_MAX} instruments.", field="symbols")
    found = dict(Instrument.objects.filter(symbol__in=symbols).values_list("symbol", "currency"))
    for symbol in symbols:
        if symbol not in found:
            raise InvalidRequest(f"There is no instrument {symbol[:32]}.", field="symbols")
    currencies = set(found.values()) or {CURRENCY_OF_ALL}
    if len(currencies) > 1:
        raise InvalidRequest("All instruments of a class must trade in one currency.", field="symbols")
    return str(currencies.pop())


def _one(found: Iterable[TradingClass]) -> TradingClass:
    """The class that was found by its code."""
    for trading_class in found:
        return trading_class
    raise NotFound("No class has this code.", field="code")


def _own_account(trading_class: TradingClass, *, actor: Actor) -> AccountRecord | None:
    """The account with which the actor is in the class; None if they never joined."""
    member = ClassMember.objects.filter(trading_class=trading_class, user_id=actor.user_id).first()
    if member is None:
        return None
    if member.removed_at is not None:
        raise NotPermitted("Your teacher has removed you from this class.")
    return account_selectors.by_number(member.account.number)


def _check_joinable(trading_class: TradingClass) -> None:
    if trading_class.ends_at <= datetime.now(UTC):
        raise InvalidRequest("This class is over.", field="code")
    if trading_class.members.filter(removed_at=None).count() >= limits.CLASS_MEMBERS_MAX:
        raise InvalidRequest(f"This class is full: it has {limits.CLASS_MEMBERS_MAX} members.", field="code")


def _join(trading_class: TradingClass, *, actor: Actor) -> AccountRecord:
    """The new member's account, under the lock of the class."""
    _check_joinable(trading_class)
    amount = trading_class.grant_amount
    note = f"class {trading_class.code}"
    opened = accounts.open_with_deposit(owner=actor, amount=amount, note=note, currency=trading_class.currency)
    member = ClassMember.objects.create(
        trading_class=trading_class,
        user_id=actor.user_id,
        account=Account.objects.get(number=opened.number),
        base_deposits=amount,
        highest_worth=amount,
    )
    _record("join", trading_class.code, member=member, actor=actor)
    return account_selectors.by_number(opened.number)


def _member(code: str, *, account: str) -> ClassMember:
    found = ClassMember.objects.select_related("trading_class", "account", "user").filter(
        trading_class__code=code, account__number=account
    )
    member = found.first()
    if member is None:
        raise NotFound("No member of the class has this account.", field="account")
    return member


def _declined_resets(member: ClassMember) -> int:
    """How many resets were asked for here and turned down."""
    declined = Movement.objects.filter(account_id=member.account_id, status=MovementStatus.DECLINED)
    return declined.filter(reference__startswith=_references_of(member)).count()


def _references_of(member: ClassMember) -> str:
    return f"{movements.OF_CLASSES}{member.trading_class.code}-{member.account.number}-"


def _begin_anew(member: ClassMember, *, actor: Actor) -> None:
    with transaction.atomic():
        account = Account.objects.select_for_update(no_key=True).get(pk=member.account_id)
        begun = ClassMember.objects.filter(pk=member.pk, resets=member.resets).update(
            resets=member.resets + 1,
            base_deposits=account.deposits,
            highest_worth=member.trading_class.grant_amount,
            deepest_fall=0,
        )
        if begun:
            _record("reset", member.trading_class.code, member=member, actor=actor)


def _record(act: str, code: str, *, member: ClassMember, actor: Actor) -> None:
    detail: dict[str, object] = {"account": member.account.number}
    audit.record(actor=actor, action=f"class.{act}", subject=code, detail=detail)
