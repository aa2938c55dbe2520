"""What trades, transfers and corporate actions make of the positions of one book, followed in order. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from market import average_cost, entitlements
from market.average_cost import Holding
from market.entitlements import Entitlement

STEP = Decimal("0.00000001")


class Transfer(NamedTuple):
    """A transfer's row. ``action_id`` is None for one that takes or gives lots at its price, whatever brought it."""

    transfer_id: int
    after_trade_seq: int
    giver: int
    taker: int
    lots: int
    lot_price: Decimal
    amount: Decimal
    action_id: int | None


class Action(NamedTuple):
    """A corporate action of which what each account is given follows from what it holds: a dividend or a split.

    ``lot_amount`` is the money for a lot: of the dividend, or at which the split's fractions are paid.
    """

    action_id: int
    after_trade_seq: int
    after_transfer_id: int
    lot_amount: Decimal
    new_units: int | None
    old_units: int | None


@dataclass
class Tally:
    """What movements make of one account's position, in lots and whole steps of money."""

    held: Holding = field(default_factory=Holding)
    cash_steps: int = 0
    fee_steps: int = 0

    def move(self, signed_lots: int, lot_price_steps: int, fee_steps: int = 0) -> None:
        """A fill, or what is like one."""
        self.held = average_cost.after_fill(self.held, signed_lots=signed_lots, lot_price_steps=lot_price_steps)
        self.cash_steps -= signed_lots * lot_price_steps + fee_steps
        self.fee_steps += fee_steps

    def told(self) -> tuple[int, Decimal, Decimal, Decimal]:
        """Quantity, cash, fees and cost, as a position's row has them."""
        return self.held.lots, self.cash_steps * STEP, self.fee_steps * STEP, self.held.cost_steps * STEP


class Tallies:
    """The positions of one book, by account id; ``broken`` are the accounts that an action gave something else."""

    def __init__(self, *, exchange_id: int | None, transfers: Sequence[Transfer], actions: Sequence[Action]) -> None:
        self.of: dict[int, Tally] = defaultdict(Tally)
        self.broken: set[int] = set()
        self._exchange_id = exchange_id
        self._given: dict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
        ids = {action.action_id for action in actions}
        for transfer in transfers:
            if transfer.action_id in ids:
                self._note(transfer)
        priced = (transfer for transfer in transfers if transfer.action_id not in ids)
        self._waiting = list(_in_order(priced, actions))

    def catch_up(self, *, before: int) -> None:
        """Follow what stands behind the trades before this one, by its number."""
        while self._waiting and self._waiting[0].after_trade_seq < before:
            happened = self._waiting.pop(0)
            if isinstance(happened, Action):
                self._carry_out(happened)
            else:
                price_steps = int(happened.lot_price / STEP)
                self.of[happened.giver].move(-happened.lots, price_steps)
                self.of[happened.taker].move(happened.lots, price_steps)

    def _note(self, transfer: Transfer) -> None:
        """Note what an action's transfer gave to the account that is not the exchange's."""
        assert transfer.action_id is not None, "only transfers of actions are noted"
        amount = int(transfer.amount / STEP)
        if transfer.taker == self._exchange_id:
            self._given[transfer.action_id][transfer.giver] = (-transfer.lots, -amount)
        else:
            self._given[transfer.action_id][transfer.taker] = (transfer.lots, amount)

    def _carry_out(self, action: Action) -> None:
        others = {one: tally for one, tally in self.of.items() if one != self._exchange_id and tally.held.lots}
        due = {one: _entitlement(tally.held, action=action) for one, tally in others.items()}
        given = self._given[action.action_id]
        expected = {one: (what.lots, what.money_steps) for one, what in due.items() if what.lots or what.money_steps}
        self.broken |= {one for one in expected.keys() | given.keys() if expected.get(one) != given.get(one)}
        for one, what in due.items():
            self.of[one].held = what.held
            self.of[one].cash_steps += what.money_steps
        self._carry_out_for_the_exchange(action, due=due)

    def _carry_out_for_the_exchange(self, action: Action, *, due: dict[int, Entitlement]) -> None:
        if self._exchange_id is None or not due:
            return
        own = self.of[self._exchange_id]
        own.cash_steps -= sum(what.money_steps for what in due.values())
        if action.new_units is not None and action.old_units is not None:
            own.held = entitlements.after_split_of_exchange(
                own.held,
                new=action.new_units,
                old=action.old_units,
                lot_price_steps=int(action.lot_amount / STEP),
                lots=-sum(what.held.lots for what in due.values()),
            )


def _in_order(priced: Iterator[Transfer], actions: Sequence[Action]) -> list[Transfer | Action]:
    """By the trade that each stands behind, and among those of one trade as they were written down."""
    places: list[tuple[int, int, int, Transfer | Action]] = [
        *((one.after_trade_seq, one.transfer_id, 0, one) for one in priced),
        *((one.after_trade_seq, one.after_transfer_id, one.action_id, one) for one in actions),
    ]
    return [place[-1] for place in sorted(places, key=lambda place: place[:3])]


def _entitlement(held: Holding, *, action: Action) -> Entitlement:
    steps = int(action.lot_amount / STEP)
    if action.new_units is None or action.old_units is None:
        return entitlements.of_dividend(held, lot_steps=steps)
    return entitlements.of_split(held, new=action.new_units, old=action.old_units, lot_price_steps=steps)
