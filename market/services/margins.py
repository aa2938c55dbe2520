"""Setting what an instrument's positions require of the equity of margin accounts."""

from django.db import transaction

from access.records import Actor
from access.services import audit
from market.errors import InvalidRequest, NotPermitted, UnknownSymbol
from market.models import Instrument
from market.selectors import margins
from market.selectors.margins import MarginRates
from vocabulary import limits


def set_rates(
    symbol: str, *, initial_margin_bps: int | None, maintenance_margin_bps: int | None, actor: Actor
) -> MarginRates:
    """Set the parts of a position's value, in basis points, that equity must cover to open it and to keep it.

    Both None leave the instrument to the settings again. They hold from the next order and the next look at margins on;
    who lacks margin by them is called. Raises NotPermitted, NotFound, InvalidRequest.
    """
    if not actor.role.may_operate:
        raise NotPermitted("Only operators set margins.")
    _check(initial_margin_bps, maintenance_margin_bps)
    changes: dict[str, int | None] = {
        "initial_margin_bps": initial_margin_bps,
        "maintenance_margin_bps": maintenance_margin_bps,
    }
    with transaction.atomic():
        if not Instrument.objects.filter(symbol=symbol).update(**changes):
            raise UnknownSymbol(symbol)
        audit.record(actor=actor, action="instrument.set_margin", subject=symbol, detail=dict(changes))
    return margins.by_symbol(symbol)


def _check(initial: int | None, maintenance: int | None) -> None:
    if (initial is None) != (maintenance is None):
        field = "initial_margin_bps" if initial is None else "maintenance_margin_bps"
        raise InvalidRequest("An instrument has both margins of its own or neither.", field=field)
    if initial is None or maintenance is None:
        return
    if not 0 < initial <= limits.MARGIN_BPS_MAX:
        detail = f"initial_margin_bps must be 1 to {limits.MARGIN_BPS_MAX} basis points."
        raise InvalidRequest(detail, field="initial_margin_bps")
    if not 0 < maintenance <= initial:
        detail = "maintenance_margin_bps must be 1 to initial_margin_bps basis points."
        raise InvalidRequest(detail, field="maintenance_margin_bps")
