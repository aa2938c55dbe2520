"""What an account's own rules say of an order: kill switch, limits, margin. Pure; each rule has its own reason."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from market import margin
from market.margin import Exposure
from market.refusal import Refusal
from market.rows import ListedInstrument, Means, TradedAccount
from vocabulary import limits
from vocabulary.orders import Side
from vocabulary.rejects import RejectReason
from vocabulary.roles import AccountKind

NOTHING = Decimal(0)


class Weight(NamedTuple):
    """What an order, or what a replacement adds to one, weighs in its account.

    ``value`` is that of the lots at the mark, or at the order's own price if that is higher; ``adverse`` what they
    would lose against the mark at the order's worst price, with the worst fees. ``is_near`` says that this price is
    within the collar of a market order around the mark.
    """

    side: Side
    lots: int
    value: Decimal
    adverse: Decimal
    is_near: bool


def collar_ticks(touch_ticks: int) -> int:
    """How far from a price an order at market may trade."""
    return touch_ticks * limits.MARKET_COLLAR_BPS // 10_000 + 1


def weigh(side: Side, *, lots: int, price_ticks: int | None, instrument: ListedInstrument) -> Weight | None:
    """Weigh lots at a price, None for no price; None where the instrument has no mark to weigh them by."""
    mark = instrument.mark_ticks
    if mark is None:
        return None
    edge = instrument.high_limit_ticks if side is Side.BUY else instrument.low_limit_ticks
    worst = edge if price_ticks is None else price_ticks
    off = max(0, worst - mark if side is Side.BUY else mark - worst)
    valued = max(mark, worst if side is Side.BUY else price_ticks or 0)
    units = instrument.units
    fee = instrument.fees.worst(tick_lots=worst * lots, lots=lots, units=units)
    return Weight(
        side=side,
        lots=lots,
        value=units.to_money(valued * lots),
        adverse=units.to_money(off * lots) + fee,
        is_near=off <= collar_ticks(mark),
    )


def check_standing(account: TradedAccount) -> Refusal | None:
    """Whether the account may place and replace at all."""
    if account.kill_reason is not None:
        text = f"The kill switch of account {account.number} is on: {account.kill_reason}"
        return Refusal(RejectReason.ACCOUNT_KILLED, text[: limits.REASON_LENGTH_MAX])
    if account.is_liquidating:
        text = f"The exchange is closing the positions of account {account.number}."
        return Refusal(RejectReason.ACCOUNT_IN_LIQUIDATION, text)
    return None


def check_class(account: TradedAccount, *, symbol: str) -> Refusal | None:
    """Whether the class of the account, if it is in one, trades now, and this instrument."""
    terms = account.class_terms
    if terms is None:
        return None
    name = f"The class of account {account.number}"
    if terms.read_at < terms.starts_at:
        return Refusal(RejectReason.CLASS_NOT_OPEN, f"{name} begins at {terms.starts_at:%Y-%m-%d %H:%M} UTC.")
    if terms.read_at >= terms.ends_at:
        return Refusal(RejectReason.CLASS_NOT_OPEN, f"{name} was over at {terms.ends_at:%Y-%m-%d %H:%M} UTC.")
    if terms.symbols and symbol not in terms.symbols:
        text = f"{name} does not trade {symbol}; it trades {', '.join(sorted(terms.symbols))}."
        return Refusal(RejectReason.INSTRUMENT_NOT_IN_CLASS, text[: limits.REASON_LENGTH_MAX])
    return None


def check_size(
    quantity: Decimal, *, weight: Weight | None, whole_value: Decimal | None, account: TradedAccount
) -> Refusal | None:
    """Hold an order's quantity and value to what one order of the account may be. Without a mark nothing is valued,
    and what is held to a value is refused.
    """
    bounds = account.limits
    if bounds.order_qty_max is not None and quantity > bounds.order_qty_max:
        text = f"order_qty is above the account's largest order, {bounds.order_qty_max.normalize():f}."
        return Refusal(RejectReason.ORDER_QTY_LIMIT, text)
    if account.is_valued and (weight is None or whole_value is None):
        text = "The instrument has no price yet by which the order could be valued."
        return Refusal(RejectReason.NO_REFERENCE_PRICE, text)
    if bounds.order_value_max is not None and whole_value is not None and whole_value > bounds.order_value_max:
        return Refusal(
            RejectReason.ORDER_VALUE_LIMIT,
            f"The order is worth up to {whole_value.normalize():f}; the account's orders may be worth "
            f"{bounds.order_value_max.normalize():f} at most.",
        )
    return None


def check_open_orders(means: Means, *, account: TradedAccount) -> Refusal | None:
    """Hold the number of open orders to what the account may have."""
    most = account.limits.open_orders_max
    if most is None or means.open_orders < most:
        return None
    return Refusal(
        RejectReason.TOO_MANY_OPEN_ORDERS,
        f"The account already has {means.open_orders} open orders and may have {most}; cancel some first.",
    )


def draw(
    means: Means, *, weight: Weight | None, instrument: ListedInstrument, account: TradedAccount
) -> Refusal | None:
    """Hold position, open orders' value, margin and leverage to their limits, and draw the means down by the order."""
    if weight is None or not account.needs_exposures:
        return None
    before = means.exposures.get(instrument.instrument_id) or _untouched(instrument)
    after = before.with_order(weight.side, lots=weight.lots, value=weight.value, adverse=weight.adverse)
    others = [exposure for key, exposure in means.exposures.items() if key != instrument.instrument_id]
    refusal = (
        _check_position(before, weight=weight, instrument=instrument, account=account)
        or _check_unexecuted([*others, after], account=account)
        or _check_margin(before, after, others=others, weight=weight, means=means, account=account)
    )
    if refusal is None:
        means.exposures[instrument.instrument_id] = after
    return refusal


def _untouched(instrument: ListedInstrument) -> Exposure:
    return Exposure(
        lot_value=instrument.units.to_money(instrument.mark_ticks or 0),
        initial_bps=instrument.initial_margin_bps,
        maintenance_bps=instrument.maintenance_margin_bps,
        written_lot_margin=instrument.written_lot_margin,
    )


def _check_position(
    before: Exposure, *, weight: Weight, instrument: ListedInstrument, account: TradedAccount
) -> Refusal | None:
    most = account.limits.position_qty_max
    if most is None or before.closes(weight.side, lots=weight.lots):
        return None
    if weight.side is Side.BUY:
        reached, word = before.position_lots + before.buy_lots + weight.lots, "long"
    else:
        reached, word = before.sell_lots + weight.lots - before.position_lots, "short"
    quantity = instrument.units.to_quantity(reached)
    if quantity <= most:
        return None
    return Refusal(
        RejectReason.POSITION_LIMIT,
        f"With its open orders the account would be {word} {quantity:f} {instrument.symbol}; it may be "
        f"{most.normalize():f}.",
    )


def _check_unexecuted(exposures: Sequence[Exposure], *, account: TradedAccount) -> Refusal | None:
    most = account.limits.unexecuted_value_max
    value = sum((exposure.value for exposure in exposures), NOTHING)
    if most is None or value <= most:
        return None
    return Refusal(
        RejectReason.UNEXECUTED_VALUE_LIMIT,
        f"The account's open orders would be worth {value.normalize():f}; they may be worth {most.normalize():f}.",
    )


def _check_margin(
    before: Exposure,
    after: Exposure,
    *,
    others: Sequence[Exposure],
    weight: Weight,
    means: Means,
    account: TradedAccount,
) -> Refusal | None:
    """Hold a MARGIN account to its equity. What only makes a position smaller, near the mark, is always taken on."""
    if account.kind is not AccountKind.MARGIN:
        return None
    if weight.is_near and before.closes(weight.side, lots=weight.lots):
        return None
    assert means.cash is not None, "a MARGIN account's cash is read with its exposures"
    equity = margin.equity(means.cash, [*others, before])
    required = margin.required([*others, after])
    if required > equity:
        available = equity - margin.required([*others, before])
        return Refusal(
            RejectReason.INSUFFICIENT_BUYING_POWER,
            f"With the order the account's margin would be {required.normalize():f}; its equity is "
            f"{equity.normalize():f}, of which {available.normalize():f} is available.",
        )
    return _check_leverage(margin.gross_value([*others, after]), equity=equity, account=account)


def _check_leverage(value: Decimal, *, equity: Decimal, account: TradedAccount) -> Refusal | None:
    most = account.limits.leverage_max
    if most is None or value <= most * equity:
        return None
    return Refusal(
        RejectReason.LEVERAGE_LIMIT,
        f"The account's positions would be worth {value.normalize():f}, more than {most.normalize():f} times its "
        f"equity of {equity.normalize():f}.",
    )
