"""What intake reads: instruments, accounts under lock, and the orders that others are linked to."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from access.records import Actor
from market import arrays, grants
from market.intake.transaction import fetch
from market.rows import ClassTerms, LinkedOrder, ListedInstrument, TradedAccount
from market.written_options import OF_OPTIONS, WRITTEN_LOT_MARGIN
from vocabulary.account_limits import AccountLimits
from vocabulary.fees import FREE, FeeRates
from vocabulary.phases import TradingPhase
from vocabulary.roles import AccountKind
from vocabulary.units import TradingUnits, plain

INSTRUMENTS = """
SELECT i.id, i.symbol, i.currency, i.tick_size, i.lot_size, i.reference_price, i.low_limit_ticks, i.high_limit_ticks,
       i.order_qty_lots_max, b.phase, b.phase_reason, b.bid_ticks, b.offer_ticks, b.last_px_ticks,
       b.reference_ticks, i.initial_margin_bps, i.maintenance_margin_bps, i.kind = 'OPTION',
       f.maker_bps, f.taker_bps, f.maker_per_lot, f.taker_per_lot
  FROM market_instrument i JOIN market_book b ON b.instrument_id = i.id
  LEFT JOIN market_feeschedule f ON f.id = b.fee_schedule_id
 WHERE i.symbol = ANY(%s)
"""
WRITTEN = f"SELECT i.id, {WRITTEN_LOT_MARGIN} FROM market_instrument i {OF_OPTIONS} WHERE i.id = ANY(%s)"


def instruments(symbols: Iterable[str]) -> dict[str, ListedInstrument]:
    """The instruments with these symbols; unknown ones are left out."""
    return instruments_of(fetch(INSTRUMENTS, [sorted(set(symbols))]))


def instruments_by_id(instrument_ids: Iterable[int]) -> dict[int, ListedInstrument]:
    """Instruments by their ids, all of which exist."""
    rows = fetch(INSTRUMENTS.replace("i.symbol = ANY(%s)", "i.id = ANY(%s)"), [sorted(set(instrument_ids))])
    return {listed.instrument_id: listed for listed in instruments_of(rows).values()}


def instruments_of(rows: Iterable[tuple[Any, ...]]) -> dict[str, ListedInstrument]:
    """The instruments in the rows of INSTRUMENTS, by symbol. Where options are among them, it asks once more."""
    listed = {row[1]: _listed(row) for row in rows}
    option_ids = [one.instrument_id for one in listed.values() if one.is_option]
    written = dict(fetch(WRITTEN, [option_ids])) if option_ids else {}
    return {
        symbol: one._replace(written_lot_margin=written[one.instrument_id]) if one.is_option else one
        for symbol, one in listed.items()
    }


def _listed(row: tuple[Any, ...]) -> ListedInstrument:
    instrument_id, symbol, currency, tick_size, lot_size, reference_price, *rules = row
    low_limit_ticks, high_limit_ticks, order_qty_lots_max, phase, reason, bid, offer, last, book_reference = rules[:9]
    margins, is_option, fees = rules[9:11], rules[11], rules[12:]
    units = TradingUnits(tick_size=plain(tick_size), lot_size=plain(lot_size))
    return ListedInstrument(
        instrument_id=instrument_id,
        symbol=symbol,
        currency=currency,
        units=units,
        reference_ticks=units.to_ticks(reference_price),
        low_limit_ticks=low_limit_ticks,
        high_limit_ticks=high_limit_ticks,
        order_qty_lots_max=order_qty_lots_max,
        phase=TradingPhase(phase),
        phase_reason=reason,
        bid_ticks=bid,
        offer_ticks=offer,
        last_px_ticks=last,
        book_reference_ticks=book_reference,
        fees=FREE if fees[0] is None else FeeRates(*fees),
        initial_margin_bps=settings.INITIAL_MARGIN_BPS if margins[0] is None else margins[0],
        maintenance_margin_bps=settings.MAINTENANCE_MARGIN_BPS if margins[1] is None else margins[1],
        is_option=is_option,
    )


ACCOUNT_ROWS = f"""
SELECT a.id, a.number, a.kind, a.currency, a.killed_at IS NOT NULL, a.kill_reason, a.liquidating_at IS NOT NULL,
       tc.symbols, tc.starts_at, tc.ends_at,
       {", ".join(f"a.{name}" for name in AccountLimits._fields)}
  FROM market_account a
  LEFT JOIN market_classmember cm ON cm.account_id = a.id
  LEFT JOIN market_tradingclass tc ON tc.id = cm.trading_class_id"""
LOCK_ACCOUNTS = f"""
{ACCOUNT_ROWS} JOIN market_accountgrant g ON g.account_id = a.id
 WHERE a.number = ANY(%(numbers)s) AND {grants.GRANTED}
 ORDER BY a.id
   FOR NO KEY UPDATE OF a
"""


def lock_accounts(numbers: Iterable[str], *, actor: Actor) -> dict[str, TradedAccount]:
    """Lock those of the accounts that the actor may trade, in one order for everybody; others are left out.

    Raises NotPermitted for an actor who came with a key that may only read.
    """
    grants.check_may_trade(actor)
    return accounts_of(fetch(LOCK_ACCOUNTS, {"numbers": sorted(set(numbers)), **grants.parameters(actor)}))


def accounts_of(rows: Iterable[tuple[Any, ...]]) -> dict[str, TradedAccount]:
    """The accounts in the rows of LOCK_ACCOUNTS, by number."""
    return {row[1]: _traded(row) for row in rows}


LOCK_ACCOUNT = f"{ACCOUNT_ROWS} WHERE a.id = %s FOR NO KEY UPDATE OF a"


def lock_account(account_id: int) -> TradedAccount:
    """Lock one account, whoever may trade it, as ``lock_accounts`` does. It must exist."""
    return _traded(fetch(LOCK_ACCOUNT, [account_id])[0])


def _traded(row: tuple[Any, ...]) -> TradedAccount:
    account_id, number, kind, currency, is_killed, kill_reason, is_liquidating, *rest = row
    (symbols, starts_at, ends_at), bounds = rest[:3], rest[3:]
    return TradedAccount(
        account_id=account_id,
        number=number,
        kind=AccountKind(kind),
        currency=currency,
        limits=AccountLimits(*bounds).over(settings.ACCOUNT_LIMITS[kind]),
        kill_reason=kill_reason if is_killed else None,
        is_liquidating=is_liquidating,
        class_terms=None if symbols is None else _class_terms(symbols, starts_at, ends_at),
    )


def _class_terms(symbols: list[str], starts_at: datetime, ends_at: datetime) -> ClassTerms:
    """The terms as of now: after the lock was had, and not before it was waited for."""
    return ClassTerms(frozenset(symbols), starts_at, ends_at, read_at=datetime.now(UTC))


LINKABLE = """
SELECT c.account_id, c.cl_ord_id, o.id, o.instrument_id, o.side, o.ord_type, o.cum_qty_lots, o.leaves_qty_lots
  FROM market_clordiduse c
  JOIN unnest(%s::bigint[], %s::text[]) AS u (account_id, cl_ord_id)
    ON u.account_id = c.account_id AND u.cl_ord_id = c.cl_ord_id
  JOIN market_order o ON o.id = c.order_id AND o.is_open
"""


def linkable(keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], LinkedOrder]:
    """The open orders that these ClOrdIDs name."""
    account_ids, cl_ord_ids = zip(*keys, strict=True)
    rows = fetch(LINKABLE, [arrays.of_numbers(account_ids), arrays.of_texts(cl_ord_ids)])
    return {(row[0], row[1]): LinkedOrder(*row[2:]) for row in rows}


def waits(inbox_id: int) -> bool:
    """Whether a command still waits for the matcher."""
    return bool(fetch("SELECT EXISTS (SELECT FROM market_inboxcommand WHERE id = %s)", [inbox_id])[0][0])


OPEN_OF_ACCOUNT = """
SELECT i.symbol, o.instrument_id, count(*)
  FROM market_order o JOIN market_instrument i ON i.id = o.instrument_id
  LEFT JOIN market_orderterms t ON t.order_id = o.id
 WHERE o.account_id = %(account_id)s AND o.is_open
   AND (%(symbol)s::text IS NULL OR i.symbol = %(symbol)s)
   AND (%(side)s = 0 OR o.side = %(side)s)
   AND (%(exec_inst)s = 0 OR t.exec_inst & %(exec_inst)s <> 0)
 GROUP BY i.symbol, o.instrument_id
 ORDER BY o.instrument_id
"""


def open_orders_of_account(
    account_id: int, *, symbol: str | None = None, side: int = 0, exec_inst: int = 0
) -> list[tuple[str, int, int]]:
    """The books in which an account has open orders, as symbol, id and number of orders.

    Of one instrument, of one side (0: of either), or with one of the flags in ``exec_inst`` only.
    """
    wanted = {"account_id": account_id, "symbol": symbol, "side": side, "exec_inst": exec_inst}
    return [(row[0], row[1], row[2]) for row in fetch(OPEN_OF_ACCOUNT, wanted)]


def open_orders_of_book(instrument_id: int) -> int:
    """How many orders of a book are open now."""
    rows = fetch("SELECT count(*) FROM market_order WHERE instrument_id = %s AND is_open", [instrument_id])
    return int(rows[0][0])
