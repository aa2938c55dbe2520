"""All simulated traders of the exchange, who come in through the market's services as anybody does."""

import secrets
from collections.abc import Iterator, Sequence
from itertools import count

from access.records import Actor
from market.errors import MarketError, NotFound, Rejected
from market.records import OrderRecord, OrderTicket
from market.selectors import instruments, positions, tops
from market.selectors import orders as order_selectors
from market.services import orders
from simulation.agents.view import Cancel
from simulation.desk import Desk
from simulation.services import population, recorded_markets
from vocabulary import limits

RECONCILE_TICKS = 4
CANCEL_PATIENCE_TICKS = 40


class House:
    """The house's desks, one for each instrument, and what the house believes it has open.

    Receipts say what was placed; every RECONCILE_TICKS ticks the orders and positions themselves are read again.
    """

    def __init__(self, *, actor: Actor, seed: int, noise_rate_per_s: float) -> None:
        self._actor = actor
        self._seed = seed
        self._noise_rate_per_s = noise_rate_per_s
        self._desks: dict[str, Desk] = {}
        # Recorded markets are played, not traded: another order in them would change what follows.
        self._left_alone: set[str] = set()
        self._cl_ord_ids = _cl_ord_ids()
        self._canceled_at: dict[int, int] = {}
        self._ticks = 0
        self._reconciled_at: int | None = None

    def clear_left_overs(self) -> None:
        """Cancel what an earlier run left open."""
        for order in self._read_open_orders():
            self._cancel(order.order_id)

    def distrust(self) -> None:
        """Read everything again before the next tick: an outcome is not known."""
        self._reconciled_at = None

    def tick(self, *, elapsed_s: float) -> int:
        """Let every trader act once on the market as it stands; returns how many orders the exchange took on.

        Raises what the market's services and selectors raise; call ``distrust`` then.
        """
        self._ticks += 1
        if self._reconciled_at is None or self._ticks - self._reconciled_at >= RECONCILE_TICKS:
            self._open_desks()
            self._reconcile()
        tickets: list[OrderTicket] = []
        for top in tops.every():
            desk = self._desks.get(top.symbol)
            if desk is None:
                continue
            for seat, intention in desk.intentions(top, elapsed_s=elapsed_s):
                if isinstance(intention, Cancel):
                    seat.open_orders.pop(intention.order_id, None)
                    self._cancel(intention.order_id)
                else:
                    tickets.append(desk.ticket(seat, intention, cl_ord_id=next(self._cl_ord_ids)))
        # Every cancel is on its way before any order is, so that no trader meets an order that it means to withdraw.
        return self._place_all(tickets)

    def _open_desks(self) -> None:
        # What an option is worth, these traders do not know; what was delisted, nobody trades.
        listed = [one for one in instruments.every() if one.option is None and one.delisted_at is None]
        for instrument in listed:
            desk = self._desks.get(instrument.symbol)
            if desk is not None and not desk.keeps_to(instrument):
                del self._desks[instrument.symbol]
        known = self._desks.keys() | self._left_alone
        fresh = [instrument for instrument in listed if instrument.symbol not in known]
        if not fresh:
            return
        self._left_alone |= {instrument.symbol for instrument in fresh if recorded_markets.is_recorded(instrument)}
        population.ensure_house_traders()
        rate = self._noise_rate_per_s / max(1, sum(instrument.symbol not in self._left_alone for instrument in listed))
        top_of = {top.symbol: top for top in tops.every()}
        for instrument in fresh:
            if instrument.symbol not in self._left_alone:
                top = top_of[instrument.symbol]
                self._desks[instrument.symbol] = Desk(instrument, top=top, seed=self._seed, noise_rate_per_s=rate)

    def _reconcile(self) -> None:
        open_orders = self._read_open_orders()
        held = positions.of_actor(self._actor)
        patient_since = self._ticks - CANCEL_PATIENCE_TICKS
        is_open = {order.order_id for order in open_orders}
        self._canceled_at = {
            order_id: at for order_id, at in self._canceled_at.items() if order_id in is_open and at > patient_since
        }
        for desk in self._desks.values():
            desk.forget_open_orders()
        for order in open_orders:
            if order.order_id not in self._canceled_at and order.symbol in self._desks:
                self._desks[order.symbol].note_open(order)
        for position in held:
            if position.symbol in self._desks:
                self._desks[position.symbol].hold(position.account, quantity=position.quantity)
        self._reconciled_at = self._ticks

    def _read_open_orders(self) -> list[OrderRecord]:
        """Every open order of the house, oldest first."""
        found: list[OrderRecord] = []
        before: int | None = None
        while True:
            page = order_selectors.of_actor(self._actor, is_open=True, before=before, count=limits.PAGE_SIZE_MAX)
            found.extend(page)
            if len(page) < limits.PAGE_SIZE_MAX:
                return found[::-1]
            before = page[-1].order_id

    def _cancel(self, order_id: int) -> None:
        try:
            orders.cancel(order_id, actor=self._actor)
        except (Rejected, NotFound):
            return  # it traded meanwhile
        self._canceled_at[order_id] = self._ticks

    def _place_all(self, tickets: Sequence[OrderTicket]) -> int:
        accepted = 0
        for start in range(0, len(tickets), limits.PLACE_BATCH_MAX):
            for receipt in orders.place_many(tickets[start : start + limits.PLACE_BATCH_MAX], actor=self._actor):
                if isinstance(receipt, MarketError):
                    raise receipt
                if receipt.is_accepted and receipt.order is not None:
                    accepted += 1
                    self._desks[receipt.order.symbol].note_open(receipt.order)
        return accepted


def _cl_ord_ids() -> Iterator[str]:
    """ClOrdIDs that no run before has used: they begin with the run's own random token."""
    run = secrets.token_hex(6)
    return (f"{run}-{number}" for number in count(1))
