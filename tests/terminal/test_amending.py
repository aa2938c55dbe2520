"""Orders that belong together, and orders that are changed or canceled, from the terminal."""

from vocabulary.exit_status import ExitStatus

PLAIN = ("10", "--price", "9.50")


def test_a_bracket_is_an_order_with_the_two_that_end_what_it_begins(desk):
    desk.door.place.house_places("SELL", 30, "10.10")
    legs = ["--take-profit", "11.00", "--stop-loss", "9.80"]
    placed = desk.matched("bracket", "buy", "ACME", "10", "--price", "10.10", *legs, "--cl-ord-id", "b", "--json")
    entry, take_profit, stop_loss = placed.document["orders"]
    assert (entry["cl_ord_id"], entry["side"], entry["ord_status"]) == ("b", "BUY", "FILLED")
    assert (take_profit["cl_ord_id"], take_profit["side"], take_profit["price"]) == ("b-tp", "SELL", "11.00")
    assert (stop_loss["cl_ord_id"], stop_loss["ord_type"], stop_loss["terms"]["stop_px"]) == ("b-sl", "STOP", "9.80")
    assert desk.matched("sell", "ACME", "1", "--price", "11.00").status == ExitStatus.REJECTED, "the shares are held"


def test_a_bracket_without_its_ends_or_with_the_wrong_ones_places_nothing(desk):
    lacking = desk("bracket", "buy", "ACME", *PLAIN, "--take-profit", "11.00")
    assert (lacking.status, "--stop-loss" in lacking.err) == (ExitStatus.MALFORMED, True)
    sideways = desk("bracket", "up", "ACME", *PLAIN, "--take-profit", "11.00", "--stop-loss", "9")
    assert sideways.err == "terminal: side: Must be one of BUY, SELL. [unknown_word]\n"
    assert desk("orders", "--json").document == []


def test_of_a_pair_one_cancels_the_other(desk):
    placed = desk.matched(
        "pair", "buy", "ACME", "5", "--price", "9.50", "--stop", "10.50", "--cl-ord-id", "p", "--json"
    )
    stop, limit = placed.document["orders"]
    assert (stop["cl_ord_id"], stop["ord_type"], stop["ord_status"]) == ("p-stop", "STOP", "NEW")
    assert (limit["cl_ord_id"], limit["price"], limit["ord_status"]) == ("p-limit", "9.50", "NEW")
    assert (
        "had been placed before"
        in desk("pair", "buy", "ACME", "5", "--price", "9.50", "--stop", "10.50", "--cl-ord-id", "p", "--wait", "0").out
    )
    desk.matched("cancel", "p-limit")
    assert desk("orders", "--open", "--json").document == []


def test_a_replace_changes_quantity_and_price_and_keeps_what_is_not_named(desk):
    desk.matched("buy", "ACME", *PLAIN, "--cl-ord-id", "mine")
    smaller = desk.matched("replace", "mine", "4", "--json").document["order"]
    assert (smaller["order_qty"], smaller["price"], smaller["ord_status"]) == ("4", "9.50", "NEW")
    dearer = desk.matched("replace", "mine", "6", "--price", "9.60", "--json").document["order"]
    assert (dearer["order_qty"], dearer["price"]) == ("6", "9.60")


def test_a_replace_of_what_is_closed_or_of_nothing_is_refused(desk):
    desk.matched("buy", "ACME", *PLAIN, "--cl-ord-id", "mine")
    refused = desk("replace", "mine", "-4")
    assert refused.err == "terminal: order_qty must be a positive multiple of the lot size 1. [incorrect_quantity]\n"
    desk.matched("cancel", "mine")
    closed = desk("replace", "mine", "4")
    assert (closed.status, closed.err.endswith("[too_late_to_cancel]\n")) == (ExitStatus.REJECTED, True)
    assert desk("replace", "other", "4").status == ExitStatus.NOT_FOUND


def test_cancel_all_takes_every_open_order_or_those_of_one_side(desk):
    for number in ("1", "2", "3"):
        desk.matched("buy", "ACME", number, "--price", "9.50")
    assert desk("cancel-all", "--side", "sell").out == "There is no open order to cancel.\n"
    asked = desk.matched("cancel-all", "ACME")
    assert asked.out == "The cancel of 3 open orders is taken on.\n"
    desk.door.place.drain()
    assert desk("orders", "--open", "--json").document == []
    assert desk("cancel-all", "NONE").err == "terminal: There is no instrument NONE. [unknown_symbol]\n"
