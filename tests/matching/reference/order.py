"""An open order, with its terms, where it stands and what it is linked to."""

from dataclasses import dataclass, field
from enum import IntEnum

from matching.layout import NO_PRICE
from vocabulary.orders import ContingencyType, ExecInst, OrdType, PegPriceType, TimeInForce


class Place(IntEnum):
    """Where an order stands; NOWHERE while it takes or waits in the acting queue."""

    NOWHERE = 0
    BOOK = 1
    STOPS = 2
    ASIDE = 3


@dataclass(eq=False, kw_only=True)
class Order:
    """An order. ``price_ticks`` is where it stands, ``limit_price_ticks`` a pegged order's own limit."""

    order_id: int
    account_id: int
    side: int
    ord_type: int
    time_in_force: int
    price_ticks: int
    order_qty: int
    exec_inst: int
    self_trade_prevention: int
    peg_price_type: int
    peg_offset_type: int
    peg_offset: int
    stop_px_ticks: int
    display_qty: int
    min_qty: int
    expire_time_ns: int
    limit_price_ticks: int = 0
    cum_qty: int = 0
    shown_qty: int = 0
    entered_seq: int = 0
    place: Place = Place.NOWHERE
    is_triggered: bool = False
    is_held: bool = False
    partner: "Order | None" = None
    parent: "Order | None" = None
    held: list["Order"] = field(default_factory=list)

    @classmethod
    def of(cls, command: dict[str, int]) -> "Order":
        is_pegged = command["ord_type"] == OrdType.PEGGED
        return cls(
            order_id=command["order_id"],
            account_id=command["account_id"],
            side=command["side"],
            ord_type=command["ord_type"],
            time_in_force=command["time_in_force"],
            price_ticks=NO_PRICE if is_pegged else command["price_ticks"],
            limit_price_ticks=command["price_ticks"] if is_pegged else 0,
            order_qty=command["order_qty_lots"],
            exec_inst=command["exec_inst"],
            self_trade_prevention=command["self_trade_prevention"],
            peg_price_type=command["peg_price_type"],
            peg_offset_type=command["peg_offset_type"],
            peg_offset=command["peg_offset"],
            stop_px_ticks=command["stop_px_ticks"],
            display_qty=command["display_qty_lots"],
            min_qty=command["min_qty_lots"],
            expire_time_ns=command["expire_time_ns"],
            is_held=command["contingency_type"] == ContingencyType.ONE_TRIGGERS_THE_OTHER,
        )

    @property
    def leaves_qty(self) -> int:
        return self.order_qty - self.cum_qty

    @property
    def is_untriggered_stop(self) -> bool:
        return self.ord_type in (OrdType.STOP, OrdType.STOP_LIMIT) and not self.is_triggered

    @property
    def is_trailing(self) -> bool:
        return self.peg_price_type == PegPriceType.TRAILING_STOP

    @property
    def is_pegged(self) -> bool:
        return self.ord_type == OrdType.PEGGED

    @property
    def is_post_only(self) -> bool:
        return bool(self.exec_inst & ExecInst.POST_ONLY)

    @property
    def slides(self) -> bool:
        return bool(self.exec_inst & ExecInst.SLIDE)

    @property
    def never_rests_in_continuous(self) -> bool:
        return self.ord_type in (OrdType.MARKET, OrdType.STOP) or self.is_immediate

    @property
    def is_immediate(self) -> bool:
        return self.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)

    @property
    def shows(self) -> int:
        """What of the order can trade before it loses its turn."""
        if self.display_qty == 0:
            return self.leaves_qty
        if self.place == Place.BOOK:
            return self.shown_qty
        return min(self.display_qty, self.leaves_qty)

    @property
    def hidden_qty(self) -> int:
        """The part of the leaves that no depth shows."""
        has_no_price = self.place == Place.BOOK and self.price_ticks == NO_PRICE
        if self.is_untriggered_stop or self.place == Place.ASIDE or has_no_price:
            return self.leaves_qty
        return self.leaves_qty - self.shows

    def show_afresh(self) -> None:
        self.shown_qty = min(self.display_qty, self.leaves_qty)

    def show_no_more_than_it_has(self) -> None:
        self.shown_qty = min(self.shown_qty, self.leaves_qty)
