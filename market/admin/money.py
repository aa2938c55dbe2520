"""The admin pages of money: the ledger, and what staff ask for and decide."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from unfold.decorators import action

from access.admin import ReadOnlyAdmin
from market.admin.actors import actor_of
from market.admin.movement_form import MovementForm
from market.errors import MarketError
from market.models import CorporateAction, LedgerEntry, Movement, PositionTransfer
from market.records import CorporateActionRecord, MovementRecord
from market.services import corporate_actions, movements


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
                messages.success(request, f"{reference} is {act(reference, actor=actor_of(request)).status}.")
            except MarketError as error:
                messages.error(request, f"{reference}: {error.detail}")


@admin.register(Movement)
class MovementAdmin(DecidedByTwoAdmin):
    """What staff have asked of the money of accounts."""

    approving, declining = staticmethod(movements.approve), staticmethod(movements.decline)
    list_display = ["proposed_at", "reference", "kind", "account", "amount", "status", "proposed_by", "decided_by"]
    search_fields = ["reference", "account__number"]
    list_select_related = ["account", "proposed_by", "decided_by"]
    actions_list = ["move_money"]

    @action(description="Move money", url_path="move-money")
    def move_money(self, request: HttpRequest) -> HttpResponse:
        """Pay in, pay out or reset an account; where two persons are asked for it waits."""
        form = MovementForm(request.POST or None)
        if form.is_valid():
            try:
                movement = form.carry_out(actor=actor_of(request))
            except MarketError as error:
                form.add_error(error.field if error.field in form.fields else None, error.detail)
            else:
                messages.success(request, f"{movement.reference} is {movement.status}.")
                return redirect("admin:market_movement_changelist")
        context = {**self.admin_site.each_context(request), "title": "Move money", "form": form}
        return render(request, "admin/market/movement/move_money.html", context)


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
