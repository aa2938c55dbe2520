"""The reference book's entrance: commands in, events out."""

import hashlib
from collections.abc import Callable
from typing import Self

import numpy as np

from matching.layout import COMMAND, EVENT
from tests.matching.reference import amendments, entry, pegs, phases, refusals, rules, uncross
from tests.matching.reference.state import BookState
from tests.matching.reference.uncross import Indication
from vocabulary.commands import CommandKind
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason

HANDLERS: dict[int, Callable[[BookState, dict[str, int]], None]] = {
    CommandKind.NEW_ORDER: entry.new_order,
    CommandKind.CANCEL: amendments.cancel,
    CommandKind.REPLACE: amendments.replace,
    CommandKind.HALT: phases.halt,
    CommandKind.RESUME: phases.resume,
    CommandKind.CHANGE_PHASE: phases.change,
    CommandKind.MASS_CANCEL: amendments.mass_cancel,
    CommandKind.EXPIRE: amendments.expire,
    CommandKind.SET_REFERENCE: rules.set_reference,
    CommandKind.SET_BANDS: rules.set_bands,
    CommandKind.SET_ALLOCATION: rules.set_allocation,
    CommandKind.REBASE: rules.rebase,
    CommandKind.REJECT_ORDER: refusals.reject_order,
    CommandKind.REJECT_CANCEL: refusals.reject_cancel,
    CommandKind.REJECT_REPLACE: refusals.reject_replace,
    CommandKind.CHANGE_ENGINE: rules.change_engine,
    CommandKind.SET_LAST: rules.set_last,
}


class ReferenceBook(BookState):
    """The rules of the book, one command at a time."""

    @classmethod
    def create(cls, *, base_ticks: int, levels: int, phase: TradingPhase = TradingPhase.CONTINUOUS) -> Self:
        return cls(base_ticks=base_ticks, levels=levels, phase=phase)

    def apply(self, commands: np.ndarray) -> np.ndarray:
        self.events = []
        for row in commands:
            self._apply_one(dict(zip(COMMAND.names or (), row.item(), strict=True)))
        return np.array(self.events, dtype=EVENT)

    def indicative(self) -> Indication:
        """What an uncross would do now: price, quantity and imbalance."""
        return uncross.indicate(self)

    def digest(self) -> bytes:
        return hashlib.blake2b(self.snapshot(), digest_size=32).digest()

    def _apply_one(self, command: dict[str, int]) -> None:
        self.command_seq += 1
        handler = HANDLERS.get(command["kind"])
        if handler is None:
            self.reject(command, RejectReason.INVALID_COMMAND)
        else:
            handler(self, command)
        entry.act(self)
        follows = self.phase in (TradingPhase.CONTINUOUS, TradingPhase.HALTED)
        if follows and command["kind"] != CommandKind.HALT:
            pegs.follow(self)
