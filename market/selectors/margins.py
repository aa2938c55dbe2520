"""Reading what an instrument's positions require of the equity of margin accounts."""

from typing import NamedTuple

from django.conf import settings

from market.errors import UnknownSymbol
from market.models import Instrument


class MarginRates(NamedTuple):
    """The parts of a position's value, in basis points, that equity must cover to open it and to keep it."""

    initial_margin_bps: int
    maintenance_margin_bps: int


def by_symbol(symbol: str) -> MarginRates:
    """The rates in force: the instrument's own, or those of the settings. Raises NotFound."""
    own = Instrument.objects.filter(symbol=symbol).values_list("initial_margin_bps", "maintenance_margin_bps").first()
    if own is None:
        raise UnknownSymbol(symbol)
    initial, maintenance = own
    if initial is None or maintenance is None:
        return MarginRates(settings.INITIAL_MARGIN_BPS, settings.MAINTENANCE_MARGIN_BPS)
    return MarginRates(initial, maintenance)
