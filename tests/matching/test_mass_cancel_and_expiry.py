"""The rules of canceling and expiring many orders at once, drawn."""

import pytest

from tests.matching.drawing import (
    Matcher,
    buy,
    command,
    draw,
    expire,
    expire_all,
    halt,
    held_for,
    mass_cancel,
    or_else,
    peg_buy,
    picture_of,
    play,
    sell,
    stop_buy,
    stop_sell,
    tidy,
    waiting,
)
from vocabulary.commands import CommandKind
from vocabulary.orders import ExecInst, PegPriceType, Side, TimeInForce

PICTURE = "102 A 10\n 101 B 10\n ---\n 99 C 10\n 98 D 10"


def fill_every_place(matcher: Matcher) -> None:
    draw(matcher, PICTURE)
    play(matcher, stop_buy("E", 5, stop_px=104), stop_buy("F", 5, stop_px=103))
    play(matcher, stop_sell("G", 5, stop_px=96), stop_sell("H", 5, stop_px=97))
    play(matcher, sell("J", 5, at=105, time_in_force=TimeInForce.AT_THE_CLOSE))
    play(matcher, peg_buy("I", 5, to=PegPriceType.PRIMARY, offset=-99))


def test_all_orders_are_canceled_in_the_order_of_the_snapshot(matcher):
    fill_every_place(matcher)
    assert play(matcher, mass_cancel()) == [
        *(f"{name} CANCELED mass_cancel" for name in "CDBAHGFEJI"),
        "MASS_ACTION_DONE 10",
    ]
    assert (picture_of(matcher), waiting(matcher)) == ("---", [])


def test_a_mass_cancel_can_be_for_one_account_and_one_side(matcher):
    draw(matcher, PICTURE)
    play(matcher, sell("E", 5, at=105, account_id=103))
    assert play(matcher, mass_cancel(account_id=103, side=Side.SELL)) == [
        "E CANCELED mass_cancel",
        "MASS_ACTION_DONE 1",
    ]
    assert play(matcher, mass_cancel(account_id=103)) == ["C CANCELED mass_cancel", "MASS_ACTION_DONE 1"]
    assert play(matcher, mass_cancel(side=Side.SELL))[-1] == "MASS_ACTION_DONE 2"
    assert picture_of(matcher) == tidy("---\n 98 D 10")


@pytest.mark.parametrize(
    ("exec_inst", "reason", "names"),
    [
        (ExecInst.CANCEL_ON_HALT, "canceled_on_halt", "AC"),
        (ExecInst.CANCEL_ON_DISCONNECT, "canceled_on_disconnect", "BC"),
    ],
)
def test_a_mass_cancel_can_be_for_the_orders_that_asked_for_it(matcher, exec_inst, reason, names):
    on_halt, on_disconnect = ExecInst.CANCEL_ON_HALT, ExecInst.CANCEL_ON_DISCONNECT
    play(matcher, buy("A", 5, at=100, exec_inst=on_halt), buy("B", 5, at=99, exec_inst=on_disconnect))
    play(matcher, buy("C", 5, at=98, exec_inst=on_halt | on_disconnect), buy("D", 5, at=97))
    assert play(matcher, halt(), mass_cancel(exec_inst=exec_inst)) == [
        "PHASE_CHANGED HALTED",
        *(f"{name} CANCELED {reason}" for name in names),
        "MASS_ACTION_DONE 2",
    ]


def test_the_end_of_a_mass_cancel_tells_for_whom_it_was(matcher):
    draw(matcher, PICTURE)
    done = matcher.apply(mass_cancel(account_id=101, side=Side.SELL))[-1]
    told = ("account_id", "side", "cum_qty_lots", "order_id", "price_ticks", "reason")
    assert [done[name] for name in told] == [101, 2, 1, 0, 0, -1]


def test_an_order_that_a_link_closes_first_is_passed_over_and_not_counted(matcher):
    play(matcher, buy("A", 5, at=100), buy("B", 5, at=99, **or_else("A")), buy("C", 5, at=98))
    assert play(matcher, mass_cancel()) == [
        "A CANCELED mass_cancel",
        "B CANCELED linked_order",
        "C CANCELED mass_cancel",
        "MASS_ACTION_DONE 2",
    ]


def test_orders_that_a_mass_cancel_releases_are_canceled_before_they_act(matcher):
    play(matcher, buy("A", 5, at=100), sell("B", 5, at=105, **held_for("A")), sell("C", 2, at=100))
    assert play(matcher, mass_cancel()) == ["A CANCELED mass_cancel", "B CANCELED mass_cancel", "MASS_ACTION_DONE 2"]


def test_orders_that_a_mass_cancel_releases_and_passes_over_act_after_it(matcher):
    play(matcher, buy("A", 5, at=100), sell("B", 5, at=105, **held_for("A")), sell("C", 2, at=100))
    assert play(matcher, mass_cancel(side=Side.BUY)) == [
        "A CANCELED mass_cancel",
        "MASS_ACTION_DONE 1",
        "B TRIGGERED leaves 2",
    ]


@pytest.mark.parametrize(
    "order",
    [mass_cancel(account_id=-1), mass_cancel(side=3), mass_cancel(side=-1), mass_cancel(exec_inst=1)]
    + [mass_cancel(exec_inst=exec_inst) for exec_inst in (2, 3, 5, 12, -1)],
)
def test_a_mass_cancel_that_is_not_understood_is_rejected(matcher, order):
    draw(matcher, PICTURE)
    (event,) = matcher.apply(order)
    assert (event["kind"], event["reason"]) == (8, 110)
    assert picture_of(matcher) == tidy(PICTURE)


def test_an_order_is_expired_whoevers_it_is(matcher):
    draw(matcher, PICTURE)
    (event,) = matcher.apply(command(CommandKind.EXPIRE, "A", account_id=999))
    shown = ("kind", "reason", "account_id", "order_qty_lots", "leaves_qty_lots", "hidden_qty_lots")
    assert [event[name] for name in shown] == [12, -1, 101, 10, 0, 0]
    assert picture_of(matcher) == tidy("101 B 10\n ---\n 99 C 10\n 98 D 10")


def test_an_order_that_is_not_open_is_not_expired(matcher):
    (event,) = matcher.apply(expire("Z"))
    shown = ("kind", "reason", "order_id", "account_id", "price_ticks", "side")
    assert [event[name] for name in shown] == [0x101, 5, 26, 126, -1, 0]


def test_at_the_end_of_the_day_day_orders_expire_and_those_whose_time_has_come(matcher):
    draw(matcher, "102 A 10\n ---")
    play(matcher, buy("B", 5, at=99, time_in_force=TimeInForce.GTC))
    for name, time in (("C", 50), ("D", 51)):
        play(matcher, buy(name, 5, at=98, time_in_force=TimeInForce.GTD, expire_time_ns=time))
    play(matcher, stop_sell("E", 5, stop_px=90))
    assert play(matcher, expire_all(TimeInForce.DAY, now_ns=50)) == [
        "C EXPIRED",
        "A EXPIRED",
        "E EXPIRED",
        "MASS_ACTION_DONE 3",
    ]
    assert picture_of(matcher) == tidy("---\n 99 B 5\n 98 D 5")


def test_orders_good_till_a_time_expire_at_it(matcher):
    draw(matcher, "102 A 10\n ---")
    for name, time in (("C", 50), ("D", 51)):
        play(matcher, buy(name, 5, at=98, time_in_force=TimeInForce.GTD, expire_time_ns=time))
    assert play(matcher, expire_all(TimeInForce.GTD, now_ns=49)) == ["MASS_ACTION_DONE 0"]
    assert play(matcher, expire_all(TimeInForce.GTD, now_ns=50)) == ["C EXPIRED", "MASS_ACTION_DONE 1"]
    assert picture_of(matcher) == tidy("102 A 10\n ---\n 98 D 5")


@pytest.mark.parametrize(
    ("terms", "is_taken"),
    [
        ({"expire_time_ns": 11, "transact_time_ns": 10, "time_in_force": TimeInForce.GTD}, True),
        ({"expire_time_ns": 10, "transact_time_ns": 10, "time_in_force": TimeInForce.GTD}, False),
        ({"expire_time_ns": 0, "transact_time_ns": 10, "time_in_force": TimeInForce.GTD}, False),
        ({"expire_time_ns": 11, "transact_time_ns": 10, "time_in_force": TimeInForce.DAY}, False),
        ({"expire_time_ns": 11, "transact_time_ns": 10, "time_in_force": TimeInForce.GTC}, False),
    ],
)
def test_a_time_to_expire_lies_ahead_and_belongs_to_good_till_date_orders(matcher, terms, is_taken):
    assert play(matcher, buy("A", 5, at=100, **terms)) == ["A NEW leaves 5" if is_taken else "A REJECTED invalid_terms"]


@pytest.mark.parametrize(
    "order",
    [
        command(CommandKind.EXPIRE, order_id=-1, time_in_force=TimeInForce.DAY),
        *(
            expire_all(time_in_force)
            for time_in_force in (TimeInForce.GTC, TimeInForce.AT_THE_CLOSE, TimeInForce.IOC, -1, 99)
        ),
    ],
)
def test_an_expiry_that_is_not_understood_is_rejected(matcher, order):
    draw(matcher, PICTURE)
    (event,) = matcher.apply(order)
    assert (event["kind"], event["reason"]) == (8, 110)
    assert picture_of(matcher) == tidy(PICTURE)
