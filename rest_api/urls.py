"""The addresses of the REST door, each ending in a slash."""

from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from rest_api.problems import not_found
from rest_api.views import (
    accounts,
    batches,
    book_rules,
    docs,
    fees,
    instruments,
    keys,
    market_data,
    money,
    orders,
    packages,
    schedules,
    status,
)

app_name = "rest_api"

urlpatterns = [
    path("instruments/", instruments.InstrumentsView.as_view(), name="instruments"),
    path("instruments/<str:symbol>/", instruments.InstrumentView.as_view(), name="instrument"),
    path("instruments/<str:symbol>/depth/", market_data.DepthView.as_view(), name="depth"),
    path("instruments/<str:symbol>/trades/", market_data.TradesView.as_view(), name="trades"),
    path("instruments/<str:symbol>/events/", market_data.EventsView.as_view(), name="events"),
    path("instruments/<str:symbol>/ticker/", market_data.TickerView.as_view(), name="ticker"),
    path("instruments/<str:symbol>/candles/", market_data.CandlesView.as_view(), name="candles"),
    path("instruments/<str:symbol>/halt/", instruments.HaltView.as_view(), name="halt"),
    path("instruments/<str:symbol>/resume/", instruments.ResumeView.as_view(), name="resume"),
    path("instruments/<str:symbol>/phase/", instruments.PhaseView.as_view(), name="phase"),
    path("instruments/<str:symbol>/uncross/", instruments.UncrossView.as_view(), name="uncross"),
    path("instruments/<str:symbol>/bands/", book_rules.BandsView.as_view(), name="bands"),
    path("instruments/<str:symbol>/reference/", book_rules.ReferenceView.as_view(), name="reference"),
    path("instruments/<str:symbol>/allocation/", book_rules.AllocationView.as_view(), name="allocation"),
    path("instruments/<str:symbol>/fees/", fees.FeesView.as_view(), name="fees"),
    path("instruments/<str:symbol>/schedule/", schedules.ScheduleView.as_view(), name="schedule"),
    path("status/", status.StatusView.as_view(), name="status"),
    path("halt/", status.HaltAllView.as_view(), name="halt-all"),
    path("resume/", status.ResumeAllView.as_view(), name="resume-all"),
    path("tickers/", market_data.TickersView.as_view(), name="tickers"),
    path("orders/", orders.OrdersView.as_view(), name="orders"),
    path("orders/check/", orders.OrderCheckView.as_view(), name="check"),
    path("orders/batch/", batches.BatchView.as_view(), name="batch"),
    path("orders/bracket/", packages.BracketView.as_view(), name="bracket"),
    path("orders/one-cancels-other/", packages.OneCancelsOtherView.as_view(), name="one-cancels-other"),
    path("orders/<str:order_id>/", orders.OrderView.as_view(), name="order"),
    path("orders/<str:order_id>/executions/", orders.ExecutionsView.as_view(), name="executions"),
    path("cancel-all-after/", schedules.CancelAllAfterView.as_view(), name="cancel-all-after"),
    path("executions/", orders.ReportsView.as_view(), name="reports"),
    path("accounts/", accounts.AccountsView.as_view(), name="accounts"),
    path("accounts/<str:account>/ledger/", money.LedgerView.as_view(), name="ledger"),
    path("positions/", accounts.PositionsView.as_view(), name="positions"),
    path("fills/", accounts.FillsView.as_view(), name="fills"),
    path("keys/", keys.KeysView.as_view(), name="keys"),
    path("keys/<str:key_id>/", keys.KeyView.as_view(), name="key"),
    path("staff/movements/", money.MovementsView.as_view(), name="movements"),
    path("staff/movements/<str:reference>/approve/", money.ApproveMovementView.as_view(), name="approve-movement"),
    path("staff/movements/<str:reference>/decline/", money.DeclineMovementView.as_view(), name="decline-movement"),
    path("staff/accounts/<str:account>/grants/<str:username>/", money.GrantView.as_view(), name="grant"),
    path("schema/", docs.SchemaView.as_view(), name="schema"),
    path("docs/", docs.DocsView.as_view(), name="docs"),
    # Answered here, so that a request that changes something is not redirected into one that reads.
    re_path("", csrf_exempt(not_found), name="unknown"),
]
