"""One instrument's simulated traders: their seats, and the way between records of the market and views of agents."""

import zlib
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from market.records import InstrumentRecord, OrderRecord, OrderTicket, TopRecord
from simulation.agents.fundamental import FairValue
from simulation.agents.market_maker import MarketMaker
from simulation.agents.view import Agent, Intention, MarketView, OwnOrder, Place
from simulation.agents.zero_intelligence import ZeroIntelligenceTrader
from simulation.services import population
from vocabulary.phases import TradingPhase
from vocabulary.units import TradingUnits


@dataclass(slots=True)
class Seat:
    """An agent, the account it trades, and what it is believed to have open and to hold."""

    account: str
    agent: Agent
    open_orders: dict[int, OwnOrder] = field(default_factory=dict)
    position_lots: int = 0


class Desk:
    """The traders of one instrument: a market maker and some zero-intelligence traders, each with a chance of its own.

    Seeds depend on the instrument's symbol and not on its place in a list, so that a new listing changes nobody's.
    """

    def __init__(self, instrument: InstrumentRecord, *, top: TopRecord, seed: int, noise_rate_per_s: float) -> None:
        self.symbol = instrument.symbol
        self._units = TradingUnits(instrument.tick_size, instrument.lot_size)
        self._reference_ticks = self._units.to_ticks(instrument.reference_price)
        self._low_limit_ticks = self._units.to_ticks(instrument.low_limit_price)
        self._high_limit_ticks = self._units.to_ticks(instrument.high_limit_price)
        self._order_qty_lots_max = self._units.to_lots(instrument.order_qty_max)
        seeds = np.random.SeedSequence([seed, zlib.crc32(instrument.symbol.encode())])
        noise = population.noise_accounts(instrument.currency)
        generators = [np.random.default_rng(child) for child in seeds.spawn(2 + len(noise))]
        self.seats = [Seat(population.maker_account(instrument), self._maker(*generators[:2], top=top))]
        for account, generator in zip(noise, generators[2:], strict=True):
            agent = ZeroIntelligenceTrader(rate_per_s=noise_rate_per_s / len(noise), generator=generator)
            self.seats.append(Seat(account, agent))

    def keeps_to(self, instrument: InstrumentRecord) -> bool:
        """Whether the instrument's limits are those that this desk knows. They are others after a split."""
        limits = (self._units.to_price(self._low_limit_ticks), self._units.to_price(self._high_limit_ticks))
        return limits == (instrument.low_limit_price, instrument.high_limit_price)

    def intentions(self, top: TopRecord, *, elapsed_s: float) -> list[tuple[Seat, Intention]]:
        """What the traders want now, by seat; of each seat cancels come first."""
        bid_ticks, offer_ticks, last_ticks = (
            None if price is None else self._units.to_ticks(price) for price in (top.bid_px, top.offer_px, top.last_px)
        )
        return [
            (seat, intention)
            for seat in self.seats
            for intention in seat.agent.act(
                MarketView(
                    bid_ticks=bid_ticks,
                    offer_ticks=offer_ticks,
                    last_ticks=last_ticks,
                    reference_ticks=self._reference_ticks,
                    low_limit_ticks=self._low_limit_ticks,
                    high_limit_ticks=self._high_limit_ticks,
                    order_qty_lots_max=self._order_qty_lots_max,
                    is_halted=top.phase is TradingPhase.HALTED,
                    own_orders=tuple(seat.open_orders.values()),
                    position_lots=seat.position_lots,
                    elapsed_s=elapsed_s,
                )
            )
        ]

    def ticket(self, seat: Seat, place: Place, *, cl_ord_id: str) -> OrderTicket:
        """The ticket that says in the market's words what an agent wants."""
        return OrderTicket(
            cl_ord_id=cl_ord_id,
            account=seat.account,
            symbol=self.symbol,
            side=place.side,
            ord_type=place.ord_type,
            order_qty=self._units.to_quantity(place.order_qty_lots),
            price=None if place.price_ticks is None else self._units.to_price(place.price_ticks),
            time_in_force=place.time_in_force,
        )

    def forget_open_orders(self) -> None:
        """Make every agent believe that it has nothing open."""
        for seat in self.seats:
            seat.open_orders.clear()

    def note_open(self, order: OrderRecord) -> None:
        """Tell the agent whose account the order is on that it is open; an order that cannot rest is passed over."""
        if order.price is None or not order.ord_status.is_open:
            return
        price_ticks, leaves_lots = self._units.to_ticks(order.price), self._units.to_lots(order.leaves_qty)
        for seat in self.seats:
            if seat.account == order.account:
                seat.open_orders[order.order_id] = OwnOrder(order.order_id, order.side, price_ticks, leaves_lots)

    def hold(self, account: str, *, quantity: Decimal) -> None:
        """Tell the agent that trades this account what the account holds of the instrument, short if negative."""
        lots = self._units.to_lots(abs(quantity)) if quantity else 0
        for seat in self.seats:
            if seat.account == account:
                seat.position_lots = lots if quantity > 0 else -lots

    def _maker(self, values: np.random.Generator, sizes: np.random.Generator, *, top: TopRecord) -> MarketMaker:
        last_ticks = None if top.last_px is None else self._units.to_ticks(top.last_px)
        fair_value = FairValue(
            reference_ticks=self._reference_ticks, start_ticks=last_ticks or self._reference_ticks, generator=values
        )
        return MarketMaker(reference_ticks=self._reference_ticks, fair_value=fair_value, generator=sizes)
