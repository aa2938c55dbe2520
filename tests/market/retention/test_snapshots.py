"""Old snapshots are thinned out; every book is still restored, and its journal still verifies from all that is left."""

from datetime import UTC, datetime, timedelta

from market.matcher import restoring, sampling, verification
from market.models import BookSnapshot, Instrument
from market.retention import snapshots
from tests.market_place import MarketPlace
from vocabulary import limits


def rest(market: MarketPlace) -> None:
    """Trade a little and then nothing for a while, so that the book leaves a snapshot."""
    market.trade(1)
    assert market.matcher.snapshot_if_idle(Instrument.objects.get(symbol="ACME").pk)


def places() -> list[int]:
    return sorted(BookSnapshot.objects.values_list("command_seq", flat=True))


def test_of_old_snapshots_those_stay_that_are_far_apart_and_the_newest(market, monkeypatch):
    for _ in range(6):
        rest(market)
    assert places() == [2, 4, 6, 8, 10, 12]
    monkeypatch.setattr(limits, "SNAPSHOT_EVERY_COMMANDS", 5)
    assert snapshots.thin() == 0, "they are of today"
    assert snapshots.thin(now=datetime.now(UTC) + timedelta(days=2)) == 4
    assert places() == [6, 12]
    instrument = Instrument.objects.get(symbol="ACME")
    assert restoring.restore(instrument.pk).book.command_seq == 12
    assert verification.verify(instrument).fault == ""
    assert sampling.look(instrument).fault == ""
