"""Streams of commands for comparing books: every kind of command and of order, mostly sensible, at times hostile.

Ids and accounts are few and prices close together, so that orders meet, links find their partners and stops are
reached.
"""

import os
from typing import Any

import numpy as np
from hypothesis import strategies as st

from matching.layout import COMMAND, NO_PRICE, TERMS
from vocabulary.commands import CommandKind
from vocabulary.orders import (
    ContingencyType,
    ExecInst,
    OrdType,
    PegOffsetType,
    PegPriceType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from vocabulary.phases import AllocationRule, TradingPhase

IS_NIGHTLY = os.environ.get("MARKETOPS_NIGHTLY") == "1"
EXAMPLES = 3_000 if IS_NIGHTLY else 400

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
EXTREMES = [0, 1, -1, 2, 3, 5, 7, 9, 16, 101, -(2**15), 2**15 - 1, 2**31 - 1, -(2**31), 2**31, INT64_MIN, INT64_MAX]

LADDERS = st.sampled_from(
    [(1, 1), (5, 3), (1, 12), (1, 12), (1000, 16), (1000, 64), (1000, 65), (7, 300), (1, 9000), (2**31 - 2**20, 2**20)]
)
ACCOUNTS = 4

LIMIT: dict[str, int] = {"ord_type": OrdType.LIMIT}
MARKET: dict[str, int] = {"ord_type": OrdType.MARKET, "price_ticks": NO_PRICE}
STOP: dict[str, int] = {"ord_type": OrdType.STOP, "price_ticks": NO_PRICE}
TRAILING: dict[str, int] = STOP | {"peg_price_type": PegPriceType.TRAILING_STOP}
PEGGED: dict[str, int] = {"ord_type": OrdType.PEGGED, "price_ticks": NO_PRICE}

SHAPES: list[tuple[float, dict[str, int]]] = [
    (30, LIMIT),
    (4, LIMIT | {"time_in_force": TimeInForce.GTC}),
    (3, LIMIT | {"time_in_force": TimeInForce.GTD}),
    (3, LIMIT | {"time_in_force": TimeInForce.IOC}),
    (4, LIMIT | {"time_in_force": TimeInForce.FOK}),
    (2, LIMIT | {"time_in_force": TimeInForce.AT_THE_OPEN}),
    (3, LIMIT | {"time_in_force": TimeInForce.AT_THE_CLOSE}),
    (5, LIMIT | {"display_qty_lots": 1}),
    (5, LIMIT | {"display_qty_lots": 3}),
    (2, LIMIT | {"display_qty_lots": 2, "time_in_force": TimeInForce.AT_THE_CLOSE}),
    (2, LIMIT | {"min_qty_lots": 2}),
    (2, LIMIT | {"min_qty_lots": 7}),
    (1, LIMIT | {"min_qty_lots": 4, "display_qty_lots": 2}),
    (1, LIMIT | {"min_qty_lots": 3, "time_in_force": TimeInForce.IOC}),
    (2, LIMIT | {"exec_inst": ExecInst.POST_ONLY}),
    (3, LIMIT | {"exec_inst": ExecInst.POST_ONLY | ExecInst.SLIDE}),
    (1, LIMIT | {"exec_inst": ExecInst.POST_ONLY | ExecInst.SLIDE, "display_qty_lots": 2}),
    (3, MARKET),
    (2, {"ord_type": OrdType.MARKET}),
    (1, MARKET | {"time_in_force": TimeInForce.IOC}),
    (1, MARKET | {"time_in_force": TimeInForce.FOK}),
    (1, MARKET | {"time_in_force": TimeInForce.AT_THE_OPEN}),
    (1, MARKET | {"time_in_force": TimeInForce.AT_THE_CLOSE}),
    (1, MARKET | {"min_qty_lots": 5}),
    (6, STOP),
    (2, {"ord_type": OrdType.STOP}),
    (4, {"ord_type": OrdType.STOP_LIMIT}),
    (2, {"ord_type": OrdType.STOP_LIMIT, "display_qty_lots": 2}),
    (3, TRAILING | {"peg_offset": 1}),
    (3, TRAILING | {"peg_offset": 2}),
    (2, TRAILING | {"peg_offset": 400, "peg_offset_type": PegOffsetType.BASIS_POINTS}),
    (3, TRAILING | {"peg_offset": 2, "stop_px_ticks": 0}),
    (1, TRAILING | {"peg_offset": 900, "peg_offset_type": PegOffsetType.BASIS_POINTS, "stop_px_ticks": 0}),
    (3, PEGGED | {"peg_price_type": PegPriceType.PRIMARY}),
    (2, PEGGED | {"peg_price_type": PegPriceType.PRIMARY, "peg_offset": -1}),
    (2, PEGGED | {"peg_price_type": PegPriceType.PRIMARY, "peg_offset": 2}),
    (2, PEGGED | {"peg_price_type": PegPriceType.MARKET}),
    (2, PEGGED | {"peg_price_type": PegPriceType.MARKET, "peg_offset": -3}),
    (3, PEGGED | {"peg_price_type": PegPriceType.MID}),
    (2, {"ord_type": OrdType.PEGGED, "peg_price_type": PegPriceType.PRIMARY}),
    (1, {"ord_type": OrdType.PEGGED, "peg_price_type": PegPriceType.MID, "time_in_force": TimeInForce.GTC}),
]
"""Kinds of order and how often each comes. What a shape does not name is drawn, or 0."""

SELF_TRADE_PREVENTIONS = [SelfTradePrevention.NONE] * 10 + [word for word in SelfTradePrevention if word]
CONTINGENCIES = [ContingencyType.NONE] * 8 + [
    ContingencyType.ONE_CANCELS_THE_OTHER,
    ContingencyType.ONE_CANCELS_THE_OTHER,
    ContingencyType.ONE_TRIGGERS_THE_OTHER,
    ContingencyType.ONE_TRIGGERS_THE_OTHER,
    ContingencyType.ONE_TRIGGERS_THE_OTHER,
]
MAY_BE_LINKED = [TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD]
HANDLING = [ExecInst.NONE, ExecInst.NONE, ExecInst.NONE, ExecInst.CANCEL_ON_HALT, ExecInst.CANCEL_ON_DISCONNECT]
PHASES = [
    TradingPhase.PRE_OPEN,
    TradingPhase.OPENING_AUCTION,
    TradingPhase.CONTINUOUS,
    TradingPhase.CONTINUOUS,
    TradingPhase.VOLATILITY_AUCTION,
    TradingPhase.CLOSING_AUCTION,
    TradingPhase.CLOSED,
]
KINDS = (
    [CommandKind.NEW_ORDER] * 50
    + [CommandKind.CANCEL, CommandKind.REPLACE] * 5
    + [CommandKind.CHANGE_PHASE, CommandKind.RESUME, CommandKind.RESUME, CommandKind.SET_BANDS] * 2
    + [kind for kind in CommandKind if kind >= CommandKind.HALT]
)
HALF_DAY_NS = 500
FEW_IDS = 16


def _hostilities() -> list[dict[str, int]]:
    """Each field of a command gone mad in each way that it can."""
    return [
        {name: value}
        for name in COMMAND.names or ()
        for value in EXTREMES
        if np.iinfo(COMMAND[name]).min <= value <= np.iinfo(COMMAND[name]).max
    ]


CHOICES = st.tuples(
    st.sampled_from(KINDS),
    st.sampled_from([shape for weight, shape in SHAPES for _ in range(int(weight))]),
    st.integers(1, FEW_IDS),
    st.sampled_from([1, 2]),
    st.sampled_from([0, 1, -1, 2, -2, 3, -3, 0, 1, -1]),
    st.sampled_from([1, 2, 3, 5, 7, 10, 20]),
    st.integers(0, 10**6),
    st.sampled_from([{}] * len(_hostilities()) * 19 + _hostilities()),
)
"""What makes a command: kind, shape, id, side, spot, quantity, a number for all that matters less, and hostility."""


def _command(choices: tuple[Any, ...], *, base_ticks: int, levels: int, at: int) -> dict[str, int]:
    """One command, as the fields that are not 0."""
    kind, shape, order_id, side, spot, quantity, other, hostility = choices
    row: dict[str, int] = {
        "kind": kind,
        "side": side,
        "order_id": order_id,
        "account_id": order_id % ACCOUNTS + 1,
        "price_ticks": _spot(spot, base_ticks=base_ticks, levels=levels),
        "order_qty_lots": quantity,
        "transact_time_ns": at,
    }
    stop_px_ticks = _spot(other % 7 - 3, base_ticks=base_ticks, levels=levels)
    if kind == CommandKind.NEW_ORDER:
        row |= _order_terms(shape, order_id=order_id, stop_px_ticks=stop_px_ticks, other=other // 7, at=at)
    elif kind == CommandKind.REPLACE:
        row["stop_px_ticks"] = stop_px_ticks if other // 7 % 2 else 0
        row["price_ticks"] = row["price_ticks"] if other // 14 % 3 else NO_PRICE
    elif kind == CommandKind.CHANGE_PHASE:
        row["phase"] = PHASES[other % len(PHASES)]
    elif kind == CommandKind.MASS_CANCEL:
        row |= {"account_id": other % (ACCOUNTS + 1), "side": other // 5 % 3, "exec_inst": (0, 4, 8)[other // 15 % 3]}
    elif kind == CommandKind.EXPIRE:
        row["order_id"] = order_id if other % 2 else 0
        row["time_in_force"] = TimeInForce.GTD if other // 2 % 2 else TimeInForce.DAY
    elif kind == CommandKind.SET_BANDS:
        for name, width in (("static_band_bps", other % 4), ("dynamic_band_bps", other // 4 % 4)):
            row[name] = min(width * 10_001 // max(1, row["price_ticks"]), 100_000)
    elif kind == CommandKind.SET_ALLOCATION:
        row["allocation"] = other % 2
    elif kind == CommandKind.REBASE:
        row["price_ticks"] = base_ticks + other % 5 - 2
    row.update(hostility)
    return row


def _spot(spot: int, *, base_ticks: int, levels: int) -> int:
    return base_ticks + min(max(levels // 2 + spot, 0), levels - 1)


def _order_terms(shape: dict[str, int], *, order_id: int, stop_px_ticks: int, other: int, at: int) -> dict[str, int]:
    terms: dict[str, int] = {"self_trade_prevention": SELF_TRADE_PREVENTIONS[other % len(SELF_TRADE_PREVENTIONS)]}
    other //= len(SELF_TRADE_PREVENTIONS)
    if shape["ord_type"] in (OrdType.STOP, OrdType.STOP_LIMIT):
        terms["stop_px_ticks"] = stop_px_ticks
    time_in_force = shape.get("time_in_force", TimeInForce.DAY)
    if time_in_force == TimeInForce.GTD:
        terms["expire_time_ns"] = at + 1 + other % 30
    contingency = CONTINGENCIES[other % len(CONTINGENCIES)]
    if contingency and time_in_force in MAY_BE_LINKED and shape["ord_type"] != OrdType.PEGGED:
        terms["contingency_type"] = contingency
        terms["linked_order_id"] = (order_id - 1 + ACCOUNTS * (1 + other // 13 % 3)) % FEW_IDS + 1
    exec_inst = shape.get("exec_inst", 0) | HANDLING[other // 39 % len(HANDLING)]
    return terms | shape | {"exec_inst": exec_inst}


@st.composite
def streams(draw: st.DrawFn, *, length_max: int = 60) -> tuple[tuple[int, int], np.ndarray]:
    """A ladder, as its base and number of levels, and a stream of commands for it."""
    base_ticks, levels = draw(LADDERS)
    length = draw(st.integers(0, length_max))
    drawn = draw(st.lists(CHOICES, min_size=length, max_size=length))
    rows = [_command(choices, base_ticks=base_ticks, levels=levels, at=at) for at, choices in enumerate(drawn)]
    plain = dict.fromkeys(COMMAND.names or (), 0)
    return (base_ticks, levels), np.array([tuple((plain | row).values()) for row in rows], dtype=COMMAND)


@st.composite
def plain_streams(draw: st.DrawFn, *, length_max: int = 60) -> tuple[tuple[int, int], np.ndarray]:
    """A stream of limit and market orders, cancels, replaces, halts and resumes."""
    (base_ticks, levels), commands = draw(streams(length_max=length_max))
    for name in TERMS.names or ():
        commands[name] = 0
    commands["ord_type"] = np.where(commands["ord_type"] == OrdType.MARKET, OrdType.MARKET, OrdType.LIMIT)
    commands["time_in_force"] = np.where(commands["time_in_force"] == TimeInForce.IOC, TimeInForce.IOC, TimeInForce.GTC)
    commands["kind"][commands["kind"] > CommandKind.RESUME] = CommandKind.NEW_ORDER
    return (base_ticks, levels), commands


@st.composite
def busy_streams(draw: st.DrawFn) -> tuple[tuple[int, int], np.ndarray]:
    """Three hundred commands that go deep into the rules, at the price of not shrinking well."""
    seed, ids = draw(st.integers(0, 2**32 - 1)), draw(st.sampled_from([20, 40, 80]))
    ladder = draw(st.sampled_from([(1, 12), (3, 24), (1000, 65)]))
    spread = min(8, ladder[1] // 2)
    return ladder, busy_stream(
        seed=seed, length=300, base_ticks=ladder[0], levels=ladder[1], spread=spread, ids=ids, hostile=0.03
    )


def short_and_busy_streams() -> st.SearchStrategy[tuple[tuple[int, int], np.ndarray]]:
    return st.one_of(streams(), streams(), streams(), busy_streams())


def busy_stream(
    *, seed: int, length: int, base_ticks: int, levels: int, spread: int, ids: int = 120, hostile: float = 0.01
) -> np.ndarray:
    """A long stream around the middle of a ladder; ``hostile`` is the share of commands with a field gone mad."""
    random = np.random.default_rng(seed)
    commands = np.zeros(length, dtype=COMMAND)
    _draw_kinds(commands, random)
    middle = base_ticks + levels // 2
    commands["transact_time_ns"] = np.arange(length)
    commands["side"] = random.choice([1, 2], size=length)
    _draw_ids(commands, random, ids=ids)
    commands["price_ticks"] = _prices(commands, random, middle=middle, spread=spread)
    commands["order_qty_lots"] = random.choice([1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 40], size=length)
    _draw_orders(commands, random, middle=middle, spread=spread)
    _draw_brackets(commands, random, ids=ids)
    commands["account_id"] = commands["order_id"] % ACCOUNTS + 1
    _draw_amendments(commands, random, middle=middle, spread=spread)
    _draw_rules(commands, random, base_ticks=base_ticks, middle=middle, spread=spread)
    for name in ("order_id", "linked_order_id"):
        commands[name] *= 1_000_003
    _go_mad(commands, random, share=hostile)
    return commands


def _draw_kinds(commands: np.ndarray, random: np.random.Generator) -> None:
    """Mostly orders; while the book is closed or halted mostly cancels, and soon it opens again."""
    weights = {
        CommandKind.NEW_ORDER: 0.67,
        CommandKind.CANCEL: 0.12,
        CommandKind.REPLACE: 0.11,
        CommandKind.HALT: 0.003,
        CommandKind.RESUME: 0.03,
        CommandKind.CHANGE_PHASE: 0.025,
        CommandKind.MASS_CANCEL: 0.004,
        CommandKind.EXPIRE: 0.008,
        CommandKind.SET_REFERENCE: 0.006,
        CommandKind.SET_BANDS: 0.01,
        CommandKind.SET_ALLOCATION: 0.004,
        CommandKind.REBASE: 0.005,
        CommandKind.REJECT_ORDER: 0.001,
        CommandKind.REJECT_CANCEL: 0.001,
        CommandKind.REJECT_REPLACE: 0.001,
        CommandKind.CHANGE_ENGINE: 0.001,
        CommandKind.SET_LAST: 0.001,
    }
    commands["kind"] = random.choice(list(weights), p=list(weights.values()), size=len(commands))
    commands["phase"] = random.choice(PHASES, size=len(commands))
    closes = (commands["kind"] == CommandKind.HALT) | (
        (commands["kind"] == CommandKind.CHANGE_PHASE) & (commands["phase"] == TradingPhase.CLOSED)
    )
    lasts = random.integers(5, 25, size=len(commands))
    cancels = random.random(len(commands)) < 0.7
    for at in np.nonzero(closes)[0].tolist():
        opens = min(at + int(lasts[at]), len(commands) - 1)
        commands["kind"][at + 1 : opens][cancels[at + 1 : opens]] = CommandKind.CANCEL
        commands["kind"][opens], commands["phase"][opens] = CommandKind.CHANGE_PHASE, TradingPhase.CONTINUOUS


def _draw_ids(commands: np.ndarray, random: np.random.Generator, *, ids: int) -> None:
    """New orders have any id; amendments and links name an order of not long before."""
    length = len(commands)
    commands["order_id"] = random.integers(1, ids + 1, size=length)
    contingencies = random.choice(CONTINGENCIES, size=length) * (commands["kind"] == CommandKind.NEW_ORDER)
    names_another = np.isin(commands["kind"], [CommandKind.CANCEL, CommandKind.REPLACE, CommandKind.EXPIRE])
    names_another &= random.random(length) < 0.9
    back = random.integers(1, 60, size=length)
    for at in np.nonzero(names_another | (contingencies > 0))[0]:
        named = commands[max(0, at - back[at])]
        if names_another[at]:
            commands["order_id"][at] = named["order_id"]
            continue
        own_id = commands["order_id"][at]
        commands["order_id"][at] = own_id - own_id % ACCOUNTS + named["order_id"] % ACCOUNTS
        commands["linked_order_id"][at] = named["order_id"]
        commands["contingency_type"][at] = contingencies[at]
        if contingencies[at] == ContingencyType.ONE_CANCELS_THE_OTHER:
            commands["side"][at] = named["side"]


def _prices(commands: np.ndarray, random: np.random.Generator, *, middle: int, spread: int) -> np.ndarray:
    """Prices that mostly stand on their own side of the middle, the closer the likelier, and at times cross it."""
    away = random.triangular(-spread / 3, 0, spread, size=len(commands)).astype(np.int64)
    return middle + np.where(commands["side"] == Side.BUY, -away, away)


def _draw_orders(commands: np.ndarray, random: np.random.Generator, *, middle: int, spread: int) -> None:
    length = len(commands)
    is_new = commands["kind"] == CommandKind.NEW_ORDER
    weights = np.array([weight for weight, _ in SHAPES])
    shapes = random.choice(len(SHAPES), p=weights / weights.sum(), size=length)
    toward = np.where(commands["side"] == Side.BUY, 1, -1)
    stop_px = middle + toward * random.integers(-spread // 8 - 1, spread // 2 + 2, size=length)
    commands["exec_inst"][is_new] = random.choice(HANDLING, size=length)[is_new]
    for at, (_, shape) in enumerate(SHAPES):
        rows = is_new & (shapes == at)
        if shape["ord_type"] in (OrdType.STOP, OrdType.STOP_LIMIT):
            commands["stop_px_ticks"][rows] = stop_px[rows]
        for name, value in shape.items():
            commands[name][rows] = value if name != "exec_inst" else commands[name][rows] | value
    commands["self_trade_prevention"][is_new] = random.choice(SELF_TRADE_PREVENTIONS, size=length)[is_new]
    is_gtd = is_new & (commands["time_in_force"] == TimeInForce.GTD)
    commands["expire_time_ns"][is_gtd] = (commands["transact_time_ns"] + random.integers(1, HALF_DAY_NS, size=length))[
        is_gtd
    ]
    may_be_linked = (
        is_new & np.isin(commands["time_in_force"], MAY_BE_LINKED) & (commands["ord_type"] != OrdType.PEGGED)
    )
    for name in ("contingency_type", "linked_order_id"):
        commands[name][~may_be_linked] = 0


def _draw_brackets(commands: np.ndarray, random: np.random.Generator, *, ids: int) -> None:
    """An order in fifty is followed by its take-profit and its stop-loss."""
    entries = np.nonzero(random.random(len(commands)) < 0.02)[0]
    for entry in entries[entries + 2 < len(commands)]:
        rows = commands[entry : entry + 3]
        if not (rows["kind"] == CommandKind.NEW_ORDER).all() or not 0 < rows["order_id"][0] <= ids:
            continue
        is_buy = rows["side"][0] == Side.BUY
        for field in ("exec_inst", "display_qty_lots", "min_qty_lots", "time_in_force", "expire_time_ns"):
            rows[field][1:] = 0
        for field in ("peg_price_type", "peg_offset", "peg_offset_type", "stop_px_ticks"):
            rows[field][1:] = 0
        rows["side"][1:] = Side.SELL if is_buy else Side.BUY
        rows["ord_type"][1:] = [OrdType.LIMIT, OrdType.STOP]
        rows["price_ticks"][2] = NO_PRICE
        rows["stop_px_ticks"][2] = rows["price_ticks"][1] + (-4 if is_buy else 4)
        rows["contingency_type"][1:] = ContingencyType.ONE_TRIGGERS_THE_OTHER
        rows["linked_order_id"][1:] = rows["order_id"][0]
        steps = ACCOUNTS * random.integers(1, max(2, ids // ACCOUNTS), size=2)
        rows["order_id"][1:] = (rows["order_id"][0] - 1 + steps) % ids + 1


def _draw_amendments(commands: np.ndarray, random: np.random.Generator, *, middle: int, spread: int) -> None:
    length = len(commands)
    commands["account_id"][(random.random(length) < 0.01)] += 1
    replaces = commands["kind"] == CommandKind.REPLACE
    moves_stop = replaces & (random.random(length) < 0.15)
    commands["stop_px_ticks"][moves_stop] = (
        middle + random.integers(-spread // 2 - 1, spread // 2 + 2, length)[moves_stop]
    )
    commands["price_ticks"][replaces & (random.random(length) < 0.2)] = NO_PRICE
    mass = commands["kind"] == CommandKind.MASS_CANCEL
    commands["account_id"][mass] = random.integers(0, ACCOUNTS + 1, size=length)[mass]
    commands["side"][mass] = random.integers(0, 3, size=length)[mass]
    commands["exec_inst"][mass] = random.choice([0, 4, 8], size=length)[mass]
    expires = commands["kind"] == CommandKind.EXPIRE
    commands["order_id"][expires & (random.random(length) < 0.5)] = 0
    commands["time_in_force"][expires] = random.choice(
        [TimeInForce.DAY, TimeInForce.GTD, TimeInForce.GTD], size=length
    )[expires]


def _draw_rules(
    commands: np.ndarray, random: np.random.Generator, *, base_ticks: int, middle: int, spread: int
) -> None:
    length = len(commands)
    bands = commands["kind"] == CommandKind.SET_BANDS
    for name in ("static_band_bps", "dynamic_band_bps"):
        widths = random.choice([0, 0, spread // 4 + 1, spread // 2 + 1, spread], size=length)
        commands[name][bands] = np.minimum(widths * 10_000 // middle + 1, 100_000)[bands] * (widths > 0)[bands]
    allocations = commands["kind"] == CommandKind.SET_ALLOCATION
    commands["allocation"][allocations] = random.choice(list(AllocationRule), size=length)[allocations]
    rebases = commands["kind"] == CommandKind.REBASE
    commands["price_ticks"][rebases] = np.maximum(1, base_ticks + random.integers(-2, 3, size=length))[rebases]


def _go_mad(commands: np.ndarray, random: np.random.Generator, *, share: float) -> None:
    for at in np.nonzero(random.random(len(commands)) < share)[0]:
        name = random.choice(COMMAND.names or ())
        bounds = np.iinfo(COMMAND[name])
        commands[name][at] = random.choice([value for value in EXTREMES if bounds.min <= value <= bounds.max])
