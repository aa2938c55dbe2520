"""The addresses of the pages."""

from django.urls import path, register_converter

from web.converters import CodeConverter, RowIdConverter, SymbolConverter
from web.views import (
    analytics,
    classes,
    guests,
    instrument,
    keys,
    markets,
    operations,
    operations_in_bulk,
    order_history,
    orders,
    portfolio,
    sessions,
    teaching,
    tickets,
)
from web.views import help as help_page

app_name = "web"

register_converter(SymbolConverter, "symbol")
register_converter(RowIdConverter, "row_id")
register_converter(CodeConverter, "code")

urlpatterns = [
    path("", markets.page, name="markets"),
    path("instruments/<symbol:symbol>/", instrument.page, name="instrument"),
    path("instruments/<symbol:symbol>/own/", instrument.own_part, name="own"),
    path("instruments/<symbol:symbol>/orders/", tickets.place, name="place_order"),
    path("instruments/<symbol:symbol>/orders/preview/", tickets.preview, name="preview_order"),
    path("instruments/<symbol:symbol>/orders/cancel/", orders.cancel_all, name="cancel_all"),
    path("analytics/<symbol:symbol>/", analytics.page, name="analytics"),
    path("orders/", order_history.page, name="orders"),
    path("orders/export.csv", order_history.export, name="export_orders"),
    path("orders/<row_id:order_id>/", order_history.order, name="order"),
    path("orders/<row_id:order_id>/replace/", orders.replace, name="replace_order"),
    path("orders/<row_id:order_id>/cancel/", orders.cancel, name="cancel_order"),
    path("portfolio/", portfolio.page, name="portfolio"),
    path("portfolio/positions.csv", portfolio.export_positions, name="export_positions"),
    path("portfolio/ledger.csv", portfolio.export_ledger, name="export_ledger"),
    path("leaderboard/", classes.leaderboard, name="leaderboard"),
    path("classes/", classes.page, name="classes"),
    path("classes/create/", teaching.create, name="create_class"),
    path("classes/join/", classes.join, name="join_class"),
    path("classes/<code:code>/", classes.class_page, name="class"),
    path("classes/<code:code>/projector/", classes.projector, name="class_projector"),
    path("classes/<code:code>/export.zip", teaching.export, name="export_class"),
    path("classes/<code:code>/end/", teaching.end, name="end_class"),
    path("classes/<code:code>/reset/", teaching.reset, name="reset_member"),
    path("classes/<code:code>/remove/", teaching.remove, name="remove_member"),
    path("operations/", operations.page, name="operations"),
    path("operations/state/", operations.state, name="operations_state"),
    path("operations/books/", operations_in_bulk.books, name="operate_books"),
    path("operations/kill/", operations_in_bulk.kill, name="kill_account"),
    path("operations/unkill/", operations_in_bulk.unkill, name="unkill_account"),
    path("operations/<symbol:symbol>/halt/", operations.halt, name="halt"),
    path("operations/<symbol:symbol>/resume/", operations.resume, name="resume"),
    path("operations/<symbol:symbol>/phase/", operations.change_phase, name="change_phase"),
    path("operations/<symbol:symbol>/uncross/", operations.uncross, name="uncross"),
    path("keys/", keys.page, name="keys"),
    path("keys/issue/", keys.issue, name="issue_key"),
    path("keys/<row_id:key_id>/revoke/", keys.revoke, name="revoke_key"),
    path("sign-in/", sessions.SignIn.as_view(), name="sign_in"),
    path("sign-up/", sessions.SignUp.as_view(), name="sign_up"),
    path("guest/", guests.enter, name="guest"),
    path("keep-account/", guests.keep, name="keep_account"),
    path("sign-out/", sessions.SignOut.as_view(), name="sign_out"),
    path("help/", help_page.page, name="help"),
]
