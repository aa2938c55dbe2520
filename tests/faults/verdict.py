"""What must hold of a laboratory when all has settled: judged by its clients' journals and its database alone."""

from dataclasses import dataclass

from tests.faults.client_journal import Key, Told, read_all
from tests.faults.laboratory import Laboratory
from tests.faults.oracle import LAWS

FIRST_OF_ALL = {
    "no book stands still": LAWS["no book stands still"],
    "no command is quarantined by mistake": "SELECT id FROM market_quarantine",
}
"""What, once broken, breaks others as well."""
FURTHER_LAWS = {
    "nothing that was accepted still waits": "SELECT id FROM market_inboxcommand",
    "no order is left before its book": "SELECT id FROM market_order WHERE ord_status = 10",
    "a command is taken from the inbox once": """
        SELECT inbox_id FROM market_journalcommand WHERE inbox_id > 0 GROUP BY inbox_id HAVING count(*) > 1""",
    "nothing asks for an order before the order itself": """
        SELECT c.id FROM market_journalcommand c
          JOIN market_journalcommand n ON n.order_id = c.order_id AND n.kind = 1 AND n.instrument_id = c.instrument_id
         WHERE c.kind IN (2, 3) AND c.order_id > 0 AND c.command_seq < n.command_seq""",
    "a halted book does not trade": """
        SELECT id FROM (
            SELECT e.id, e.kind, max(CASE WHEN e.kind = 513 THEN e.event_seq * 100 + e.phase END)
                                 OVER (PARTITION BY e.instrument_id ORDER BY e.event_seq) % 100 AS phase
              FROM market_journalevent e) told
         WHERE kind = 15 AND phase = 5""",
    "every trade shows in both orders' reports and nowhere else": """
        SELECT t.id FROM market_trade t
          LEFT JOIN market_journalevent e
            ON e.instrument_id = t.instrument_id AND e.trade_seq = t.trade_seq AND e.kind = 15
               AND e.order_id IN (t.buy_order_id, t.sell_order_id)
               AND e.last_qty_lots = t.quantity_lots AND e.last_px_ticks = t.price_ticks
         GROUP BY t.id HAVING count(e.id) <> 2""",
    "nobody trades at a price worse than asked": """
        SELECT t.id FROM market_trade t
          JOIN market_order b ON b.id = t.buy_order_id JOIN market_order s ON s.id = t.sell_order_id
         WHERE (b.ord_type = 2 AND b.cum_qty_lots > 0 AND b.leaves_qty_lots = 0 AND t.price_ticks > b.price_ticks
                AND NOT EXISTS (SELECT FROM market_journalcommand c WHERE c.order_id = b.id AND c.kind = 3))
            OR (s.ord_type = 2 AND s.leaves_qty_lots = 0 AND t.price_ticks < s.price_ticks
                AND NOT EXISTS (SELECT FROM market_journalcommand c WHERE c.order_id = s.id AND c.kind = 3))""",
    "nobody has spent what they do not have": """
        SELECT a.id FROM market_account a WHERE a.kind = 'CASH' AND 0 >
               a.deposits + COALESCE((SELECT sum(cash) FROM market_position p WHERE p.account_id = a.id), 0)
               - COALESCE((SELECT sum(reserved_amount) FROM market_order o
                            WHERE o.account_id = a.id AND o.is_open), 0)""",
    "nobody has sold what they do not have": """
        SELECT p.account_id FROM market_position p JOIN market_account a ON a.id = p.account_id
         WHERE a.kind = 'CASH' AND p.quantity_lots < 0""",
    "every id has one order or one reject": """
        SELECT c.id FROM market_clordiduse c LEFT JOIN market_order o ON o.id = c.order_id AND o.cl_ord_id = c.cl_ord_id
         WHERE c.cl_ord_id NOT LIKE '%r'
         GROUP BY c.id, c.outcome
        HAVING count(o.id) <> 1 OR bool_or(c.outcome <> -1 AND o.is_open)""",
}
APPLIED = """
SELECT a.number, o.cl_ord_id, o.id, c.outcome
  FROM market_order o
  JOIN market_account a ON a.id = o.account_id
  LEFT JOIN market_clordiduse c ON c.account_id = o.account_id AND c.cl_ord_id = o.cl_ord_id
"""
LIVES = """
SELECT before, kind, count(*)
  FROM (SELECT kind, leaves_qty_lots,
               lag(CASE WHEN kind = 15 AND leaves_qty_lots > 0 THEN 1 ELSE kind END)
               OVER (PARTITION BY order_id ORDER BY event_seq) AS before
          FROM market_journalevent WHERE order_id > 0) told
 GROUP BY before, kind
"""
KINDS = {0: "NEW", 1: "PART", 4: "CANCELED", 5: "REPLACED", 8: "REJECTED", 12: "EXPIRED", 13: "RESTATED", 15: "TRADE",
         257: "CANCEL_REJECTED", 258: "REPLACE_REJECTED"}  # fmt: skip
MARKET_ERRORS = {"invalid_request", "unknown_symbol", "unavailable", "outcome_unknown", "in_progress",
                 "cl_ord_id_reused", "not_found", "InjectedFault"}  # fmt: skip


class Broken(AssertionError):
    """A promise does not hold."""


@dataclass
class Findings:
    """What of the clients' orders the exchange has."""

    told: dict[Key, Told]
    orders: dict[Key, list[int]]
    """Every order of each id that was not rejected at once."""

    def check(self) -> None:
        """Nothing lost, doubled or made up; nothing there of which the exchange said that it is not."""
        acknowledged = {key for key, told in self.told.items() if told.is_acknowledged}
        refused = {key for key, told in self.told.items() if told.is_refused}
        _none("acknowledged and lost", acknowledged - self.orders.keys())
        _none("there and never sent", self.orders.keys() - self.told.keys())
        _none("there twice", {key for key, ids in self.orders.items() if len(ids) > 1})
        _none("refused and there all the same", refused & self.orders.keys())
        _none(
            "rejected and there all the same", {k for k, t in self.told.items() if t.is_rejected} & self.orders.keys()
        )
        _none(
            "answered with another order than it is",
            {key for key in acknowledged if not self.told[key].order_ids <= set(self.orders[key])},
        )


def judge(laboratory: Laboratory, *, symbols: list[str]) -> None:
    """Let everything settle, ask again whatever is unknown, and hold the exchange to all its promises."""
    _settle(laboratory, symbols)
    before = _findings(laboratory)
    before.check()
    unknown = {key: told for key, told in before.told.items() if told.is_unknown}
    _ask_again(laboratory, unknown, symbol=symbols[0])
    faults = _settle(laboratory, symbols)
    after = _findings(laboratory)
    after.check()
    taken_on = unknown.keys() & before.orders.keys()
    _none("taken on, and another order when asked again",
          {key for key in taken_on if after.orders[key] != before.orders[key]})  # fmt: skip
    _none("unknown even when asked again", {key for key, told in after.told.items() if told.is_unknown})
    _none("errors that no door has a word for", _strange_codes(after))
    for law, breaches in {**FIRST_OF_ALL, **LAWS, **FURTHER_LAWS}.items():
        found = laboratory.query(breaches)
        if found:
            raise Broken(f"{law}: {found[:5]}")
    if any(faults.values()):
        raise Broken(f"journals do not verify: {faults}")
    _count(laboratory, after, unknown=unknown, recovered=taken_on)


def _settle(laboratory: Laboratory, symbols: list[str]) -> dict[str, str]:
    faults: dict[str, str] = laboratory.do("settle", symbols=symbols)
    return faults


def _findings(laboratory: Laboratory) -> Findings:
    orders: dict[Key, list[int]] = {}
    for account, cl_ord_id, order_id, outcome in laboratory.query(APPLIED):
        if outcome == -1 or outcome is None:
            orders.setdefault((account, cl_ord_id), []).append(order_id)
    return Findings(read_all(laboratory.journals), orders)


def _ask_again(laboratory: Laboratory, unknown: dict[Key, Told], *, symbol: str) -> None:
    by_account: dict[str, list[dict[str, str]]] = {}
    for (account, _), told in unknown.items():
        by_account.setdefault(account, []).append(told.ticket)
    who_of = {person["account"]: who for who, person in laboratory.people.items()}
    for account, tickets in by_account.items():
        laboratory.do("send", symbol=symbol, name="again", who=who_of[account], tickets=tickets)


def _strange_codes(findings: Findings) -> set[str]:
    codes = {code for told in findings.told.values() for code in told.codes}
    return codes - MARKET_ERRORS


def _count(laboratory: Laboratory, findings: Findings, *, unknown: dict[Key, Told], recovered: set[Key]) -> None:
    landings = laboratory.landings
    landings.resent += len(unknown)
    landings.recovered += len(recovered)
    for told in findings.told.values():
        landings.answers.update(told.codes)
        landings.answers.update(reject or "accepted" for reject in told.rejects)
    for before, kind, times in laboratory.query(LIVES):
        landings.lives[f"{KINDS.get(before, before)}>{KINDS.get(kind, kind)}"] += times


def _none(what: str, found: set) -> None:
    if found:
        raise Broken(f"{what}: {sorted(map(str, found))[:5]} and {max(0, len(found) - 5)} more")
