"""The admin pages of the exchange. History is read-only everywhere; instruments are changed by services alone."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from access.admin import ReadOnlyAdmin
from access.networks import caller_address
from access.records import Actor
from access.selectors import users
from market.errors import MarketError
from market.models import (
    Account,
    AccountEvent,
    AccountGrant,
    Batch,
    Book,
    CorporateAction,
    Instrument,
    JournalEvent,
    LedgerEntry,
    Movement,
    Order,
    Position,
    PositionTransfer,
    Trade,
    TradingCalendar,
)
from market.records import CorporateActionRecord, MovementRecord
from market.services import corporate_actions, movements, orders, standings, trading


class GrantInline(admin.TabularInline):
    """Who may trade the account."""

    model = AccountGrant
    extra = 0
    can_delete = False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False


@admin.register(Instrument)
class InstrumentAdmin(ReadOnlyAdmin):
    """Instruments, with halt and resume."""

    list_display = ["symbol", "name", "kind", "currency", "tick_size", "lot_size", "reference_price", "phase"]
    search_fields = ["symbol", "name"]
    list_filter = ["kind", "currency"]
    list_select_related = ["book"]
    actions = ["halt", "resume"]

    @admin.display(description="phase")
    def phase(self, instrument: Instrument) -> str:
        """The trading phase of the instrument's book."""
        return instrument.book.get_phase_display()

    @admin.action(description="Halt trading")
    def halt(self, request: HttpRequest, queryset: "QuerySet[Instrument]") -> None:
        """Halt each of the chosen instruments."""
        for instrument in queryset:
            trading.halt(instrument.symbol, reason="halted by staff", actor=_actor(request))
            messages.success(request, f"{instrument.symbol} is halted.")

    @admin.action(description="Resume trading")
    def resume(self, request: HttpRequest, queryset: "QuerySet[Instrument]") -> None:
        """Resume each of the chosen instruments."""
        for instrument in queryset:
            trading.resume(instrument.symbol, actor=_actor(request))
            messages.success(request, f"{instrument.symbol} trades again.")


@admin.register(TradingCalendar)
class TradingCalendarAdmin(ReadOnlyAdmin):
    """Trading calendars, and what each of them does next."""

    list_display = ["instrument", "kind", "zone", "day_ends", "day_s", "next_phase", "next_phase_at", "settled_until"]
    list_filter = ["kind"]
    list_select_related = ["instrument"]


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    """Orders, with cancel."""

    list_display = [
        "id",
        "account",
        "instrument",
        "side",
        "ord_type",
        "quantity",
        "price",
        "ord_status",
        "filled",
        "open_quantity",
        "transact_time",
    ]
    list_filter = ["ord_status", "side", "instrument"]
    search_fields = ["=id", "=cl_ord_id", "=account__number"]
    list_select_related = ["account", "instrument"]
    ordering = ["-id"]
    show_full_result_count = False
    actions = ["cancel"]

    @admin.display(description="order qty", ordering="order_qty_lots")
    def quantity(self, order: Order) -> str:
        """The order's quantity in the instrument's own unit."""
        return f"{order.instrument.units.to_quantity(order.order_qty_lots):f}"

    @admin.display(description="price", ordering="price_ticks")
    def price(self, order: Order) -> str:
        """Where the order stands; a dash for one at no price."""
        return "-" if order.price_ticks is None else f"{order.instrument.units.to_price(order.price_ticks):f}"

    @admin.display(description="cum qty", ordering="cum_qty_lots")
    def filled(self, order: Order) -> str:
        """The quantity filled."""
        return f"{order.instrument.units.to_quantity(order.cum_qty_lots):f}"

    @admin.display(description="leaves qty", ordering="leaves_qty_lots")
    def open_quantity(self, order: Order) -> str:
        """The quantity still open."""
        return f"{order.instrument.units.to_quantity(order.leaves_qty_lots):f}"

    @admin.action(description="Cancel order")
    def cancel(self, request: HttpRequest, queryset: "QuerySet[Order]") -> None:
        """Ask for each of the chosen orders to be canceled, whoever's they are."""
        for order in queryset:
            try:
                orders.cancel_for_staff(order.pk, actor=_actor(request))
                messages.success(request, f"Order {order.pk}: the cancel is on its way.")
            except MarketError as error:
                messages.error(request, f"Order {order.pk}: {error.detail}")


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    """Accounts and who may trade them."""

    list_display = ["number", "kind", "currency", "deposits", "opened_at", "killed_at", "margin_call_at"]
    list_filter = ["kind"]
    search_fields = ["number", "grants__user__username"]
    inlines = [GrantInline]
    actions = ["kill", "unkill"]

    @admin.action(description="Switch the account off")
    def kill(self, request: HttpRequest, queryset: "QuerySet[Account]") -> None:
        """Switch each of the chosen accounts off: it can only cancel any more."""
        for account in queryset:
            standings.kill(account.number, reason="switched off by staff", actor=_actor(request))
            messages.success(request, f"{account.number} can only cancel any more.")

    @admin.action(description="Let the account trade again")
    def unkill(self, request: HttpRequest, queryset: "QuerySet[Account]") -> None:
        """Switch each of the chosen accounts on again."""
        for account in queryset:
            standings.unkill(account.number, actor=_actor(request))
            messages.success(request, f"{account.number} may trade.")


@admin.register(AccountEvent)
class AccountEventAdmin(ReadOnlyAdmin):
    """What befell accounts."""

    list_display = ["happened_at", "account", "kind", "detail"]
    list_filter = ["kind"]
    search_fields = ["account__number"]
    list_select_related = ["account"]
    ordering = ["-id"]


@admin.register(Position)
class PositionAdmin(ReadOnlyAdmin):
    """Positions."""

    list_display = ["account", "instrument", "quantity", "cash"]
    search_fields = ["account__number", "instrument__symbol"]
    list_select_related = ["account", "instrument"]

    @admin.display(description="quantity", ordering="quantity_lots")
    def quantity(self, position: Position) -> str:
        """The quantity held; below zero when short."""
        return f"{position.instrument.units.to_quantity(position.quantity_lots):f}"


@admin.register(Trade)
class TradeAdmin(ReadOnlyAdmin):
    """Trades."""

    list_display = [
        "instrument",
        "trade_seq",
        "price",
        "quantity",
        "aggressor_side",
        "buy_order_id",
        "sell_order_id",
        "executed_at",
    ]
    list_filter = ["instrument"]
    search_fields = ["=buy_order_id", "=sell_order_id"]
    list_select_related = ["instrument"]
    ordering = ["-id"]
    show_full_result_count = False

    @admin.display(description="price", ordering="price_ticks")
    def price(self, trade: Trade) -> str:
        """The price of the trade."""
        return f"{trade.instrument.units.to_price(trade.price_ticks):f}"

    @admin.display(description="quantity", ordering="quantity_lots")
    def quantity(self, trade: Trade) -> str:
        """The quantity traded."""
        return f"{trade.instrument.units.to_quantity(trade.quantity_lots):f}"


@admin.register(Book)
class BookAdmin(ReadOnlyAdmin):
    """Books: counters, phase and status."""

    list_display = ["instrument", "phase", "phase_reason", "status", "status_reason", "command_seq", "event_seq"]
    list_select_related = ["instrument"]


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    """The ledger."""

    list_display = ["posted_at", "account", "kind", "amount", "note", "actor"]
    search_fields = ["account__number"]
    list_select_related = ["account", "actor"]


class DecidedByTwoAdmin(ReadOnlyAdmin):
    """What staff have asked for by a reference; what waits is decided here by somebody else."""

    approving: Callable[..., MovementRecord | CorporateActionRecord]
    declining: Callable[..., MovementRecord | CorporateActionRecord]
    list_filter = ["status", "kind"]
    ordering = ["-id"]
    actions = ["approve", "decline"]

    @admin.action(description="Approve")
    def approve(self, request: HttpRequest, queryset: "QuerySet[Movement | CorporateAction]") -> None:
        """Do each of the chosen, unless the same person has proposed it."""
        self._decide(request, queryset, act=self.approving)

    @admin.action(description="Decline")
    def decline(self, request: HttpRequest, queryset: "QuerySet[Movement | CorporateAction]") -> None:
        """Turn each of the chosen down, unless the same person has proposed it."""
        self._decide(request, queryset, act=self.declining)

    def _decide(
        self,
        request: HttpRequest,
        queryset: "QuerySet[Movement | CorporateAction]",
        *,
        act: Callable[..., MovementRecord | CorporateActionRecord],
    ) -> None:
        for reference in queryset.values_list("reference", flat=True):
            try:
                messages.success(request, f"{reference} is {act(reference, actor=_actor(request)).status}.")
            except MarketError as error:
                messages.error(request, f"{reference}: {error.detail}")


@admin.register(Movement)
class MovementAdmin(DecidedByTwoAdmin):
    """What staff have asked of the money of accounts."""

    approving, declining = staticmethod(movements.approve), staticmethod(movements.decline)
    list_display = ["proposed_at", "reference", "kind", "account", "amount", "status", "proposed_by", "decided_by"]
    search_fields = ["reference", "account__number"]
    list_select_related = ["account", "proposed_by", "decided_by"]


@admin.register(CorporateAction)
class CorporateActionAdmin(DecidedByTwoAdmin):
    """What staff have asked to become of all positions in an instrument."""

    approving, declining = staticmethod(corporate_actions.approve), staticmethod(corporate_actions.decline)
    list_display = ["proposed_at", "reference", "kind", "instrument", "amount", "status", "proposed_by", "decided_by"]
    search_fields = ["reference", "instrument__symbol"]
    list_select_related = ["instrument", "proposed_by", "decided_by"]


@admin.register(PositionTransfer)
class PositionTransferAdmin(ReadOnlyAdmin):
    """Positions that went from one account to another other than by trading."""

    list_display = [
        "posted_at",
        "kind",
        "instrument",
        "from_account",
        "to_account",
        "quantity_lots",
        "lot_price",
        "amount",
    ]
    list_filter = ["kind"]
    list_select_related = ["instrument", "from_account", "to_account"]
    ordering = ["-id"]


@admin.register(JournalEvent)
class JournalEventAdmin(ReadOnlyAdmin):
    """The journal's events: every order's execution reports."""

    list_display = ["instrument_id", "event_seq", "command_seq", "kind", "order_id", "account_id", "leaves_qty_lots"]
    search_fields = ["=order_id"]
    ordering = ["-id"]
    show_full_result_count = False


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    """The commits of the books."""

    list_display = ["instrument_id", "book_version", "first_command_seq", "last_command_seq", "worker", "committed_at"]
    ordering = ["-id"]
    show_full_result_count = False


def _actor(request: HttpRequest) -> Actor:
    actor = users.actor_of(int(request.user.pk or 0), door="admin", address=caller_address(request.META))
    assert actor is not None, "the admin is open to signed-in staff alone"
    return actor
