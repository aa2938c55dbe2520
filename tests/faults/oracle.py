"""What must hold of the running exchange when everything has settled, whatever was done to it."""

from tests.faults.traffic import Participant
from tests.running_system import RunningSystem, wait_until

SETTLED_WITHIN_S = 30.0

LAWS = {
    "every accepted order is in its book's journal exactly once": """
        SELECT o.id, count(c.id) FROM market_order o
          LEFT JOIN market_journalcommand c ON c.order_id = o.id AND c.kind = 1
         WHERE o.cl_ord_id NOT IN (SELECT cl_ord_id FROM market_clordiduse WHERE outcome <> -1)
         GROUP BY o.id HAVING count(c.id) <> 1""",
    "every order has traded what its trades say": """
        SELECT o.id FROM market_order o
         WHERE o.cum_qty_lots <> COALESCE((SELECT sum(t.quantity_lots) FROM market_trade t
                                            WHERE o.id IN (t.buy_order_id, t.sell_order_id)), 0)""",
    "every position is what its trades moved": """
        WITH moved AS (
            SELECT buy_account_id AS account_id, instrument_id, quantity_lots AS lots,
                   -price_ticks * quantity_lots AS tick_lots FROM market_trade
            UNION ALL
            SELECT sell_account_id, instrument_id, -quantity_lots, price_ticks * quantity_lots FROM market_trade
        ), summed AS (
            SELECT m.account_id, m.instrument_id, sum(m.lots) AS lots,
                   sum(m.tick_lots) * i.tick_size * i.lot_size AS cash
              FROM moved m JOIN market_instrument i ON i.id = m.instrument_id
             GROUP BY m.account_id, m.instrument_id, i.tick_size, i.lot_size
        )
        SELECT * FROM summed s FULL JOIN market_position p USING (account_id, instrument_id)
         WHERE p.quantity_lots IS DISTINCT FROM s.lots OR p.cash IS DISTINCT FROM s.cash""",
    "what is bought is sold, and what is paid is received": """
        SELECT instrument_id FROM market_position GROUP BY instrument_id
        HAVING sum(quantity_lots) <> 0 OR sum(cash) <> 0""",
    "open buy orders reserve what they may cost, and nothing else reserves anything": """
        SELECT o.id FROM market_order o JOIN market_instrument i ON i.id = o.instrument_id
         WHERE o.reserved_amount <> CASE WHEN o.is_open AND o.side = 1
                                         THEN o.leaves_qty_lots * o.price_ticks * i.tick_size * i.lot_size
                                         ELSE 0 END""",
    "no book stands still": "SELECT instrument_id FROM market_book WHERE status <> 'RUNNING'",
}
UNFINISHED = """
SELECT (SELECT count(*) FROM market_inboxcommand) + (SELECT count(*) FROM market_order WHERE ord_status = 10)
"""
OF_ACCOUNT = """
SELECT o.cl_ord_id, o.id FROM market_order o JOIN market_account a ON a.id = o.account_id
 WHERE a.number = %s AND starts_with(o.cl_ord_id, %s)
"""


def settle(system: RunningSystem) -> None:
    """Wait until nothing that was accepted waits any more."""
    wait_until(lambda: system.query(UNFINISHED) == [(0,)], within_s=SETTLED_WITHIN_S)


def check_participants(system: RunningSystem, participants: list[Participant]) -> None:
    """What the exchange told each participant is what it wrote down: nothing lost, doubled or made up."""
    for who in participants:
        rows = system.query(OF_ACCOUNT, who.account, who.prefix)
        written = dict(rows)
        assert len(written) == len(rows), f"an order of {who.prefix} is there twice"
        told = {placed.ticket["cl_ord_id"]: placed for placed in who.journal}
        assert written.keys() <= told.keys(), f"orders that {who.prefix} never sent"
        acknowledged = {name: str(placed.order_id) for name, placed in told.items() if placed.is_acknowledged}
        assert acknowledged == {name: str(written.get(name)) for name in acknowledged}


def check_exchange(system: RunningSystem) -> None:
    """The books, the orders, the trades and the money tell the same story, and the journals verify."""
    for law, breaches in LAWS.items():
        assert system.query(breaches) == [], law
    verified = system.manage("journal", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
