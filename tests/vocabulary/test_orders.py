"""The words of an order's life carry the codes that FIX gives them."""

import pytest

from vocabulary.commands import EventKind
from vocabulary.orders import OPEN_STATUSES, ExecType, OrdStatus, OrdType, Side, TimeInForce
from vocabulary.rejects import RejectReason

FIX_CODES = {
    Side: {"BUY": "1", "SELL": "2"},
    OrdType: {"MARKET": "1", "LIMIT": "2", "STOP": "3", "STOP_LIMIT": "4", "PEGGED": "P"},
    TimeInForce: {
        "DAY": "0", "GTC": "1", "AT_THE_OPEN": "2", "IOC": "3", "FOK": "4", "GTD": "6", "AT_THE_CLOSE": "7",
    },
    OrdStatus: {
        "NEW": "0", "PARTIALLY_FILLED": "1", "FILLED": "2", "CANCELED": "4", "REJECTED": "8", "PENDING_NEW": "A",
        "EXPIRED": "C",
    },
    ExecType: {
        "NEW": "0", "CANCELED": "4", "REPLACED": "5", "REJECTED": "8", "EXPIRED": "C", "RESTATED": "D", "TRADE": "F",
        "TRIGGERED": "L",
    },
}  # fmt: skip
BEYOND_FIX = {ExecType.CANCEL_REJECTED, ExecType.REPLACE_REJECTED}


@pytest.mark.parametrize("words", FIX_CODES, ids=lambda words: words.__name__)
def test_a_word_goes_on_the_wire_as_its_fix_code(words):
    assert {word.name: word.fix_code for word in words if word not in BEYOND_FIX} == FIX_CODES[words]


def test_the_two_rejected_amendments_lie_above_every_fix_character():
    assert all(word > 0xF for word in BEYOND_FIX)


def test_each_side_trades_with_the_other():
    assert Side.BUY.opposite is Side.SELL
    assert Side.SELL.opposite is Side.BUY


def test_an_order_is_open_until_it_is_filled_canceled_rejected_or_expired():
    assert {status for status in OrdStatus if status.is_open} == OPEN_STATUSES
    closed = {OrdStatus.FILLED, OrdStatus.CANCELED, OrdStatus.REJECTED, OrdStatus.EXPIRED}
    assert set(OrdStatus) - OPEN_STATUSES == closed


def test_what_happens_to_an_order_is_numbered_alike_in_events_and_execution_reports():
    assert {kind.name: kind.value for kind in EventKind if kind < EventKind.PHASE_CHANGED} == {
        kind.name: kind.value for kind in ExecType
    }


@pytest.mark.parametrize(
    ("reason", "number"),
    [
        (RejectReason.UNKNOWN_SYMBOL, 1),
        (RejectReason.EXCHANGE_CLOSED, 2),
        (RejectReason.ORDER_EXCEEDS_LIMIT, 3),
        (RejectReason.UNKNOWN_ORDER, 5),
        (RejectReason.DUPLICATE_ORDER, 6),
        (RejectReason.INCORRECT_QUANTITY, 13),
        (RejectReason.UNKNOWN_ACCOUNT, 15),
        (RejectReason.PRICE_EXCEEDS_BAND, 16),
        (RejectReason.INVALID_PRICE_INCREMENT, 18),
    ],
)
def test_a_reason_that_fix_knows_has_the_number_that_fix_gives_it(reason, number):
    assert reason.value == number
