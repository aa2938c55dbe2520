"""A friendly face for people who use the core as a library: one call for each thing that can be asked of a book."""

from typing import Any, NamedTuple, Self

import numpy as np

from matching.book import Book, DepthLevel, Indicative, apply
from matching.layout import COMMAND, EVENT, NO_PRICE, Records
from matching.state import digest, restore, snapshot
from vocabulary.commands import CommandKind, EventKind
from vocabulary.orders import (
    ContingencyType,
    OrdType,
    PegOffsetType,
    PegPriceType,
    Side,
    TimeInForce,
)
from vocabulary.phases import AllocationRule, TradingPhase
from vocabulary.rejects import RejectReason

LEVELS = 100_000


class Event(NamedTuple):
    """One event in words, in ticks and lots; ``last_px`` and ``last_qty`` are 0 unless it is a trade."""

    kind: EventKind
    order_id: int
    side: Side | None
    price_ticks: int | None
    leaves_qty: int
    cum_qty: int
    last_px: int
    last_qty: int
    contra_order_id: int
    reason: RejectReason


class Engine:
    """One book and its journal, order by order.

    >>> from matching import Engine
    >>> engine = Engine()
    >>> _ = engine.limit("SELL", 101, 30, order_id=1)
    >>> [(event.kind.name, event.last_qty, event.last_px) for event in engine.market("BUY", 10, order_id=2)]
    [('NEW', 0, 0), ('TRADE', 10, 101), ('TRADE', 10, 101)]
    >>> engine.depth("SELL")
    [DepthLevel(price_ticks=101, qty_lots=20, order_count=1)]

    Orders get the ids from 1 on unless one is given. For many orders at once build COMMAND records and call ``send``:
    that is where the speed is.
    """

    def __init__(
        self, *, base_ticks: int = 1, levels: int = LEVELS, phase: TradingPhase = TradingPhase.CONTINUOUS
    ) -> None:
        """An empty book for the prices from ``base_ticks`` on, ``levels`` of them. Raises ValueError as Book.create."""
        self.book = Book.create(base_ticks=base_ticks, levels=levels, phase=phase)
        self.journal: list[Records] = []
        self._next_order_id = 1

    @classmethod
    def replay(cls, journal: list[Records], **book: Any) -> Self:
        """The engine that these batches of commands lead to, from an empty book made with the same arguments."""
        engine = cls(**book)
        for batch in journal:
            engine.send(batch)
        return engine

    @classmethod
    def restore(cls, data: bytes) -> Self:
        """The engine whose snapshot this is; its journal begins anew. Raises UnreadableSnapshot."""
        engine = cls.__new__(cls)
        engine.book = restore(data)
        engine.journal = []
        engine._next_order_id = 1 + int(engine.book.orders()["order_id"].max(initial=0))
        return engine

    def send(self, commands: Records) -> Records:
        """Apply COMMAND records as they are, and give the EVENT records."""
        self.journal.append(commands)
        self._next_order_id = max(self._next_order_id, 1 + int(commands["order_id"].max(initial=0)))
        return apply(self.book, commands)

    def limit(self, side: str | Side, price: int, quantity: int, **terms: Any) -> list[Event]:
        """A limit order; ``terms`` are further fields of COMMAND, such as ``display_qty_lots=10`` or ``order_id=7``."""
        return self._order(side, quantity, ord_type=OrdType.LIMIT, price_ticks=price, **terms)

    def market(self, side: str | Side, quantity: int, *, protection: int = NO_PRICE, **terms: Any) -> list[Event]:
        """A market order, which trades at no price worse than its protection."""
        return self._order(side, quantity, ord_type=OrdType.MARKET, price_ticks=protection, **terms)

    def stop(
        self, side: str | Side, stop: int, quantity: int, *, limit: int | None = None, **terms: Any
    ) -> list[Event]:
        """A stop order: at market once triggered, or with a limit."""
        ord_type, price = (OrdType.STOP, NO_PRICE) if limit is None else (OrdType.STOP_LIMIT, limit)
        return self._order(side, quantity, ord_type=ord_type, price_ticks=price, stop_px_ticks=stop, **terms)

    def trailing_stop(
        self, side: str | Side, quantity: int, *, ticks: int = 0, basis_points: int = 0, **terms: Any
    ) -> list[Event]:
        """A stop whose price follows the market, so many ticks or basis points behind it."""
        return self._order(
            side,
            quantity,
            ord_type=OrdType.STOP,
            price_ticks=NO_PRICE,
            peg_price_type=PegPriceType.TRAILING_STOP,
            peg_offset_type=PegOffsetType.BASIS_POINTS if basis_points else PegOffsetType.TICKS,
            peg_offset=basis_points or ticks,
            **terms,
        )

    def pegged(
        self, side: str | Side, to: str | PegPriceType, quantity: int, *, offset: int = 0, limit: int = NO_PRICE,
        **terms: Any,
    ) -> list[Event]:  # fmt: skip
        """An order that follows the best price of its side (PRIMARY), of the other one (MARKET), or the MID of both."""
        peg = PegPriceType[to] if isinstance(to, str) else to
        return self._order(
            side, quantity, ord_type=OrdType.PEGGED, price_ticks=limit, peg_price_type=peg, peg_offset=offset, **terms
        )

    def bracket(self, side: str | Side, price: int, quantity: int, *, take_profit: int, stop_loss: int) -> list[Event]:
        """A limit order, and two orders held for it of which one cancels the other once it has filled."""
        opposite = _side(side).opposite
        events = self.limit(side, price, quantity)
        entry = events[0].order_id
        held = {"contingency_type": ContingencyType.ONE_TRIGGERS_THE_OTHER, "linked_order_id": entry}
        events += self.limit(opposite, take_profit, quantity, **held)
        return events + self.stop(opposite, stop_loss, quantity, **held)

    def cancel(self, order_id: int, *, account_id: int = 1) -> list[Event]:
        """Cancel an order of an account."""
        return self._command(CommandKind.CANCEL, order_id=order_id, account_id=account_id)

    def replace(self, order_id: int, price: int, quantity: int, *, account_id: int = 1, **terms: Any) -> list[Event]:
        """Give an order a new price and a new total quantity."""
        return self._command(
            CommandKind.REPLACE,
            order_id=order_id,
            account_id=account_id,
            price_ticks=price,
            order_qty_lots=quantity,
            **terms,
        )

    def change_phase(self, phase: str | TradingPhase) -> list[Event]:
        """Enter a trading phase; into HALTED, halt."""
        wanted = TradingPhase[phase] if isinstance(phase, str) else phase
        if wanted is TradingPhase.HALTED:
            return self._command(CommandKind.HALT)
        return self._command(CommandKind.CHANGE_PHASE, phase=wanted)

    def mass_cancel(self, *, account_id: int = 0, side: int = 0) -> list[Event]:
        """Cancel all orders, of one account or one side if they are named."""
        return self._command(CommandKind.MASS_CANCEL, account_id=account_id, side=side)

    def set_reference(self, price: int) -> list[Event]:
        """Set the reference price, around which the static band lies."""
        return self._command(CommandKind.SET_REFERENCE, price_ticks=price)

    def set_bands(self, *, static_bps: int = 0, dynamic_bps: int = 0) -> list[Event]:
        """Set the widths of the price bands; 0 for none."""
        return self._command(CommandKind.SET_BANDS, static_band_bps=static_bps, dynamic_band_bps=dynamic_bps)

    def set_allocation(self, rule: str | AllocationRule) -> list[Event]:
        """Set how equals at one price share."""
        wanted = AllocationRule[rule] if isinstance(rule, str) else rule
        return self._command(CommandKind.SET_ALLOCATION, allocation=wanted)

    def depth(self, side: str | Side, *, levels: int = 10) -> list[DepthLevel]:
        """The best price levels of a side, best first."""
        return self.book.depth(_side(side), levels=levels)

    def indicative(self) -> Indicative:
        """What an uncross would choose now."""
        return self.book.indicative()

    def snapshot(self) -> bytes:
        """The book in canonical form."""
        return snapshot(self.book)

    def digest(self) -> bytes:
        """The digest of the book's canonical form."""
        return digest(self.book)

    def _order(self, side: str | Side, quantity: int, **terms: Any) -> list[Event]:
        fields = {"order_id": self._next_order_id, "account_id": 1, "time_in_force": TimeInForce.GTC} | terms
        return self._command(CommandKind.NEW_ORDER, side=_side(side), order_qty_lots=quantity, **fields)

    def _command(self, kind: CommandKind, **fields: int) -> list[Event]:
        command = np.zeros(1, dtype=COMMAND)
        command["kind"] = kind
        command["price_ticks"] = NO_PRICE
        for name, value in fields.items():
            command[name] = value
        return [_event(row) for row in self.send(command).tolist()]


def _side(side: str | Side) -> Side:
    return Side[side] if isinstance(side, str) else side


def _event(row: tuple[int, ...]) -> Event:
    column = dict(zip(EVENT.names or (), row, strict=True))
    return Event(
        kind=EventKind(column["kind"]),
        order_id=column["order_id"],
        side=Side(column["side"]) if column["side"] else None,
        price_ticks=None if column["price_ticks"] == NO_PRICE else column["price_ticks"],
        leaves_qty=column["leaves_qty_lots"],
        cum_qty=column["cum_qty_lots"],
        last_px=column["last_px_ticks"],
        last_qty=column["last_qty_lots"],
        contra_order_id=column["contra_order_id"],
        reason=RejectReason(column["reason"]),
    )
