"""An order that waits for its account is held to what is in force when it has it."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection, connections, transaction

from market.models import Account
from market.services import trading
from vocabulary import limits
from vocabulary.rejects import RejectReason

IS_WAITED_FOR = (
    "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
)


def test_an_order_that_has_waited_through_a_halt_is_refused_by_it(market, monkeypatch):
    monkeypatch.setattr(limits, "INTAKE_LOCK_TIMEOUT_MS", 20_000)
    monkeypatch.setattr(limits, "INTAKE_STATEMENT_TIMEOUT_MS", 20_000)

    def elsewhere(act):
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        with transaction.atomic():
            Account.objects.select_for_update(no_key=True).get(number=market.account)
            order = threads.submit(elsewhere, lambda: market.place("BUY", 1, "10.00"))
            while not _is_waited_for():
                assert not order.done()
            threads.submit(elsewhere, lambda: trading.halt("ACME", reason="split", actor=market.operator)).result(
                timeout=20
            )
        assert order.result(timeout=20).reject is RejectReason.INSTRUMENT_HALTED


def _is_waited_for() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(IS_WAITED_FOR)
        return bool(cursor.fetchone()[0])
