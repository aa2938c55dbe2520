"""Commands as people and scripts type them: what they say, and the status they end with."""

import json
import subprocess
import sys

import pytest

from launch.options import PROJECT
from market.models import Order
from market.services import trading
from terminal.main import main
from vocabulary.exit_status import ExitStatus
from vocabulary.orders import OrdStatus


def test_a_bought_share_shows_in_order_trade_and_position(desk):
    desk.door.place.house_places("SELL", 30, "10.10")
    bought = desk.matched("buy", "ACME", "10", "--price", "10.10", "--cl-ord-id", "mine-1", "--json")
    order = bought.document["order"]
    assert (bought.status, bought.err) == (ExitStatus.OK, "")
    assert (order["cl_ord_id"], order["ord_status"], order["cum_qty"], order["avg_px"]) == (
        "mine-1",
        "FILLED",
        "10",
        "10.1",
    )
    (trade,) = desk("trades", "ACME", "--json").document
    assert (trade["price"], trade["quantity"], trade["aggressor_side"]) == ("10.10", "10", "BUY")
    (position,) = desk("positions", "--json").document["positions"]
    assert (position["account"], position["symbol"], position["quantity"]) == (desk.profile.account, "ACME", "10")
    (listed,) = desk("orders", "--json").document
    assert listed == order
    assert desk("orders", "--open").out == "No open order. Try: buy SYMBOL QTY --price P\n"


def test_an_order_rests_until_it_is_canceled_by_either_of_its_ids(desk):
    first = desk.matched("buy", "ACME", "5", "--price", "9.50", "--cl-ord-id", "mine")
    second = desk.matched("sell", "ACME", "5", "--price", "9.50", "--json")
    assert second.status == ExitStatus.REJECTED
    assert first.out.splitlines()[2].split()[:8] == ["1", "NEW", "BUY", "5", "9.50", "0", "-", "5"]
    canceled = desk.matched("cancel", "mine", "--json")
    assert canceled.document["order"]["ord_status"] == "CANCELED"
    again = desk.matched("cancel", "1")
    assert (again.status, again.err) == (7, "terminal: The order is no longer open. [too_late_to_cancel]\n")


def test_the_same_id_is_the_same_order_and_another_order_under_it_is_refused(desk):
    line = ["buy", "ACME", "5", "--price", "9.50", "--cl-ord-id", "once", "--wait", "0"]
    assert desk(*line, "--json").document["replayed"] is False
    again = desk(*line)
    assert again.out.startswith("This order had been placed before; nothing was done now.\n")
    assert desk(*line, "--json").document["replayed"] is True
    other = desk("buy", "ACME", "6", *line[3:])
    assert (other.status, other.err.endswith("[cl_ord_id_reused]\n")) == (ExitStatus.ID_REUSED, True)
    assert Order.objects.count() == 1


REFUSED = [
    ("buy ACME 10 --price 10.105", 7, "10.10 or 10.11 would do. [invalid_price_increment]"),
    ("buy ACME 1.5 --price 10", 7, "1 or 2 would do. [incorrect_quantity]"),
    ("buy ACME 1 --price 99", 7, "price lies outside the price band of ACME, 5.00 to 15.00. [price_exceeds_band]"),
    ("buy ACME 90000 --price 10", 7, "[insufficient_buying_power]"),
    ("sell ACME 1 --price 10", 7, "[insufficient_position]"),
    ("buy ACME ten --price 10", 2, "order_qty: Must be a decimal number such as 10.05. [not_a_decimal_string]"),
    ("buy ACME 1 --price 1e1", 2, "price: Must be a decimal number such as 10.05. [not_a_decimal_string]"),
    ("buy ACME 1 --price NaN", 2, "price: Must be a decimal number such as 10.05. [not_a_decimal_string]"),
    ("buy ACME 1 --cl-ord-id a/b", 2, "cl_ord_id: Must match [A-Za-z0-9_-]{1,64}. [malformed]"),
    ("buy ACME 1 --account NONE", 2, "account: There is no such account, or you may not trade it. [unknown_account]"),
    ("buy NOPE 1", 2, "symbol: No instrument has this symbol. [unknown_symbol]"),
    ("book NOPE", 4, "There is no instrument NOPE. [unknown_symbol]"),
    ("watch NOPE", 4, "There is no instrument 'NOPE'. [unknown_symbol]"),
    ("cancel 999", 4, "You have no such order. [not_found]"),
    ("cancel 99999999999999999999", 4, "[not_found]"),
    ("cancel no-such-id", 4, "[not_found]"),
    ("orders --key wrong", 3, "The API key is unknown, revoked, expired or not for use from here. [invalid_key]"),
    ("buy ACME 1 --key \udcff", 2, "[malformed]"),
    ("buy \udcff 1", 2, "symbol: This cannot be sent. [malformed]"),
]


def test_whatever_is_refused_is_one_line_that_names_what_is_wrong_and_a_status(desk):
    for line, status, ending in REFUSED:
        said = desk(*line.split(), *(["--wait", "0"] if line.startswith("buy") else []))
        assert (said.status, said.out) == (status, ""), line
        assert said.err.startswith("terminal: "), line
        assert said.err.endswith(f"{ending}\n"), (line, said.err)
        assert said.err.count("\n") == 1, line
    assert set(Order.objects.values_list("ord_status", flat=True)) == {OrdStatus.REJECTED}


TYPED_WRONG = [
    ("", "COMMAND"),
    ("fly", "command: invalid choice: 'fly'"),
    ("book", "SYMBOL"),
    ("book ACME --levels 0", "levels: Must be a whole number from 1 to 1000."),
    ("book ACME --levels ten", "levels: Must be a whole number from 1 to 1000."),
    ("book ACME --orders 1001", "orders: Must be a whole number from 1 to 1000."),
    ("book ACME --orders 5 --levels 5", "levels: not allowed with argument --orders"),
    ("trades ACME --count 1001", "count: Must be a whole number from 1 to 1000."),
    ("buy ACME", "QTY"),
    ("buy ACME 1 --tif SOON", "time_in_force: Must be one of DAY, GTC, AT_THE_OPEN, IOC, FOK, GTD, AT_THE_CLOSE."),
    ("buy ACME 1 --wait 61", "wait: Must be a number of seconds from 0 to 60."),
    ("summary ACME --last 0d", "last: Must be a length of time such as 15m, 24h or 7d, ten years at most."),
    ("summary ACME --last 999999d", "last: Must be a length of time such as 15m, 24h or 7d, ten years at most."),
    ("summary ACME --interval 2m", "interval: Must be one of 1s, 1m, 5m, 15m, 1h, 1d."),
    ("watch ACME --channels all", "channels: Must be some of trades, depth, ticker, separated by commas."),
    ("instruments --fast", "--fast"),
    ("top --profile /dev/null", "top: It fills a screen, and this is none."),
]


@pytest.mark.parametrize(("line", "said"), TYPED_WRONG)
def test_what_is_typed_wrong_is_said_in_one_line_and_nothing_is_sent(capsys, line, said):
    assert main(line.split()) == ExitStatus.MALFORMED
    shown = capsys.readouterr()
    assert said in shown.err
    assert (shown.out, shown.err.count("\n")) == ("", 1)


def test_an_exchange_that_is_away_is_unavailable_and_the_order_can_be_asked_for_again(capsys, tmp_path):
    line = ["buy", "ACME", "1", "--account", "A1", "--address", "127.0.0.1:1", "--cl-ord-id", "mine"]
    assert main([*line, "--profile", "/dev/null"]) == ExitStatus.UNAVAILABLE
    said = capsys.readouterr().err
    assert said.startswith("terminal: The exchange cannot be reached at 127.0.0.1:1.")
    assert "--cl-ord-id mine" in said


def test_with_json_a_refusal_is_a_document_too(desk):
    said = desk("buy", "ACME", "ten", "--json")
    assert said.out == ""
    assert json.loads(said.err) == {
        "code": "not_a_decimal_string",
        "detail": "Must be a decimal number such as 10.05.",
        "field": "order_qty",
        "exit_status": 2,
    }


def test_in_a_halt_every_command_says_why_and_a_cancel_is_accepted(desk):
    place = desk.door.place
    desk.matched("buy", "ACME", "5", "--price", "9.50", "--cl-ord-id", "mine")
    trading.halt("ACME", reason="news pending", actor=place.operator)
    refused = desk("buy", "ACME", "5", "--price", "9.50")
    assert (refused.status, "news pending" in refused.err) == (ExitStatus.HALTED, True)
    assert desk("book", "ACME").out.startswith("ACME  HALTED: news pending\n")
    assert "news pending" in desk("instruments").out
    assert desk("watch", "ACME", "--channels", "ticker", "--count", "1").out.endswith("HALTED: news pending\n")
    assert desk.matched("cancel", "mine").status == ExitStatus.OK


def test_an_order_that_the_book_closes_says_why(desk):
    said = desk.matched("buy", "ACME", "5", "--price", "9.50", "--tif", "fok")
    assert (said.status, said.out.splitlines()[0]) == (0, "The order could not be filled whole at once.")


def test_without_a_key_one_can_look_but_not_trade(desk):
    desk.door.place.trade(5, "10.00")
    assert desk("trades", "ACME", "--key", "").status == ExitStatus.OK
    assert desk("orders", "--key", "").status == ExitStatus.FORBIDDEN


def test_without_an_account_the_only_one_is_traded(desk):
    said = desk("buy", "ACME", "1", "--price", "9", "--wait", "0", "--account", "", "--json")
    assert said.document["order"]["account"] == desk.profile.account


def test_a_market_is_seen_in_every_way(desk):
    place = desk.door.place
    place.house_places("SELL", 1_250, "10.10")
    place.house_places("BUY", 20, "9.90")
    place.trade(5, "10.00")
    assert desk("book", "ACME").out == (
        "ACME  CONTINUOUS\n"
        "orders   quantity    bid   offer   quantity   orders\n"
        "────────────────────────────────────────────────────\n"
        "     1         20   9.90   10.10      1,250        1\n"
    )
    assert desk("instruments").out.splitlines()[2].split() == (
        ["ACME", "ACME", "Industries", "CONTINUOUS", "10.00", "■", "+0.00", "%", "9.90", "10.10", "5", "0.01", "1"]
    )
    summary = desk("summary", "ACME", "--last", "1h", "--interval", "15m", "--json").document
    assert (summary["prices"]["open_px"], summary["prices"]["vwap"], summary["prices"]["volume"]) == (
        "10.00",
        "10",
        "5",
    )
    assert summary["volumes"]["volume"] == "5"
    assert "Volume by 1h" in desk("summary", "ACME").out
    watched = desk("watch", "ACME", "--channels", "trades,depth,ticker", "--count", "3").out.splitlines()
    assert [line.split("  ", 1)[1] for line in watched] == [
        "ACME  trade   ▲ BUY   5 @ 10.00",
        "ACME  depth   the whole book at 6: 1 bids, 1 offers",
        "ACME  ticker  20 @ 9.90 | 1,250 @ 10.10  last 10.00",
    ]
    updates = [json.loads(line) for line in desk("watch", "ACME", "--count", "2", "--json").out.splitlines()]
    assert [update["channel"] for update in updates] == ["trades", "ticker"]


def test_a_book_is_seen_order_by_order_and_ones_own_orders_are_found_in_it(desk):
    place = desk.door.place
    for quantity in (30, 1_250):
        place.house_places("SELL", quantity, "10.10")
    place.house_places("BUY", 20, "9.90")
    place.drain()
    assert desk("buy", "ACME", "5", "--price", "9.90", "--wait", "0").status == ExitStatus.OK
    place.drain()
    whole = desk("book", "ACME", "--orders", "10", "--json").document
    (own,) = desk("orders", "--open", "--json").document
    assert [(order["queue_position"], order["quantity"]) for order in whole["bids"]] == [(1, "20"), (2, "5")]
    assert whole["bids"][1]["md_entry_id"] == own["md_entry_id"]
    assert (whole["offer_order_count"], [order["quantity"] for order in whole["offers"]]) == (2, ["30", "1250"])
    lines = desk("book", "ACME", "--orders", "1").out.splitlines()
    assert lines[0] == "ACME  CONTINUOUS"
    names = [whole[side][0]["md_entry_id"] for side in ("bids", "offers")]
    assert lines[3].split() == [names[0], "1", "20", "9.90", "10.10", "30", "1", names[1]]
    assert desk("book", "NOPE", "--orders", "1").status == ExitStatus.NOT_FOUND


def test_it_runs_as_a_program_of_its_own_whose_reader_may_leave(desk):
    for _ in range(3):
        desk.door.place.trade(1, "10.00")
    program = f"'{sys.executable}' -m terminal watch ACME --profile '{desk.path}' | head -n 1; echo ${{PIPESTATUS[0]}}"
    desk.door.place.trade(1, "10.00")
    with desk.door.matching():
        running = subprocess.Popen(
            ["bash", "-c", program], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        while running.poll() is None:
            desk.door.place.trade(1, "10.00")
        out, err = running.communicate()
    first, status = out.splitlines()
    assert "trade" in first
    assert (status, err) == (str(ExitStatus.READER_GONE.value), "")


def test_a_stop_is_sent_with_its_terms_and_shown_with_its_stop_price(desk):
    sent = desk.matched("buy", "ACME", "5", "--stop", "10.50", "--stp", "cancel-both", "--json")
    order = sent.document["order"]
    assert (order["ord_type"], order["ord_status"], order["terms"]["stop_px"]) == ("STOP", "NEW", "10.50")
    assert order["terms"]["self_trade_prevention"] == "CANCEL_BOTH"
    assert "stop 10.50" in desk("orders").out


TYPED = [
    ("--price 10.20 --stop 10.10", "STOP_LIMIT", {"stop_px": "10.10"}),
    ("--trail 0.20", "STOP", {"peg_price_type": "TRAILING_STOP", "peg_offset": "0.20"}),
    ("--trail 50bps", "STOP", {"peg_offset_type": "BASIS_POINTS", "peg_offset": "50"}),
    ("--peg primary --offset=-0.01", "PEGGED", {"peg_price_type": "PRIMARY", "peg_offset": "-0.01"}),
    ("--price 9.90 --slide --display 2", "LIMIT", {"exec_inst": ["POST_ONLY", "SLIDE"], "display_qty": "2"}),
    ("--price 9.90 --min 3", "LIMIT", {"min_qty": "3"}),
    ("--protect 10.30", "MARKET", {"protection_px": "10.30"}),
]


@pytest.mark.parametrize(("typed", "ord_type", "terms"), TYPED)
def test_options_make_the_order_that_they_name(desk, typed, ord_type, terms):
    order = desk("buy", "ACME", "5", *typed.split(), "--wait", "0", "--json").document["order"]
    assert order["ord_type"] == ord_type
    assert {name: order["terms"][name] for name in terms} == terms


def test_an_order_with_an_expiry_is_good_till_then(desk):
    order = desk("buy", "ACME", "5", "--price", "9.00", "--expire", "15m", "--wait", "0", "--json").document["order"]
    assert order["time_in_force"] == "GTD"
    assert order["terms"]["expire_time"]
    assert desk("buy", "ACME", "5", "--expire", "noon").err.startswith("terminal: expire_time: Must be a time")


def test_what_the_book_itself_turns_down_says_why_at_once_and_in_the_list(desk):
    desk.door.place.house_places("SELL", 30, "10.10")
    desk.door.place.drain()
    refused = desk.matched("buy", "ACME", "1", "--price", "10.20", "--post-only")
    assert refused.err == "terminal: The order may only rest, and would have traded. [would_trade]\n"
    assert "The order may only rest" in " ".join(desk("orders").out.split())


def test_a_stop_limit_order_is_shown_with_both_of_its_prices(desk):
    desk.matched("buy", "ACME", "5", "--stop", "10.50", "--price", "10.60")
    assert "10.60 stop 10.50" in desk("orders").out
