"""A missed range of a book's events over REST."""

from uuid import uuid4

import pytest

from market.feed import replaying
from market.feed.pace import Budget
from tests.market.feed.following import Follower
from tests.rest_api.conftest import Exchange, assert_problem


@pytest.fixture
def traded(committed_exchange: Exchange) -> Exchange:
    """ACME after three trades: twelve events."""
    for _ in range(3):
        committed_exchange.place.trade(10, "10.00")
    return committed_exchange


def epoch_of(exchange: Exchange) -> str:
    epoch: str = exchange.anonymous.get("instruments/ACME/depth/").json()["epoch"]
    return epoch


def ask(exchange: Exchange, **query: object):
    asked = {"epoch": epoch_of(exchange), "from": 1, **query}
    wanted = "&".join(f"{name}={value}" for name, value in asked.items() if value is not None)
    return exchange.anonymous.get(f"instruments/ACME/events/?{wanted}")


def test_a_client_repairs_its_book_and_its_tape_with_the_range_that_it_missed(traded):
    follower = Follower(positions={"trades": 0, "depth": 0})
    found = ask(traded, count=5).json()
    assert (found["symbol"], found["epoch"], found["newest_sequence"]) == ("ACME", epoch_of(traded), 12)
    assert (found["first_sequence"], found["last_sequence"]) == (1, 5)
    rest = ask(traded, **{"from": 6}).json()
    for message in (*found["messages"], *rest["messages"]):
        follower.take(message)
    assert [trade["trade_id"] for trade in follower.trades] == [1, 2, 3]
    assert follower.checksums == 2


def test_one_channel_can_be_asked_for_alone(traded):
    for channel in ("trades", "depth"):
        assert [message["type"] for message in ask(traded, channel=channel).json()["messages"]] == [channel]


def test_what_cannot_be_had_is_refused_by_name(traded):
    problem = assert_problem(ask(traded, **{"from": 13}), 416, "sequence_ahead")
    assert "12" in problem["detail"]
    assert_problem(ask(traded, epoch=uuid4()), 410, "other_epoch")
    assert_problem(traded.anonymous.get(f"instruments/NOPE/events/?epoch={uuid4()}&from=1"), 404, "unknown_symbol")


def test_what_is_not_kept_any_more_is_gone(traded, monkeypatch):
    monkeypatch.setattr("vocabulary.limits.REPLAY_DEPTH_REACH_EVENTS", 4)
    assert_problem(ask(traded), 410, "expired")
    assert ask(traded, channel="trades").status_code == 200


def test_who_asks_too_often_is_told_when_to_come_back(traded, monkeypatch):
    monkeypatch.setattr(replaying, "_budget", Budget(1, at_once=2, callers_max=10))
    answers = [ask(traded) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert_problem(answers[-1], 429, "throttled")
    assert answers[-1]["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"epoch": None}, "required"),
        ({"from": None}, "required"),
        ({"epoch": "6f0c"}, "malformed"),
        ({"from": 0}, "not_a_whole_number"),
        ({"from": "-1"}, "not_a_whole_number"),
        ({"count": 0}, "not_a_whole_number"),
        ({"count": 1001}, "not_a_whole_number"),
        ({"channel": "ticker"}, "unknown_word"),
        ({"levels": 5}, "unknown_parameter"),
    ],
)
def test_a_request_that_cannot_be_followed_names_its_fault(traded, query, code):
    problem = assert_problem(ask(traded, **query), 400, code)
    assert problem["errors"][0]["parameter"] == next(iter(query))
