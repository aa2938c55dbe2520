"""Listing option contracts: one, or a chain of both kinds at several strike prices."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from django.db import IntegrityError, transaction

from access.records import Actor
from access.services import audit
from market.errors import InvalidRequest, NotPermitted, UnknownSymbol
from market.models import Instrument, OptionContract
from market.models.instrument import InstrumentKind
from market.records import InstrumentRecord
from market.selectors import calendars
from market.selectors import instruments as instrument_selectors
from market.services import at_rest, closing_out, instruments
from vocabulary import limits
from vocabulary.fees import FREE
from vocabulary.identifiers import is_symbol
from vocabulary.options import PutOrCall
from vocabulary.units import NotAMultiple, TooLarge, TradingUnits

MULTIPLIER_DEFAULT = Decimal(100)
LETTERS = {PutOrCall.PUT: "P", PutOrCall.CALL: "C"}


def list_contract(
    underlying: str,
    *,
    put_or_call: PutOrCall,
    strike_price: Decimal,
    expires_at: datetime,
    contract_multiplier: Decimal = MULTIPLIER_DEFAULT,
    symbol: str | None = None,
    actor: Actor,
) -> InstrumentRecord:
    """List one option with an empty book, open for continuous trading until it expires.

    Without a ``symbol`` it is called by underlying, day, kind and strike, such as ACME-261218C10.5. Raises NotPermitted
    unless the actor may operate, NotFound for the underlying, InvalidRequest naming the field that does not fit.
    """
    instrument = _check_underlying(underlying, expires_at=expires_at, actor=actor)
    contract = _contract(
        instrument,
        put_or_call=put_or_call,
        strike_price=strike_price,
        expires_at=expires_at,
        contract_multiplier=contract_multiplier,
        symbol=symbol,
    )
    _save([contract], actor=actor)
    return instrument_selectors.by_symbol(contract.instrument.symbol)


def list_chain(
    underlying: str,
    *,
    strike_prices: Sequence[Decimal],
    expires_at: datetime,
    contract_multiplier: Decimal = MULTIPLIER_DEFAULT,
    actor: Actor,
) -> list[InstrumentRecord]:
    """List a call and a put at each of the strike prices: all of them, or none. Raises as ``list_contract`` does."""
    instrument = _check_underlying(underlying, expires_at=expires_at, actor=actor)
    if not 1 <= len(strike_prices) <= limits.CHAIN_STRIKES_MAX or len(set(strike_prices)) != len(strike_prices):
        raise InvalidRequest(
            f"strike_prices must be 1 to {limits.CHAIN_STRIKES_MAX} different prices.", field="strike_prices"
        )
    contracts = [
        _contract(
            instrument,
            put_or_call=put_or_call,
            strike_price=strike_price,
            expires_at=expires_at,
            contract_multiplier=contract_multiplier,
            symbol=None,
        )
        for strike_price in strike_prices
        for put_or_call in (PutOrCall.CALL, PutOrCall.PUT)
    ]
    _save(contracts, actor=actor)
    return [instrument_selectors.by_symbol(contract.instrument.symbol) for contract in contracts]


def _check_underlying(symbol: str, *, expires_at: datetime, actor: Actor) -> Instrument:
    if not actor.role.may_operate:
        raise NotPermitted("Only operators list options.")
    underlying = Instrument.objects.select_related("book").filter(symbol=symbol).first()
    if underlying is None:
        raise UnknownSymbol(symbol, field="underlying")
    if underlying.kind == InstrumentKind.OPTION or underlying.delisted_at is not None:
        raise InvalidRequest("underlying must be an instrument that trades and is no option.", field="underlying")
    now = calendars.database_time()
    if not now < expires_at <= now + timedelta(days=limits.OPTION_DAYS_MAX):
        raise InvalidRequest(
            f"expires_at must lie in the future, at most {limits.OPTION_DAYS_MAX} days.", field="expires_at"
        )
    return underlying


def _contract(
    underlying: Instrument,
    *,
    put_or_call: PutOrCall,
    strike_price: Decimal,
    expires_at: datetime,
    contract_multiplier: Decimal,
    symbol: str | None,
) -> OptionContract:
    strike_ticks = _strike_ticks(strike_price, units=underlying.units)
    is_whole = contract_multiplier.is_finite() and contract_multiplier == contract_multiplier.to_integral_value()
    if not is_whole or not 1 <= contract_multiplier <= limits.MULTIPLIER_MAX:
        raise InvalidRequest(
            f"contract_multiplier must be a whole number from 1 to {limits.MULTIPLIER_MAX}.",
            field="contract_multiplier",
        )
    units = TradingUnits(tick_size=underlying.units.tick_size, lot_size=contract_multiplier)
    called = symbol or f"{underlying.symbol}-{expires_at:%y%m%d}{LETTERS[put_or_call]}{strike_price.normalize():f}"
    if not is_symbol(called):
        raise InvalidRequest(
            f"symbol must be 1 to {limits.SYMBOL_LENGTH_MAX} capital letters, digits, dots and dashes; not {called}.",
            field="symbol",
        )
    # A call is never worth more than its underlying, a put never more than its strike price.
    most = underlying.high_limit_ticks if put_or_call is PutOrCall.CALL else strike_ticks
    contract = OptionContract(
        underlying=underlying, put_or_call=put_or_call, strike_price=strike_price, expires_at=expires_at
    )
    mark = underlying.units.to_price(closing_out.mark_ticks(underlying.book))
    reference_ticks = max(1, int((contract.intrinsic(mark) / units.tick_size).to_integral_value(ROUND_CEILING)))
    high = min(max(most, reference_ticks + 1, 2), limits.LADDER_LEVELS_MAX)
    contract.instrument = Instrument(
        symbol=called,
        name=f"{underlying.symbol} {strike_price.normalize():f} {put_or_call.name.lower()} {expires_at:%Y-%m-%d}",
        kind=InstrumentKind.OPTION,
        currency=underlying.currency,
        tick_size=units.tick_size,
        lot_size=units.lot_size,
        reference_price=units.to_price(min(reference_ticks, high)),
        low_limit_ticks=1,
        high_limit_ticks=high,
        order_qty_lots_max=instruments.ORDER_QTY_LOTS_DEFAULT,
        # Who holds an option has paid for it whole; what one requires that is written does not go by these.
        initial_margin_bps=limits.MARGIN_BPS_MAX,
        maintenance_margin_bps=limits.MARGIN_BPS_MAX,
    )
    return contract


def _strike_ticks(strike_price: Decimal, *, units: TradingUnits) -> int:
    try:
        return units.to_ticks(strike_price)
    except (NotAMultiple, TooLarge) as error:
        raise InvalidRequest(
            f"strike_price must be a positive multiple of the underlying's tick size {units.tick_size} "
            f"and at most {limits.PRICE_TICKS_MAX} ticks.",
            field="strike_price",
        ) from error


def _save(contracts: Sequence[OptionContract], *, actor: Actor) -> None:
    listed = [contract.instrument for contract in contracts]
    try:
        with transaction.atomic(durable=True):
            # A split or a delisting of the underlying is before this, or after it and then refused.
            book = at_rest.lock(contracts[0].underlying.symbol)
            if book.instrument.delisted_at is not None:
                raise InvalidRequest("underlying was delisted.", field="underlying")
            for contract, instrument in zip(contracts, listed, strict=True):
                instruments.enter(instrument, rates=FREE)
                contract.instrument = instrument  # its key is known only now
                contract.save(force_insert=True)
            for contract, instrument in zip(contracts, listed, strict=True):
                detail = _facts(contract)
                audit.record(actor=actor, action="instrument.add_option", subject=instrument.symbol, detail=detail)
    except IntegrityError as error:
        names = ", ".join(instrument.symbol for instrument in listed)
        raise InvalidRequest(f"One of these instruments exists already: {names}.", field="symbol") from error


def _facts(contract: OptionContract) -> dict[str, object]:
    """What the audit log says of a contract, to which the audit holds its row."""
    return {
        "underlying": contract.underlying.symbol,
        "put_or_call": PutOrCall(contract.put_or_call).name,
        "strike_price": f"{contract.strike_price:f}",
        "contract_multiplier": f"{contract.instrument.lot_size:f}",
        "expires_at": contract.expires_at.isoformat(),
    }
