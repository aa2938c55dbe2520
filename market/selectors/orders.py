"""Reading one's own orders, and everybody's for those who operate the exchange."""

import time
from collections.abc import Collection

from access.records import Actor
from market import grants, order_records
from market.errors import NotFound, NotPermitted, UnknownSymbol
from market.models import Account, ClOrdIdUse, Instrument, Order
from market.records import OrderRecord
from vocabulary.orders import OPEN_STATUSES, OrdStatus, Side

FIRST_PAUSE_S = 0.0015
LONGEST_PAUSE_S = 0.05
PAUSE_GROWTH = 1.1


def access_order(order_id: int, *, actor: Actor) -> OrderRecord:
    """One of the actor's orders. Raises NotFound for one that is absent or somebody else's."""
    order = order_records.record_for(actor, order_id=order_id)
    if order is None:
        raise NotFound("You have no such order.", field="order_id")
    return order


def by_cl_ord_id(account: str, cl_ord_id: str, *, actor: Actor) -> OrderRecord:
    """The order that a ClOrdID of one of the actor's accounts was used for. Raises NotFound."""
    accounts = Account.objects.filter(number=account).values("pk")
    order_ids = ClOrdIdUse.objects.filter(cl_ord_id=cl_ord_id, account_id__in=accounts).values("order_id")
    found = order_records.records_of(
        Order.objects.filter(grants.reached_by(actor, through="account__"), pk__in=order_ids, account__number=account)
    )
    if not found:
        raise NotFound("You have no order with this cl_ord_id.", field="cl_ord_id")
    return found[0]


def ids_by_cl_ord_id(named: Collection[tuple[str, str]], *, actor: Actor) -> dict[tuple[str, str], int]:
    """The orders that ClOrdIDs of the actor's accounts were used for, by account and ClOrdID; others are left out."""
    numbers = {number for number, _ in named}
    reached = Account.objects.filter(grants.reached_by(actor), number__in=numbers)
    number_of = dict(reached.values_list("pk", "number"))
    uses = ClOrdIdUse.objects.filter(account_id__in=number_of, cl_ord_id__in={cl_ord_id for _, cl_ord_id in named})
    found = uses.values_list("account_id", "cl_ord_id", "order_id")
    return {(number_of[account_id], cl_ord_id): order_id for account_id, cl_ord_id, order_id in found}


def of_actor(
    actor: Actor,
    *,
    symbol: str | None = None,
    is_open: bool | None = None,
    account: str | None = None,
    side: Side | None = None,
    before: int | None = None,
    count: int,
) -> list[OrderRecord]:
    """The newest ``count`` orders of the actor's accounts that fit, newest first; ``before`` is an order id."""
    conditions: dict[str, object] = {
        "instrument__symbol": symbol,
        "is_open": is_open,
        "account__number": account,
        "side": side,
        "pk__lt": before,
    }
    orders = Order.objects.filter(grants.reached_by(actor, through="account__")).filter(
        **{name: value for name, value in conditions.items() if value is not None}
    )
    return order_records.records_of(orders.order_by("-pk")[:count])


def of_everybody(
    *, actor: Actor, symbol: str | None = None, is_open: bool | None = None, count: int
) -> list[OrderRecord]:
    """The newest ``count`` orders of all accounts that fit, newest first. Raises NotPermitted, NotFound."""
    if not actor.role.may_operate:
        raise NotPermitted("Only operators see other people's orders.")
    orders = Order.objects.all()
    if symbol is not None:
        instrument = Instrument.objects.filter(symbol=symbol).first()
        if instrument is None:
            raise UnknownSymbol(symbol)
        orders = orders.filter(instrument_id=instrument.pk)
    if is_open is not None:
        orders = orders.filter(is_open=is_open)
    return order_records.records_of(orders.order_by("-pk")[:count])


def wait_until_sequenced(order_id: int, *, actor: Actor, timeout_s: float) -> OrderRecord:
    """The order once the matcher has taken it, or as it stands when the time is over. Raises NotFound."""
    return _wait_while({OrdStatus.PENDING_NEW}, order_id, actor=actor, timeout_s=timeout_s)


def wait_until_closed(order_id: int, *, actor: Actor, timeout_s: float) -> OrderRecord:
    """The order once it can no longer trade, or as it stands when the time is over. Raises NotFound."""
    return _wait_while(OPEN_STATUSES, order_id, actor=actor, timeout_s=timeout_s)


def _wait_while(statuses: Collection[OrdStatus], order_id: int, *, actor: Actor, timeout_s: float) -> OrderRecord:
    deadline = time.monotonic() + timeout_s
    pause_s = FIRST_PAUSE_S
    while True:
        order = access_order(order_id, actor=actor)
        left_s = deadline - time.monotonic()
        if order.ord_status not in statuses or left_s <= 0:
            return order
        time.sleep(min(pause_s, left_s))
        pause_s = min(LONGEST_PAUSE_S, pause_s * PAUSE_GROWTH)
