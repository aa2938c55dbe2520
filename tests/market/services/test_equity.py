"""What accounts are worth, kept minute by minute where it changes, and let go in time."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from market.errors import NotFound
from market.models import Account, EquitySample
from market.selectors import equity as equity_selectors
from market.services import equity


def grow_older(**age):
    for sample in EquitySample.objects.all():
        EquitySample.objects.filter(pk=sample.pk).update(sampled_at=sample.sampled_at - timedelta(**age))


def test_an_account_is_sampled_once_a_minute_and_only_when_its_worth_has_changed(market):
    assert equity.sample() == Account.objects.count()
    assert equity.sample() == 0
    grow_older(minutes=1)
    assert equity.sample() == 0
    market.trade(10)
    assert equity.sample() == 2
    curve = equity_selectors.curve(market.account, actor=market.trader, count=10)
    assert [(sample.cash, sample.equity) for sample in curve] == [(100_000, 100_000), (99_900, 100_000)]


def test_a_curve_begins_where_it_is_asked_to_and_is_its_owners_and_operators(market):
    equity.sample()
    later = timezone.now() + timedelta(minutes=2)
    assert equity_selectors.curve(market.account, actor=market.trader, since=later, count=10) == []
    assert len(equity_selectors.curve(market.account, actor=market.operator, count=10)) == 1
    with pytest.raises(NotFound):
        equity_selectors.curve(market.house_account, actor=market.trader, count=10)


def test_samples_are_kept_for_so_many_days_or_for_ever(market):
    equity.sample()
    grow_older(days=31)
    assert equity.expire(keep_days=0) == 0
    assert equity.expire(keep_days=30) == Account.objects.count()
    assert not EquitySample.objects.exists()


def test_equity_is_cash_and_positions_at_their_marks(market):
    market.trade(10)
    market.house_places("BUY", 5, "12.00")
    market.drain()
    (mine,) = equity_selectors.of_actor(market.trader)
    assert (mine.cash, mine.market_value, mine.unrealised_profit, mine.equity) == (99_900, 120, 20, 100_020)
    assert mine.leverage == Decimal("0.0012")
    (theirs,) = equity_selectors.of_actor(market.house, account=market.house_account)
    assert (theirs.equity, theirs.leverage) == (-20, None)


def sample_at(market, **equity_at):
    account = Account.objects.get(number=market.account)
    for name, worth in equity_at.items():
        moment = datetime(2026, 1, 5, int(name[1:3]), int(name[3:]), tzinfo=UTC)
        EquitySample.objects.create(
            account=account, sampled_at=moment, cash=0, equity=worth, unrealised_profit=0, maintenance_margin=0
        )


def worth(market, **wanted):
    curve = equity_selectors.curve(market.account, actor=market.trader, **{"count": 10, **wanted})
    return [(f"{sample.sampled_at:%H%M}", int(sample.equity)) for sample in curve]


def test_a_curve_by_the_hour_is_what_the_account_was_worth_at_the_end_of_each(market):
    sample_at(market, t1000=1, t1059=2, t1100=3, t1130=4, t1301=5)
    assert worth(market, interval_s=3_600) == [("1059", 2), ("1130", 4), ("1301", 5)]
    assert worth(market, interval_s=86_400) == [("1301", 5)]
    assert [one for _, one in worth(market)] == [1, 2, 3, 4, 5]


def test_pages_of_a_curve_give_each_interval_once(market):
    sample_at(market, t1000=1, t1059=2, t1100=3, t1130=4, t1301=5)
    newest = equity_selectors.curve(market.account, actor=market.trader, interval_s=3_600, count=2)
    assert [int(sample.equity) for sample in newest] == [4, 5]
    assert worth(market, interval_s=3_600, before=newest[0].sampled_at) == [("1059", 2)]
    assert worth(market, since=datetime(2026, 1, 5, 11, tzinfo=UTC), before=newest[1].sampled_at) == [
        ("1100", 3), ("1130", 4),
    ]  # fmt: skip
