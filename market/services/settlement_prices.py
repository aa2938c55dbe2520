"""The closing price of an underlying, by which its options are settled.

It is the price of the last closing auction of the day that ended with the expiry, which is 24 hours; without one the
last trade; before the first trade the middle of the best bid and offer, rounded down to a tick; without those the
reference price. A trade from before a split counts by what the split has made of its price. Bid, offer and reference
price are those of the moment at which the settlement begins, be it late. Once it has begun, the price stands in the
contract.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Max

from market.models import Book, CorporateAction, OptionContract, Trade
from market.models.corporate_action import CorporateActionKind, CorporateActionStatus
from vocabulary.commands import CommandKind
from vocabulary.options import SettlementBasis
from vocabulary.phases import TradingPhase

THE_DAY = timedelta(hours=24)
# A closing auction's trades are those of the command that closed the book.
CLOSING = """
SELECT t.price_ticks
  FROM market_trade t
  JOIN market_journalcommand c ON (c.instrument_id, c.command_seq) = (t.instrument_id, t.command_seq)
  LEFT JOIN market_journalterms m ON (m.instrument_id, m.command_seq) = (t.instrument_id, t.command_seq)
 WHERE t.instrument_id = %(instrument_id)s AND t.executed_at > %(since)s AND t.executed_at <= %(until)s
   AND t.trade_seq > %(after_split)s AND c.kind = %(change_phase)s AND COALESCE(m.phase, 0) = %(closed)s
 ORDER BY t.trade_seq DESC LIMIT 1
"""
LAST = """
SELECT t.price_ticks FROM market_trade t
 WHERE t.instrument_id = %(instrument_id)s AND t.executed_at <= %(until)s AND t.trade_seq > %(after_split)s
 ORDER BY t.trade_seq DESC LIMIT 1
"""


def settle(action: CorporateAction) -> dict[str, object]:
    """Note the underlying's closing price in the contract, and in the action what that makes of one unit; the facts."""
    contract = OptionContract.objects.select_related("underlying").get(pk=action.instrument_id)
    price, basis = closing_price(contract.underlying_id, expires_at=contract.expires_at)
    OptionContract.objects.filter(pk=contract.pk).update(settlement_price=price, settlement_basis=basis)
    action.amount = contract.intrinsic(price)
    return {"settlement_price": f"{price:f}", "settlement_basis": basis.value}


def closing_price(instrument_id: int, *, expires_at: datetime) -> tuple[Decimal, SettlementBasis]:
    """The price, and which it is. No trade after ``expires_at`` counts; what the book quotes is what it quotes now."""
    book = Book.objects.select_related("instrument").get(pk=instrument_id)
    traded = _traded(instrument_id, expires_at=expires_at) or _kept_by_the_book(book, expires_at=expires_at)
    ticks, basis = traded or _quoted(book)
    return book.instrument.units.to_price(ticks), basis


def _traded(instrument_id: int, *, expires_at: datetime) -> tuple[int, SettlementBasis] | None:
    wanted: dict[str, Any] = {
        "instrument_id": instrument_id,
        "since": expires_at - THE_DAY,
        "until": expires_at,
        "after_split": _last_split(instrument_id),
        "change_phase": CommandKind.CHANGE_PHASE.value,
        "closed": TradingPhase.CLOSED.value,
    }
    for statement, basis in ((CLOSING, SettlementBasis.CLOSING_AUCTION), (LAST, SettlementBasis.LAST_TRADE)):
        with connection.cursor() as cursor:
            cursor.execute(statement, wanted)
            found = cursor.fetchone()
        if found is not None:
            return int(found[0]), basis
    return None


def _last_split(instrument_id: int) -> int:
    """The trade that the last split stands behind: those up to it were made at prices that are no more."""
    splits = CorporateAction.objects.filter(
        instrument_id=instrument_id, kind=CorporateActionKind.SPLIT, status=CorporateActionStatus.DONE
    )
    newest = splits.aggregate(Max("after_trade_seq"))["after_trade_seq__max"]
    return -1 if newest is None else int(newest)


def _kept_by_the_book(book: Book, *, expires_at: datetime) -> tuple[int, SettlementBasis] | None:
    """The last price, restated by splits, of a trade that lies before one or has gone into an export."""
    if book.last_px_ticks is None or Trade.objects.filter(instrument_id=book.pk, executed_at__gt=expires_at).exists():
        return None
    return book.last_px_ticks, SettlementBasis.LAST_TRADE


def _quoted(book: Book) -> tuple[int, SettlementBasis]:
    if book.bid_ticks is not None and book.offer_ticks is not None and book.bid_ticks < book.offer_ticks:
        return (book.bid_ticks + book.offer_ticks) // 2, SettlementBasis.MIDPOINT
    reference = book.reference_ticks or book.instrument.units.to_ticks(book.instrument.reference_price)
    return reference, SettlementBasis.REFERENCE_PRICE
