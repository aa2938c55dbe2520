"""Orders: what participants hand in, and where an order stands."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter

from market import entry_ids
from market.records.often_made import often_made
from vocabulary.orders import (
    ContingencyType,
    ExecInst,
    OrdStatus,
    OrdType,
    PegOffsetType,
    PegPriceType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from vocabulary.rejects import RejectReason


@dataclass(frozen=True, slots=True)
class OrderTicket:
    """What a participant hands in: an order in their own words, not yet checked against instrument or account.

    What stands after ``time_in_force`` are its terms; a plain order names none of them. ``price`` is the limit of a
    LIMIT, STOP_LIMIT or PEGGED order, ``protection_px`` the worst price at which a MARKET or STOP order trades.
    ``peg_offset`` is a difference of prices, or a whole number of basis points, as ``peg_offset_type`` says.
    ``linked_cl_ord_id`` names the order of the same account that ``contingency_type`` ties this one to.
    """

    cl_ord_id: str
    account: str
    symbol: str
    side: Side
    ord_type: OrdType
    order_qty: Decimal
    price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    stop_px: Decimal | None = None
    protection_px: Decimal | None = None
    display_qty: Decimal | None = None
    min_qty: Decimal | None = None
    exec_inst: ExecInst = ExecInst.NONE
    self_trade_prevention: SelfTradePrevention = SelfTradePrevention.NONE
    peg_price_type: PegPriceType = PegPriceType.NONE
    peg_offset_type: PegOffsetType = PegOffsetType.TICKS
    peg_offset: Decimal | None = None
    expire_time: datetime | None = None
    linked_cl_ord_id: str | None = None
    contingency_type: ContingencyType = ContingencyType.NONE

    @property
    def has_terms(self) -> bool:
        """Whether the order names anything beyond what a plain one does."""
        return terms_of_ticket(self) != PLAIN_TERMS

    @property
    def is_plain(self) -> bool:
        """Whether the order is of a type and a time in force that need no terms, and names none."""
        return self.ord_type in PLAIN_TYPES and self.time_in_force is not TimeInForce.GTD and not self.has_terms


PLAIN_TYPES = (OrdType.MARKET, OrdType.LIMIT)
TERM_FIELDS = (
    "stop_px",
    "protection_px",
    "display_qty",
    "min_qty",
    "exec_inst",
    "self_trade_prevention",
    "peg_price_type",
    "peg_offset_type",
    "peg_offset",
    "expire_time",
    "linked_cl_ord_id",
    "contingency_type",
)
PLAIN_TERMS = (
    None,
    None,
    None,
    None,
    ExecInst.NONE,
    SelfTradePrevention.NONE,
    PegPriceType.NONE,
    PegOffsetType.TICKS,
    None,
    None,
    None,
    ContingencyType.NONE,
)
terms_of_ticket = attrgetter(*TERM_FIELDS)


@dataclass(frozen=True, slots=True)
class ReplaceTicket:
    """A change to an open order. ``order_qty`` is the new total, as in FIX.

    ``price`` is the new limit, or for a MARKET or STOP order its protection; None leaves it as it is, as ``stop_px``
    does the stop price of a stop that waits.
    """

    cl_ord_id: str
    order_id: int
    order_qty: Decimal
    price: Decimal | None = None
    stop_px: Decimal | None = None


@often_made
class OrderRecord:
    """Where an order stands, in the instrument's own units; ``price`` is None for a market order or a stop.

    A pegged order's ``price`` is its limit and ``pegged_price`` where it stands now. Terms that the order does not name
    are None. ``is_liquidation`` marks an order by which the exchange closes a position.
    """

    order_id: int
    cl_ord_id: str
    account: str
    symbol: str
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    order_qty: Decimal
    price: Decimal | None
    ord_status: OrdStatus
    cum_qty: Decimal
    leaves_qty: Decimal
    avg_px: Decimal | None
    reject_reason: RejectReason
    reject_text: str
    created_at: datetime
    transact_time: datetime
    stop_px: Decimal | None = None
    protection_px: Decimal | None = None
    display_qty: Decimal | None = None
    min_qty: Decimal | None = None
    exec_inst: ExecInst = ExecInst.NONE
    self_trade_prevention: SelfTradePrevention | None = None
    peg_price_type: PegPriceType | None = None
    peg_offset_type: PegOffsetType | None = None
    peg_offset: Decimal | None = None
    pegged_price: Decimal | None = None
    expire_time: datetime | None = None
    linked_order_id: int | None = None
    contingency_type: ContingencyType | None = None
    is_liquidation: bool = False

    @property
    def md_entry_id(self) -> str:
        """Its name in full depth; worked out when it is asked for, which most records never are."""
        return entry_ids.of_order(self.order_id)


@often_made
class Receipt:
    """The exchange's answer to a ticket: where its order stands, and whether this very ticket was handed in before.

    ``reject`` is NONE for an accepted ticket. A reject is recorded: the same ticket gets the same answer for ever.
    ``order`` is None when the rejected ticket could not be written down as an order.
    """

    order: OrderRecord | None
    replayed: bool = False
    reject: RejectReason = RejectReason.NONE
    reject_text: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether the exchange took the order on."""
        return self.reject is RejectReason.NONE


@dataclass(frozen=True, slots=True)
class OrderPreview:
    """What placing an order would come to now. Nothing of it is recorded.

    ``taken_qty`` would trade at once at ``taken_px`` on average; ``value`` is that and the rest at the order's own
    price, None when neither book nor order names a price for all of it. ``fee`` is below zero for a rebate. What the
    order and the others of its package would hold back leaves ``buying_power_after`` of ``buying_power``.
    """

    reject: RejectReason
    reject_text: str
    taken_qty: Decimal
    taken_px: Decimal | None
    value: Decimal | None
    fee: Decimal | None
    buying_power: Decimal
    buying_power_after: Decimal
