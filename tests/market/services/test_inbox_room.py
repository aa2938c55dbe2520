"""A book that cannot keep up takes no more orders than its inbox holds; cancels and halts it always takes."""

from decimal import Decimal

import pytest

from market import intake
from market.errors import InboxFull
from market.intake import room
from market.models import ClOrdIdUse, InboxCommand, Order
from market.records import Receipt, ReplaceTicket
from market.services import orders, trading
from tests.market_place import MarketPlace
from vocabulary.phases import TradingPhase

DEPTH = 3


class Clock:
    """A clock that stands until it is moved."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def small_inboxes(settings, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    settings.INBOX_DEPTH_MAX = DEPTH
    monkeypatch.setattr(room, "_room", room.InboxRoom(now_s=clock))


@pytest.fixture
def full(market: MarketPlace) -> MarketPlace:
    """As many bids as the inbox holds wait for the matcher."""
    for _ in range(DEPTH):
        market.place("BUY", 1, "9.00")
    return market


def recorded() -> tuple[int, int, int]:
    return Order.objects.count(), ClOrdIdUse.objects.count(), InboxCommand.objects.count()


def test_beyond_the_depth_an_order_is_refused_and_nothing_is_recorded(full: MarketPlace):
    before = recorded()
    with pytest.raises(InboxFull) as refused:
        full.place("BUY", 1, "9.00", cl_ord_id="late")
    assert recorded() == before
    assert (refused.value.code, refused.value.retry_after_s) == ("inbox_full", 1)
    assert "ACME" in refused.value.detail


def test_once_the_matcher_has_caught_up_the_same_order_is_taken_on(full: MarketPlace, clock: Clock):
    with pytest.raises(InboxFull):
        full.place("BUY", 1, "9.00", cl_ord_id="late")
    full.drain()
    clock.now_s += 0.2
    receipt = full.place("BUY", 1, "9.00", cl_ord_id="late")
    assert receipt.is_accepted
    assert not receipt.replayed


def test_what_became_of_an_order_is_told_however_much_waits(full: MarketPlace):
    known = Order.objects.earliest("id").cl_ord_id
    again = full.place("BUY", 1, "9.00", cl_ord_id=known)
    assert again.replayed
    assert again.is_accepted


def test_beyond_the_depth_a_replacement_is_refused_and_its_id_stays_free(full: MarketPlace, clock: Clock):
    order_id = Order.objects.earliest("id").pk
    ticket = ReplaceTicket("change", order_id, Decimal(2), Decimal("9.00"))
    before = recorded()
    with pytest.raises(InboxFull):
        orders.replace(ticket, actor=full.trader)
    assert recorded() == before
    full.drain()
    clock.now_s += 0.2
    assert orders.replace(ticket, actor=full.trader).is_accepted


def test_cancels_and_halts_are_taken_however_much_waits(full: MarketPlace):
    order_id = Order.objects.earliest("id").pk
    orders.cancel(order_id, actor=full.trader)
    assert orders.mass_cancel(full.account, actor=full.trader) == DEPTH
    assert orders.cancel_all_of_book("ACME", actor=full.operator) == DEPTH
    trading.change_phase("ACME", phase=TradingPhase.CLOSED, actor=full.operator)
    assert trading.halt("ACME", reason="news", actor=full.operator).phase is TradingPhase.HALTED
    assert InboxCommand.objects.count() == DEPTH + 3  # a halt takes changes of phase that wait off the inbox


def test_a_batch_is_taken_on_in_its_order_as_far_as_there_is_room(market: MarketPlace):
    market.place("BUY", 1, "9.00")
    tickets = [market.ticket("BUY", 1, "9.00", cl_ord_id=f"b-{number}") for number in range(4)]
    answers = orders.place_many(tickets, actor=market.trader)
    assert [type(answer) for answer in answers] == [Receipt, Receipt, InboxFull, InboxFull]
    assert list(ClOrdIdUse.objects.filter(cl_ord_id__startswith="b-").values_list("cl_ord_id", flat=True)) == [
        "b-0",
        "b-1",
    ]


def test_a_package_finds_room_for_all_of_it_or_none_is_taken_on(market: MarketPlace):
    market.place("BUY", 1, "9.00")
    before = recorded()
    with pytest.raises(InboxFull):
        orders.place_bracket(
            market.ticket("BUY", 1, "9.00"),
            take_profit=market.ticket("SELL", 1, "11.00"),
            stop_loss=market.ticket("SELL", 1, None, ord_type="STOP", stop_px="8.00"),
            actor=market.trader,
        )
    assert recorded() == before


def test_a_full_inbox_concerns_its_own_book_only(full: MarketPlace):
    full.list("BOLT")
    mixed = [full.ticket("BUY", 1, "9.00"), full.ticket("BUY", 1, "9.00", symbol="BOLT")]
    answers = orders.place_many(mixed, actor=full.trader)
    assert [type(answer) for answer in answers] == [InboxFull, Receipt]


def test_what_others_have_put_in_counts_from_the_next_look_on(market: MarketPlace, clock: Clock):
    market.place("BUY", 1, "9.00")
    instrument_id = Order.objects.get().instrument_id
    assert intake.room_left([instrument_id]) == {instrument_id: DEPTH - 1}
    waiting = InboxCommand.objects.get()
    for _ in range(DEPTH):
        waiting.pk = None
        waiting.save(force_insert=True)
    assert intake.room_left([instrument_id]) == {instrument_id: DEPTH - 1}
    clock.now_s += 0.2
    assert intake.room_left([instrument_id]) == {instrument_id: 0}


def test_rejected_tickets_take_no_room(market: MarketPlace):
    for _ in range(DEPTH):
        assert not market.place("BUY", 1, "20.00").is_accepted
    assert market.place("BUY", 1, "9.00").is_accepted
