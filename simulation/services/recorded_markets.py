"""A recorded market on this exchange: its instrument, and the accounts that its orders come from."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from access.records import Actor
from access.selectors import users as user_selectors
from access.services import users
from market.records import InstrumentRecord
from market.selectors import accounts as account_selectors
from market.selectors import instruments as instrument_selectors
from market.services import accounts, instruments
from simulation.errors import UnplayableRecording
from vocabulary.identifiers import is_symbol
from vocabulary.roles import AccountKind, Role
from vocabulary.units import TradingUnits

RECORDER_USERNAME = "recorded market"
DOOR = "simulation"
SYMBOL_LENGTH_MAX = 13
CURRENCY = "USD"
LOT_SIZE = Decimal(1)
ORDER_QTY_LOTS_MIN = 1_000_000
BAND_PERCENT_MIN = Decimal(10)
BAND_PERCENT_STEP = Decimal("0.01")


class Listing(NamedTuple):
    """What a recorded market needs of its instrument: its price step, the prices and the orders that come in it."""

    tick_size: Decimal
    reference_ticks: int
    low_ticks: int
    high_ticks: int
    largest_order_lots: int


@dataclass(frozen=True, slots=True)
class RecordedMarket:
    """Where a recording is played: the instrument's symbol and units, and the operator whose accounts send the orders.

    Orders that the record describes, those that take what rests, and those that stand for quantity nobody saw come each
    have an account.
    """

    symbol: str
    units: TradingUnits
    actor: Actor

    @property
    def recorded_account(self) -> str:
        """The account of the recorded orders."""
        return _recorded_account(self.symbol)

    @property
    def aggressor_account(self) -> str:
        """The account of the orders that take."""
        return f"RT-{self.symbol}"

    @property
    def seed_account(self) -> str:
        """The account of the seeded orders."""
        return f"RS-{self.symbol}"

    def lots(self, quantity: Decimal | None) -> int:
        """A quantity in lots; 0 for none."""
        return self.units.to_lots(quantity) if quantity else 0

    def ticks(self, price: Decimal | None) -> int:
        """A price in ticks; 0 for none."""
        return self.units.to_ticks(price) if price else 0


def open_market(symbol: str, *, listing: Listing) -> RecordedMarket:
    """List an instrument for a recording, with a price band that covers it, and open its accounts.

    Raises UnplayableRecording when the symbol is listed or does not fit, InvalidRequest when the exchange does not take
    the instrument.
    """
    if not is_symbol(symbol) or len(symbol) > SYMBOL_LENGTH_MAX:
        raise UnplayableRecording(
            f"The symbol must be 1 to {SYMBOL_LENGTH_MAX} capital letters, digits, dots and dashes."
        )
    if any(instrument.symbol == symbol for instrument in instrument_selectors.every()):
        raise UnplayableRecording(f"{symbol} is listed already; a recorded market needs a symbol of its own.")
    units = TradingUnits(tick_size=listing.tick_size, lot_size=LOT_SIZE)
    market = RecordedMarket(symbol, units, _recorder())
    opened = {account.number for account in account_selectors.of_actor(market.actor)}
    # The accounts come first: by them the simulated traders know that they are to leave the instrument alone.
    for number in (market.recorded_account, market.aggressor_account, market.seed_account):
        if number not in opened:
            accounts.open_account(owner=market.actor, kind=AccountKind.HOUSE, currency=CURRENCY, number=number)
    instruments.add(
        symbol=symbol,
        name=f"{symbol}, recorded",
        kind="SHARE",
        currency=CURRENCY,
        tick_size=units.tick_size,
        lot_size=units.lot_size,
        reference_price=units.to_price(listing.reference_ticks),
        band_percent=_band_percent(listing),
        order_qty_max=units.to_quantity(max(listing.largest_order_lots, ORDER_QTY_LOTS_MIN)),
        actor=market.actor,
    )
    return market


def is_recorded(instrument: InstrumentRecord) -> bool:
    """Whether an instrument belongs to a recorded market, which nobody else is to trade while it is played."""
    recorder = user_selectors.actor_named(RECORDER_USERNAME, door=DOOR)
    if recorder is None:
        return False
    opened = {account.number for account in account_selectors.of_actor(recorder)}
    return _recorded_account(instrument.symbol) in opened


def _recorded_account(symbol: str) -> str:
    return f"RM-{symbol}"


def _recorder() -> Actor:
    recorder = users.ensure_process_user(RECORDER_USERNAME, role=Role.OPERATOR, door=DOOR)
    if recorder is None:
        raise UnplayableRecording(f"The user {RECORDER_USERNAME!r} is deactivated.")
    return recorder


def _band_percent(listing: Listing) -> Decimal:
    reach = max(listing.reference_ticks - listing.low_ticks, listing.high_ticks - listing.reference_ticks)
    percent = (Decimal(100 * reach) / listing.reference_ticks).quantize(BAND_PERCENT_STEP, ROUND_CEILING)
    return max(BAND_PERCENT_MIN, percent + BAND_PERCENT_STEP)
