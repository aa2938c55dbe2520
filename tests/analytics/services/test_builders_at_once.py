"""Two builders at once: what one has under its hands the other leaves alone."""

import threading

import pytest
from django.db import connection, transaction

from analytics.models import Candle, CandleCursor
from analytics.services import candles
from tests.analytics.printing import Print, list_instrument, print_trades


@pytest.mark.usefixtures("clean_database")
def test_an_instrument_that_another_builder_has_is_passed_over():
    instrument = list_instrument()
    print_trades(instrument, [Print(0.0, 1_000, 5)])
    candles.build(instrument.symbol)
    print_trades(instrument, [Print(0.1, 1_001, 5)], first_trade_id=2)

    with transaction.atomic():
        CandleCursor.objects.select_for_update().get(pk=instrument.instrument_id)
        assert elsewhere(lambda: candles.build(instrument.symbol)) == 0

    assert candles.build(instrument.symbol) == 1


@pytest.mark.usefixtures("clean_database")
def test_builders_at_once_count_every_trade_once():
    instrument = list_instrument()
    print_trades(instrument, [Print(number / 100, 1_000, 1) for number in range(500)])

    builders = [threading.Thread(target=in_its_own_connection, args=(instrument.symbol,)) for _ in range(4)]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join()
    candles.build(instrument.symbol)

    minutes = Candle.objects.filter(instrument_id=instrument.instrument_id, interval_s=60)
    assert sum(minutes.values_list("trade_count", flat=True)) == 500


def in_its_own_connection(symbol):
    try:
        return candles.build(symbol)
    finally:
        connection.close()


def elsewhere(act):
    answers = []

    def run():
        try:
            answers.append(act())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return answers[0]
