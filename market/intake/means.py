"""What accounts can spend, sell and put at stake, read under their locks."""

from collections.abc import Iterable, Sequence
from typing import Any

from market import exposures
from market.intake.transaction import fetch
from market.rows import Means, TradedAccount
from vocabulary.orders import ContingencyType, Side
from vocabulary.roles import AccountKind

BUYING_POWER = """
SELECT a.id,
       a.deposits
       + COALESCE((SELECT sum(p.cash) FROM market_position p WHERE p.account_id = a.id), 0)
       - COALESCE(r.amount, 0)
       - COALESCE((SELECT sum(c.reserved_amount) FROM market_inboxcommand c
                    WHERE c.account_id = a.id AND (c.reserved_amount > 0 OR c.reserved_lots > 0)), 0),
       COALESCE(r.order_count, 0)
  FROM market_account a
  LEFT JOIN LATERAL (SELECT sum(amount) AS amount, sum(order_count)::bigint AS order_count
                       FROM market_reservation WHERE account_id = a.id) r ON true
 WHERE a.id = ANY(ARRAY({account_ids}))
"""

SELLABLE = """
SELECT k.account_id, k.instrument_id,
       COALESCE((SELECT p.quantity_lots FROM market_position p
                  WHERE p.account_id = k.account_id AND p.instrument_id = k.instrument_id), 0)
       - COALESCE((SELECT sum(r.sell_lots) FROM market_reservation r
                    WHERE r.account_id = k.account_id AND r.instrument_id = k.instrument_id), 0)
       - COALESCE((SELECT sum(g.lots) FROM (
                   SELECT max(CASE WHEN o.contingency_type = %(one_cancels)s
                                   THEN greatest(0, o.leaves_qty_lots - CASE WHEN p.is_open THEN p.leaves_qty_lots
                                                                             ELSE 0 END)
                                   WHEN p.is_open AND p.side <> %(sell)s
                                   THEN least(o.leaves_qty_lots, p.cum_qty_lots)
                                   ELSE o.leaves_qty_lots END) AS lots
                     FROM market_order o
                     JOIN market_orderterms t ON t.order_id = o.id
                     JOIN market_order p ON p.id = t.linked_order_id
                    WHERE o.account_id = k.account_id AND o.instrument_id = k.instrument_id
                      AND o.is_open AND o.side = %(sell)s AND o.contingency_type > 0
                    GROUP BY t.linked_order_id, o.contingency_type) g), 0)
       - COALESCE((SELECT sum(c.reserved_lots) FROM market_inboxcommand c
                    WHERE c.account_id = k.account_id AND c.instrument_id = k.instrument_id
                      AND (c.reserved_amount > 0 OR c.reserved_lots > 0)), 0)
  FROM ({pairs}) AS k (account_id, instrument_id)
"""
KINDS = {"sell": Side.SELL.value, "one_cancels": ContingencyType.ONE_CANCELS_THE_OTHER.value}
BUYING_POWER_OF = BUYING_POWER.format(account_ids="SELECT unnest(%s::bigint[])")
SELLABLE_OF = SELLABLE.format(pairs="SELECT * FROM unnest(%(account_ids)s::bigint[], %(instrument_ids)s::bigint[])")


def means_of(accounts: Sequence[TradedAccount], *, sells: Sequence[tuple[int, int]]) -> dict[int, Means]:
    """What locked accounts can do; a CASH account sells of the (account, instrument) pairs in ``sells``.

    A HOUSE account that no limit holds has no means to ask for and is left out. Only intake takes means away, under the
    account's lock that the caller holds; a matcher only gives back or moves them. So a figure read here is never too
    high. Of linked orders to sell, those of which one cancels the other count once, with the larger; those held until a
    purchase is done count with what it has bought so far.
    """
    cash_ids = [account.account_id for account in accounts if account.kind is AccountKind.CASH]
    spendable = fetch(BUYING_POWER_OF, [cash_ids]) if cash_ids else []
    wanted = [pair for pair in sells if pair[0] in cash_ids]
    sellable: Iterable[tuple[Any, ...]] = []
    if wanted:
        accounts_of, instruments_of = (list(column) for column in zip(*wanted, strict=True))
        sellable = fetch(SELLABLE_OF, {**KINDS, "account_ids": accounts_of, "instrument_ids": instruments_of})
    return with_exposures(means_in(spendable, sellable=sellable), accounts=accounts)


def with_exposures(means: dict[int, Means], *, accounts: Iterable[TradedAccount]) -> dict[int, Means]:
    """The same means with what those of the accounts have at stake whose orders are weighed against it.

    One statement for all of them, and none where there are none.
    """
    weighed = [account for account in accounts if account.needs_exposures]
    stakes = exposures.of_accounts([account.account_id for account in weighed])
    for account in weighed:
        of_account = stakes[account.account_id]
        mine = means.setdefault(account.account_id, Means(open_orders=of_account.open_orders))
        mine.exposures = of_account.exposures
        if account.kind is AccountKind.MARGIN:
            mine.cash = of_account.cash
    return means


def means_in(spendable: Iterable[tuple[Any, ...]], *, sellable: Iterable[tuple[Any, ...]]) -> dict[int, Means]:
    """The means in the rows of BUYING_POWER and SELLABLE, by account id."""
    means = {row[0]: Means(buying_power=row[1], open_orders=row[2]) for row in spendable}
    for account_id, instrument_id, lots in sellable:
        means[account_id].sellable_lots[instrument_id] = int(lots)
    return means
