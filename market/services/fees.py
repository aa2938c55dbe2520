"""Setting what trading an instrument costs."""

from collections.abc import Iterator
from decimal import Decimal

from django.db import transaction

from access.records import Actor
from access.services import audit
from market.errors import InvalidRequest, NotPermitted, Rejected, UnknownSymbol
from market.models import Book, FeeSchedule, Instrument
from market.services import at_rest
from vocabulary import limits
from vocabulary.fees import FeeRates
from vocabulary.rejects import RejectReason

RATE_PLACES = 4
AMOUNT_PLACES = 6


def set_schedule(symbol: str, rates: FeeRates, *, actor: Actor) -> None:
    """Charge these fees from the next trade on. Raises NotPermitted, NotFound, InvalidRequest.

    The worst fee is part of what an open order reserves. So fees change only while trading is closed or halted, no
    order is open and nothing waits: Rejected with NOT_IN_THIS_PHASE or OPEN_ORDERS otherwise.
    """
    if not actor.role.may_operate:
        raise NotPermitted("Only operators set fees.")
    with transaction.atomic(durable=True):
        book = Book.objects.select_for_update(of=("self",), no_key=True).select_related("instrument")
        row = book.filter(instrument__symbol=symbol).first()
        if row is None:
            raise UnknownSymbol(symbol)
        check(rates, instrument=row.instrument)
        _check_at_rest(row)
        schedule = FeeSchedule.objects.create(
            instrument=row.instrument, from_trade_seq=row.trade_seq, **rates._asdict()
        )
        Book.objects.filter(pk=row.pk).update(fee_schedule_id=schedule.pk)
        audit.record(actor=actor, action="instrument.set_fees", subject=symbol, detail=facts_of(schedule))


def facts_of(schedule: FeeSchedule) -> dict[str, object]:
    """What the audit log says of a schedule, to which the audit holds its row."""
    rates = {name: f"{value:f}" for name, value in schedule.rates._asdict().items()}
    return {"fee_schedule": schedule.pk, "from_trade_seq": schedule.from_trade_seq, **rates}


def check(rates: FeeRates, *, instrument: Instrument) -> None:
    """Raise InvalidRequest for rates that no schedule can hold.

    A rebate is covered by the other side's fee, so that a trade never costs the exchange; and a sale at the lowest
    price of the band brings in its own fee, so that a seller needs no money.
    """
    for field, value in rates._asdict().items():
        problem = _problem(field, value)
        if problem:
            raise InvalidRequest(f"{field} {problem}", field=field)
    for field, worst, other in _pairs(rates):
        if worst + other < 0:
            raise InvalidRequest(f"{field} gives more back than the other side pays.", field=field)
    lowest = instrument.units.to_money(instrument.low_limit_ticks)
    if rates.worst(tick_lots=instrument.low_limit_ticks, lots=1, units=instrument.units) > lowest:
        raise InvalidRequest(
            f"the fee of a lot at the lowest price must not be above its value, {lowest:f}.", field="taker_per_lot"
        )


def _problem(field: str, value: Decimal) -> str:
    most, places = (
        (Decimal(limits.FEE_BPS_MAX), RATE_PLACES)
        if field.endswith("bps")
        else (Decimal(limits.FEE_PER_LOT_MAX), AMOUNT_PLACES)
    )
    if not value.is_finite() or abs(value) > most or value != round(value, places):
        return f"must be -{most:f} to {most:f} with up to {places} decimal places."
    return ""


def _pairs(rates: FeeRates) -> Iterator[tuple[str, Decimal, Decimal]]:
    yield "maker_bps", rates.maker_bps, rates.taker_bps
    yield "maker_per_lot", rates.maker_per_lot, rates.taker_per_lot
    yield "taker_bps", rates.taker_bps, rates.taker_bps
    yield "taker_per_lot", rates.taker_per_lot, rates.taker_per_lot


def _check_at_rest(row: Book) -> None:
    at_rest.check_quiet(row, act="Fees are set")
    if not at_rest.is_empty(row):
        raise Rejected(
            RejectReason.OPEN_ORDERS,
            detail="Fees are set while the book is empty; cancel its orders first.",
            field="symbol",
        )
