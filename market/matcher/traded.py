"""What a batch's fills come to: the rows of the trades, their fees, and sums over fills. Whole numbers only."""

import numpy as np
from numpy.typing import NDArray

import matching
from market import binary_copy
from market.models.trade import NO_AGGRESSOR
from vocabulary.commands import EventKind
from vocabulary.fees import FREE, FeeRates
from vocabulary.orders import LiquiditySide, Side
from vocabulary.units import TradingUnits

Integers = NDArray[np.int64]

POSTGRES_EPOCH_US = 946_684_800_000_000
TRADE_COLUMNS = (
    "instrument_id",
    "trade_seq",
    "command_seq",
    "event_seq",
    "price_ticks",
    "quantity_lots",
    "aggressor_side",
    "buy_order_id",
    "sell_order_id",
    "buy_account_id",
    "sell_account_id",
    "executed_at",
)
TIME_COLUMNS = ("executed_at",)
FEE_COLUMNS = ("buy_fee_micros", "sell_fee_micros")


def trade_rows(fills: matching.Records, *, times_us: Integers, instrument_id: int) -> binary_copy.Columns:
    """The columns of Trade for these fills, whose times are microseconds since 1970.

    One row for each pair of fills: the core gives the maker's, then the taker's; in an auction the buyer's first.
    """
    first, second = fills[0::2], fills[1::2]
    assert np.array_equal(first["trade_seq"], second["trade_seq"]), "every trade has two sides"
    second_buys = second["side"] == Side.BUY
    columns: binary_copy.Columns = {
        "instrument_id": np.full(len(second), instrument_id),
        "trade_seq": second["trade_seq"],
        "command_seq": second["command_seq"],
        "event_seq": second["event_seq"],
        "price_ticks": second["last_px_ticks"],
        "quantity_lots": second["last_qty_lots"],
        "aggressor_side": np.where(second["liquidity"] == LiquiditySide.TAKER, second["side"], NO_AGGRESSOR),
        "buy_order_id": np.where(second_buys, second["order_id"], first["order_id"]),
        "sell_order_id": np.where(second_buys, first["order_id"], second["order_id"]),
        "buy_account_id": np.where(second_buys, second["account_id"], first["account_id"]),
        "sell_account_id": np.where(second_buys, first["account_id"], second["account_id"]),
        "executed_at": times_us[1::2] - POSTGRES_EPOCH_US,
    }
    assert tuple(columns) == TRADE_COLUMNS, "what is written is what verification reads"
    return columns


def fee_micros_of(fills: matching.Records, *, fees: FeeRates, units: TradingUnits) -> Integers:
    """What each fill costs whom it belongs to, in micro-units."""
    if fees == FREE:
        return np.zeros(len(fills), dtype=np.int64)
    columns = (tick_lots_of(fills).tolist(), fills["last_qty_lots"].tolist(), fills["liquidity"].tolist())
    charged = [
        fees.micros(tick_lots=tick_lots, lots=lots, liquidity=liquidity, units=units)
        for tick_lots, lots, liquidity in zip(*columns, strict=True)
    ]
    return np.array(charged, dtype=np.int64)


def fee_rows(fills: matching.Records, *, fee_micros: Integers) -> binary_copy.Columns:
    """The columns of Trade that say what each side pays, beside what the journal says of it."""
    first, second = fee_micros[0::2], fee_micros[1::2]
    second_buys = fills["side"][1::2] == Side.BUY
    of_buyer, of_seller = np.where(second_buys, second, first), np.where(second_buys, first, second)
    return dict(zip(FEE_COLUMNS, (of_buyer, of_seller), strict=True))


def tick_lots_of(events: matching.Records) -> Integers:
    """Price ticks times quantity lots of each event that is a fill, and zero for the others."""
    is_trade = events["kind"] == EventKind.TRADE
    return np.where(is_trade, events["last_px_ticks"] * events["last_qty_lots"], 0)


def sum_by(positions: Integers, values: Integers, *, count: int) -> Integers:
    """The sums of the values at each of ``count`` positions."""
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, positions, values)
    return sums
