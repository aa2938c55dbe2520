"""What a stream has made a book do: a count of commands, events, reasons and paths, so that no test is vacuous."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from matching.layout import NO_PRICE
from vocabulary.commands import CommandKind, EventKind
from vocabulary.orders import LiquiditySide
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason

PATHS: dict[str, Callable[[Any], bool]] = {
    "an iceberg trades and hides the rest": lambda event: (
        event["liquidity"] == LiquiditySide.MAKER and event["hidden_qty_lots"] > 0
    ),
    "an iceberg takes": lambda event: event["liquidity"] == LiquiditySide.TAKER and event["hidden_qty_lots"] > 0,
    "an opening uncross": lambda event: _is_phase(event, TradingPhase.CONTINUOUS) and event["last_qty_lots"] > 0,
    "a closing uncross": lambda event: _is_phase(event, TradingPhase.CLOSED) and event["last_qty_lots"] > 0,
    "an uncross without a price": lambda event: (
        _is_phase(event, TradingPhase.CLOSED) and event["price_ticks"] == NO_PRICE
    ),
    "an unpriced order in an uncross": lambda event: (
        event["liquidity"] == LiquiditySide.AUCTION and event["price_ticks"] == NO_PRICE
    ),
    "a volatility interruption": lambda event: (
        _is_phase(event, TradingPhase.VOLATILITY_AUCTION) and event["price_ticks"] != NO_PRICE
    ),
    "an order acts in a call": lambda event: (
        event["kind"] == EventKind.TRIGGERED and event["phase"] == TradingPhase.VOLATILITY_AUCTION
    ),
    "an order enters the closing auction": lambda event: (
        event["kind"] == EventKind.TRIGGERED and event["phase"] == TradingPhase.CLOSING_AUCTION
    ),
    "an order acts in a halt": lambda event: (
        event["kind"] == EventKind.TRIGGERED and event["phase"] == TradingPhase.HALTED
    ),
    "a held stop waits": lambda event: event["kind"] == EventKind.TRIGGERED and event["hidden_qty_lots"] > 0,
    "a pegged order follows": lambda event: _is_peg(event) and event["price_ticks"] != NO_PRICE,
    "a pegged order goes aside": lambda event: _is_peg(event) and event["price_ticks"] == NO_PRICE,
    "a pegged order moves in a halt": lambda event: _is_peg(event) and event["phase"] == TradingPhase.HALTED,
    "an order is decremented": lambda event: (
        event["kind"] == EventKind.RESTATED and event["reason"] == RejectReason.SELF_TRADE
    ),
    "many are canceled": lambda event: event["kind"] == EventKind.MASS_ACTION_DONE and event["cum_qty_lots"] > 2,
}
"""Ways through the rules that one event gives away."""


def _is_phase(event: Any, phase: TradingPhase) -> bool:
    return bool(event["kind"] == EventKind.PHASE_CHANGED and event["phase"] == phase)


def _is_peg(event: Any) -> bool:
    return bool(event["kind"] == EventKind.RESTATED and event["reason"] == RejectReason.NONE)


@dataclass
class Tally:
    """The counts so far."""

    commands: Counter[int] = field(default_factory=Counter)
    events: Counter[tuple[int, int]] = field(default_factory=Counter)
    paths: Counter[str] = field(default_factory=Counter)

    def count(self, commands: np.ndarray, events: np.ndarray) -> None:
        self.commands.update(commands["kind"].tolist())
        self.events.update(zip(events["kind"].tolist(), events["reason"].tolist(), strict=True))
        for name, is_on_path in PATHS.items():
            self.paths[name] += sum(map(is_on_path, events))
        triggered = events[events["kind"] == EventKind.TRIGGERED]
        per_command = Counter(triggered["command_seq"].tolist())
        self.paths["three orders act in one command"] += sum(acted >= 3 for acted in per_command.values())

    @property
    def command_kinds(self) -> set[CommandKind]:
        return {CommandKind(kind) for kind in self.commands if kind in list(CommandKind)}

    @property
    def event_kinds(self) -> set[EventKind]:
        return {EventKind(kind) for kind, _ in self.events}

    @property
    def reasons(self) -> set[RejectReason]:
        return {RejectReason(reason) for _, reason in self.events}
