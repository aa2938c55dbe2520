"""The admin pages of the exchange. History is read-only everywhere; instruments are changed by services alone."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from access.admin import ReadOnlyAdmin
from market.admin import money as money
from market.admin.actors import actor_of
from market.errors import MarketError
from market.models import (
    Account,
    AccountEvent,
    AccountGrant,
    Batch,
    Book,
    Instrument,
    JournalEvent,
    Order,
    Position,
    Trade,
    TradingCalendar,
)
from market.services import orders, standings, trading


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
            trading.halt(instrument.symbol, reason="halted by staff", actor=actor_of(request))
            messages.success(request, f"{instrument.symbol} is halted.")

    @admin.action(description="Resume trading")
    def resume(self, request: HttpRequest, queryset: "QuerySet[Instrument]") -> None:
        """Resume each of the chosen instruments."""
        for instrument in queryset:
            trading.resume(instrument.symbol, actor=actor_of(request))
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
                orders.cancel_for_staff(order.pk, actor=actor_of(request))
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
            standings.kill(account.number, reason="switched off by staff", actor=actor_of(request))
            messages.success(request, f"{account.number} can only cancel any more.")

    @admin.action(description="Let the account trade again")
    def unkill(self, request: HttpRequest, queryset: "QuerySet[Account]") -> None:
        """Switch each of the chosen accounts on again."""
        for account in queryset:
            standings.unkill(account.number, actor=actor_of(request))
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
