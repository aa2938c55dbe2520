"""Fees at this door: operators set them, everybody reads them, whoever paid sees what."""

RATES = {"maker_bps": "-0.25", "taker_bps": "1.5", "maker_per_lot": "0", "taker_per_lot": "0.002"}
FREE = {"maker_bps": "0", "taker_bps": "0", "maker_per_lot": "0", "taker_per_lot": "0"}


def set_fees(exchange):
    exchange.operator.post("instruments/ACME/halt/", {"reason": "new fees"})
    response = exchange.operator.put("instruments/ACME/fees/", RATES)
    exchange.operator.post("instruments/ACME/resume/")
    exchange.drain()
    return response


def test_an_operator_sets_the_fees_of_a_halted_instrument_and_everybody_sees_them(exchange):
    assert exchange.trader.get("instruments/ACME/fees/").json() == FREE
    response = set_fees(exchange)
    assert (response.status_code, response.json()) == (200, RATES)
    assert exchange.trader.get("instruments/ACME/fees/").json() == RATES


def test_fees_that_cannot_be_are_refused_by_their_field(exchange):
    exchange.operator.post("instruments/ACME/halt/", {"reason": "new fees"})
    response = exchange.operator.put("instruments/ACME/fees/", RATES | {"maker_bps": "-2"})
    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == ["/maker_bps"]
    assert exchange.trader.get("instruments/ACME/fees/").json() == FREE


def test_fees_of_an_instrument_that_trades_are_left_as_they_are(exchange):
    response = exchange.operator.put("instruments/ACME/fees/", RATES)
    assert (response.status_code, response.json()["code"]) == (422, "not_in_this_phase")


def test_fills_reports_and_positions_show_what_was_paid(exchange):
    set_fees(exchange)
    exchange.other.post("orders/", exchange.ticket(account="HOUSE", cl_ord_id="o-1", side="SELL", order_qty="60"))
    order_id = exchange.trader.post("orders/", exchange.ticket(order_qty="60")).json()["order_id"]
    exchange.drain()
    reports = exchange.trader.get(f"orders/{order_id}/executions/").json()
    assert [report["fee"] for report in reports] == [None, "0.210450"]
    assert [fill["fee"] for fill in exchange.other.get("fills/").json()] == ["-0.015075"]
    [position] = exchange.trader.get(f"positions/?account={exchange.account}").json()
    shown = {name: position[name] for name in ("cash", "fees", "cost", "average_cost", "realised_profit")}
    assert shown == {
        "cash": "-603.21045000",
        "fees": "0.21045000",
        "cost": "603.00000000",
        "average_cost": "10.05",
        "realised_profit": "0.00000000",
    }
