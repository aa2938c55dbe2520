"""Closing positions that an account's equity does not cover any more: first a warning, then orders like anybody's.

An account whose equity falls below its maintenance margin is warned: a margin call, recorded. When that has stood for
the settings' grace, the exchange liquidates: it cancels the account's orders, takes on no new ones, and closes what is
needed by market orders with the collar of every market order, one after the other, until the margin holds again or no
position is left. The orders go through the same inbox as all; they are marked as the exchange's.
"""

from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings

from access.services import audit
from market import exposures, intake, margin, valuations, wake
from market.errors import InProgress
from market.exposures import Stakes
from market.margin import Exposure
from market.models import Account, AccountEvent
from market.models.account_event import AccountEventKind
from market.records import OrderTicket
from market.rows import ListedInstrument
from market.services import placing, standings
from vocabulary.orders import OrdType, Side, TimeInForce
from vocabulary.phases import TradingPhase

CL_ORD_ID = ".liquidation-{unique}"
"""The dot keeps the exchange's ClOrdIDs apart from every one that a participant may choose."""


class _Margin(NamedTuple):
    """How an account stands: its equity, and what its positions require to be kept."""

    equity: Decimal
    required: Decimal

    @classmethod
    def of(cls, stakes: Stakes) -> "_Margin":
        held = stakes.exposures.values()
        return cls(margin.equity(stakes.cash, held), margin.maintenance(held))

    @property
    def holds(self) -> bool:
        """Without a position nothing is required, whatever the account owes."""
        return self.required == 0 or self.equity >= self.required

    def detail(self) -> dict[str, object]:
        """The two figures as texts."""
        return {"equity": f"{self.equity.normalize():f}", "maintenance_margin": f"{self.required.normalize():f}"}


def watch() -> int:
    """Take the next step with each account that lacks margin, and let those go that have it again; how many looked at.

    It may be called at any time and by several at once: each step is decided under the account's lock.
    """
    account_ids = valuations.in_breach()
    for account_id in account_ids:
        try:
            symbols = step(account_id)
        except InProgress:
            # Somebody trades on the account at this moment; the next look comes soon.
            continue
        for symbol in symbols:
            wake.wake(symbol)
    return len(account_ids)


def step(account_id: int) -> list[str]:
    """One step with one account: warn, cancel its orders, close a part of a position, or let go; the books to wake.

    Raises InProgress, Unavailable.
    """
    with intake.acknowledging_transaction() as now:
        intake.lock_account(account_id)
        account = Account.objects.get(pk=account_id)
        stakes = exposures.of_accounts([account_id])[account_id]
        standing = _Margin.of(stakes)
        if standing.holds:
            _let_go(account, standing=standing)
            return []
        if account.margin_call_at is None:
            _note(account, AccountEventKind.MARGIN_CALL, standing.detail(), margin_call_at=now)
            return []
        if now < account.margin_call_at + timedelta(seconds=settings.MARGIN_CALL_GRACE_S):
            return []
        if account.liquidating_at is None:
            _note(account, AccountEventKind.LIQUIDATION_STARTED, standing.detail(), liquidating_at=now)
            return standings.cancel_everything(account_id)
        return [] if stakes.open_orders else _close_most(account, stakes=stakes, standing=standing, now=now)


def _let_go(account: Account, *, standing: _Margin) -> None:
    if account.margin_call_at is not None or account.liquidating_at is not None:
        _note(account, AccountEventKind.MARGIN_RESTORED, standing.detail(), margin_call_at=None, liquidating_at=None)


def _close_most(account: Account, *, stakes: Stakes, standing: _Margin, now: datetime) -> list[str]:
    """Hand in an order against the position that requires most and can be traded now; the symbol of its book."""
    held = {key: exposure for key, exposure in stakes.exposures.items() if exposure.position_lots}
    instruments = intake.instruments_by_id(held)
    tradable = [key for key in held if _can_trade(instruments[key], closing=held[key])]
    if not tradable:
        return []
    key = max(tradable, key=lambda key: (held[key].maintenance, -key))
    lots = min(_lots_to_close(held[key], standing=standing), instruments[key].order_qty_lots_max)
    _hand_in(account, instrument=instruments[key], closing=held[key], lots=lots, standing=standing, now=now)
    return [instruments[key].symbol]


def _can_trade(instrument: ListedInstrument, *, closing: Exposure) -> bool:
    """Whether the book trades and somebody stands on the other side: nobody is asked in vain again and again."""
    opposite = instrument.bid_ticks if closing.position_lots > 0 else instrument.offer_ticks
    return instrument.phase is TradingPhase.CONTINUOUS and opposite is not None


def _lots_to_close(closing: Exposure, *, standing: _Margin) -> int:
    """As many lots as bring the margin back if they trade at the mark; the whole position if that is not enough."""
    freed = closing.maintenance / abs(closing.position_lots)
    wanted = ((standing.required - standing.equity) / freed).to_integral_value(rounding=ROUND_CEILING)
    return min(int(wanted), abs(closing.position_lots))


def _hand_in(
    account: Account,
    *,
    instrument: ListedInstrument,
    closing: Exposure,
    lots: int,
    standing: _Margin,
    now: datetime,
) -> None:
    ticket = OrderTicket(
        cl_ord_id=CL_ORD_ID.format(unique=uuid4().hex),
        account=account.number,
        symbol=instrument.symbol,
        side=Side.SELL if closing.position_lots > 0 else Side.BUY,
        ord_type=OrdType.MARKET,
        order_qty=instrument.units.to_quantity(lots),
        time_in_force=TimeInForce.IOC,
    )
    order = placing.place_for_the_exchange(ticket, account_id=account.pk, instrument=instrument, now=now)
    detail = {
        "order_id": str(order.order_id),
        "symbol": ticket.symbol,
        "side": ticket.side.name,
        "order_qty": f"{ticket.order_qty:f}",
        **standing.detail(),
    }
    _note(account, AccountEventKind.LIQUIDATION_ORDER, detail)


def _note(account: Account, kind: AccountEventKind, detail: dict[str, object], **changes: datetime | None) -> None:
    """Record what befell the account, for its owner and in the audit log, with the columns that it changes."""
    if changes:
        Account.objects.filter(pk=account.pk).update(**changes)
    AccountEvent.objects.create(account=account, kind=kind, detail=detail)
    audit.record_system(action=f"account.{kind.value.lower()}", subject=account.number, detail=detail)
