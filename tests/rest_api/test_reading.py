"""Reading lists: page after page without a gap, some fields only, and nothing sent twice that has not changed."""

import gzip
import re

import pytest

from tests.rest_api.conftest import assert_problem

NEXT = re.compile(r'<http://testserver/api/v1/(?P<path>[^>]+)>; rel="next"')


def all_pages(caller, path: str) -> list[dict]:
    """Every row, by following the Link of each page."""
    found = []
    while path:
        page = caller.get(path)
        assert page.status_code == 200, page.content
        found.extend(page.json())
        link = NEXT.fullmatch(page.get("Link", ""))
        path = link["path"] if link else ""
    return found


@pytest.fixture
def traded(exchange):
    """The exchange after five trades of the trader's."""
    for number in range(5):
        exchange.place.house_places("SELL", 1, "10.00")
        exchange.trader.post("orders/", exchange.ticket(cl_ord_id=f"o-{number}", order_qty="1", price="10.00"))
        exchange.drain()
    return exchange


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("orders/?count=2", "order_id"),
        ("fills/?count=2", "fill_id"),
        ("instruments/ACME/trades/?count=2", "trade_id"),
    ],
)
def test_each_pages_link_leads_to_the_next_until_all_is_read(traded, path, key):
    whole = traded.trader.get(path.replace("count=2", "count=100")).json()
    assert len(whole) == 5
    assert all_pages(traded.trader, path) == whole
    numbers = [int(row[key]) for row in whole]
    assert numbers == sorted(set(numbers), reverse=True)


def test_trades_after_one_that_is_known_come_oldest_first_and_without_a_gap(traded):
    rows = all_pages(traded.anonymous, "instruments/ACME/trades/?after=1&count=2")
    assert [row["trade_id"] for row in rows] == [2, 3, 4, 5]


def test_a_page_in_both_directions_is_refused(traded):
    problem = assert_problem(traded.anonymous.get("instruments/ACME/trades/?after=1&before=3"), 400, "contradictory")
    assert problem["errors"][0]["parameter"] == "after"


def test_some_fields_alone_are_given_where_they_are_asked_for(traded):
    rows = traded.trader.get("orders/?fields=order_id,ord_status&count=1").json()
    assert rows == [{"order_id": rows[0]["order_id"], "ord_status": "FILLED"}]
    assert traded.anonymous.get("instruments/ACME/?fields=symbol").json() == {"symbol": "ACME"}


@pytest.mark.parametrize("fields", ["", "nothing", "order_id,,", "order_id,x" * 50, "account__user"])
def test_a_field_that_there_is_not_is_named(traded, fields):
    problem = assert_problem(traded.trader.get(f"orders/?fields={fields}"), 400, "unknown_field")
    assert problem["errors"][0]["parameter"] == "fields"


@pytest.mark.parametrize("path", ["instruments/", "instruments/ACME/", "instruments/ACME/candles/"])
def test_what_has_not_changed_is_not_sent_again(exchange, path):
    first = exchange.anonymous.get(path)
    again = exchange.anonymous.get(path, If_None_Match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


def test_a_halt_changes_the_instruments_etag(exchange):
    first = exchange.anonymous.get("instruments/ACME/")
    exchange.operator.post("instruments/ACME/halt/", {"reason": "news"})
    again = exchange.anonymous.get("instruments/ACME/", If_None_Match=first["ETag"])
    assert (again.status_code, again.json()["phase"]) == (200, "HALTED")


def test_answers_are_compressed_for_those_who_say_so(exchange):
    plain = exchange.anonymous.get("instruments/")
    small = exchange.anonymous.get("instruments/", Accept_Encoding="gzip")
    assert small["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.content) == plain.content


def test_no_page_of_another_site_reads_this_unless_it_is_named(exchange, settings):
    foreign = exchange.anonymous.get("instruments/", Origin="https://charts.example.org")
    assert "Access-Control-Allow-Origin" not in foreign
    settings.CORS_ALLOWED_ORIGINS = ["https://charts.example.org"]
    named = exchange.anonymous.get("instruments/", Origin="https://charts.example.org")
    assert named["Access-Control-Allow-Origin"] == "https://charts.example.org"
    assert "Access-Control-Allow-Credentials" not in named
    other = exchange.anonymous.get("instruments/", Origin="https://charts.example.com")
    assert "Access-Control-Allow-Origin" not in other


def test_reports_since_an_event_are_all_of_them_and_none_twice(traded):
    first = traded.trader.get("executions/?symbol=ACME&since=0").json()
    of_orders = {row["execution"]["order_id"] for row in first["reports"]}
    assert {row["order_id"] for row in traded.trader.get("orders/").json()} == of_orders
    rest = traded.trader.get(f"executions/?symbol=ACME&since={first['last_sequence']}&epoch={first['epoch']}").json()
    assert rest == {"epoch": first["epoch"], "last_sequence": first["last_sequence"], "reports": []}
    middle = first["reports"][3]["sequence"]
    later = traded.trader.get(f"executions/?symbol=ACME&since={middle}").json()["reports"]
    assert later == first["reports"][4:]
    assert traded.operator.get("executions/?symbol=ACME&since=0").json()["reports"] == []


def test_the_status_says_the_time_and_every_phase(exchange):
    exchange.operator.post("instruments/ACME/halt/", {"reason": "news"})
    status = exchange.anonymous.get("status/").json()
    assert [(row["symbol"], row["phase"], row["phase_reason"]) for row in status["instruments"]] == [
        ("ACME", "HALTED", "news")
    ]
    assert status["time"].startswith("20")
    assert status["timestamp_ms"] > 1_700_000_000_000


def test_all_instruments_are_halted_and_resumed_at_once(exchange):
    exchange.place.list("BOLT")
    halted = exchange.operator.post("halt/", {"reason": "technical"}).json()
    assert [(row["symbol"], row["phase"]) for row in halted] == [("ACME", "HALTED"), ("BOLT", "HALTED")]
    assert {row["phase"] for row in exchange.operator.post("resume/").json()} == {"CONTINUOUS"}


def test_an_order_can_be_checked_without_a_trace(exchange, nothing_recorded):
    with nothing_recorded():
        good = exchange.trader.post("orders/check/", exchange.ticket()).json()
        dear = exchange.trader.post("orders/check/", exchange.ticket(order_qty="1000000")).json()
        malformed = exchange.trader.post("orders/check/", exchange.ticket(price="ten"))
    assert good == {"is_accepted": True, "reject_reason": None, "text": ""}
    assert (dear["is_accepted"], dear["reject_reason"]) == (False, "insufficient_buying_power")
    assert_problem(malformed, 400, "not_a_decimal_string")
    assert exchange.trader.post("orders/", exchange.ticket()).status_code == 201
