"""Following the market socket without touching a network: what to do with each message, and what to say to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from marketops_client.local_book import LocalBook, OutOfStep
from marketops_client.reading import read, read_all
from marketops_client.records import Ticker, Trade

CHANNELS = ("trades", "depth", "ticker")
REPAIR = "repair:"


@dataclass(frozen=True, slots=True)
class BookUpdate:
    """A book has changed; it stands in ``books``."""

    symbol: str
    sequence: int


@dataclass(frozen=True, slots=True)
class TradesUpdate:
    """Trades, each once and in their order."""

    symbol: str
    trades: tuple[Trade, ...]


@dataclass(frozen=True, slots=True)
class TickerUpdate:
    """The market at a glance."""

    symbol: str
    ticker: Ticker


Update = BookUpdate | TradesUpdate | TickerUpdate
Request = dict[str, Any]


@dataclass(slots=True)
class _Tape:
    """How far the trades of a symbol have come: by events, and by the number of the last trade.

    ``may_jump`` when what was missed cannot be had: the next snapshot is taken as it is.
    """

    epoch: str = ""
    sequence: int = -1
    last_trade_id: int = 0
    may_jump: bool = False


@dataclass(slots=True)
class Follower:
    """The books and tapes of all symbols that are followed. ``take`` gives the news; ``requests`` are to be sent."""

    books: dict[str, LocalBook] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    _tapes: dict[str, _Tape] = field(default_factory=dict)
    _repairing: set[str] = field(default_factory=set)

    def connected(self, symbols: Iterable[str]) -> None:
        """A connection is new: subscribe. Books begin anew, tapes go on where they ended."""
        self._repairing.clear()
        for book in self.books.values():
            book.is_in_step = False
        self.requests = [_subscription(symbols)]

    def take(self, message: Mapping[str, Any]) -> list[Update]:
        """What a message of the exchange says."""
        match message["type"]:
            case "snapshot":
                return self._begin(message)
            case "depth":
                return self._follow_book(message)
            case "trades":
                return self._follow_tape(message)
            case "ticker":
                return [TickerUpdate(message["symbol"], read(Ticker, message))]
            case "heartbeat":
                return self._compare(message)
            case "replayed":
                return self._repaired(message)
            case "error" if str(message.get("id")).startswith(REPAIR):
                self._repair_was_refused(str(message["id"]).removeprefix(REPAIR), code=message["code"])
        return []

    def _begin(self, snapshot: Mapping[str, Any]) -> list[Update]:
        symbol = snapshot["symbol"]
        if snapshot["channel"] == "ticker":
            return [TickerUpdate(symbol, read(Ticker, snapshot))]
        if snapshot["channel"] == "trades":
            return self._begin_tape(snapshot)
        if snapshot["channel"] != "depth":
            return []
        book = self.books.setdefault(symbol, LocalBook(symbol))
        try:
            book.begin(snapshot)
        except OutOfStep:
            self._begin_anew(symbol)
            return []
        return [BookUpdate(symbol, book.sequence)]

    def _begin_tape(self, snapshot: Mapping[str, Any]) -> list[Update]:
        symbol = snapshot["symbol"]
        tape = self._tapes.setdefault(symbol, _Tape())
        goes_on = tape.epoch == snapshot["epoch"]
        if not goes_on:
            tape.epoch, tape.last_trade_id, tape.sequence = snapshot["epoch"], 0, snapshot["last_sequence"]
        rows = snapshot["trades"]
        if goes_on and not tape.may_jump and rows and rows[0]["trade_id"] > tape.last_trade_id + 1:
            # More has traded than a snapshot holds: what lies between is asked for.
            self._repair(symbol)
            return []
        tape.sequence, tape.may_jump = snapshot["last_sequence"], False
        return self._news(symbol, rows)

    def _follow_book(self, message: Mapping[str, Any]) -> list[Update]:
        book = self.books.get(message["symbol"])
        if book is None:
            return []
        before = book.sequence
        try:
            if not book.follow(message):
                self._repair(book.symbol)
        except OutOfStep:
            self._begin_anew(book.symbol)
        return [BookUpdate(book.symbol, book.sequence)] if book.sequence != before else []

    def _follow_tape(self, message: Mapping[str, Any]) -> list[Update]:
        tape = self._tapes.get(message["symbol"])
        if tape is None or (message["epoch"] == tape.epoch and message["last_sequence"] <= tape.sequence):
            return []
        if message["epoch"] != tape.epoch or message["first_sequence"] > tape.sequence + 1:
            self._repair(message["symbol"])
            return []
        tape.sequence = message["last_sequence"]
        return self._news(message["symbol"], message["trades"])

    def _news(self, symbol: str, rows: list[Mapping[str, Any]]) -> list[Update]:
        """The trades that were not told before."""
        tape = self._tapes[symbol]
        fresh = [row for row in rows if row["trade_id"] > tape.last_trade_id]
        if not fresh:
            return []
        tape.last_trade_id = fresh[-1]["trade_id"]
        return [TradesUpdate(symbol, tuple(read_all(Trade, fresh)))]

    def _compare(self, heartbeat: Mapping[str, Any]) -> list[Update]:
        """A heartbeat says how far each channel has come: if this has less, a message was lost.

        What has all of it stands where the market does, whose last events need not have touched it.
        """
        symbol, told, newest = heartbeat["symbol"], heartbeat["channels"], heartbeat["last_sequence"]
        book, tape = self.books.get(symbol), self._tapes.get(symbol)
        if tape is not None and tape.epoch == heartbeat["epoch"]:
            if tape.sequence < told.get("trades", -1):
                self._repair(symbol)
            else:
                tape.sequence = max(tape.sequence, newest)
        if book is None or book.epoch != heartbeat["epoch"]:
            return []
        if book.sequence < told.get("depth", -1):
            book.is_in_step = False
            self._repair(symbol)
        elif book.is_in_step and book.sequence < newest:
            book.sequence = newest
            return [BookUpdate(symbol, newest)]
        return []

    def _repair(self, symbol: str) -> None:
        """Ask for what is missing, once at a time."""
        if symbol in self._repairing:
            return
        book, tape = self.books.get(symbol), self._tapes.get(symbol)
        if book is None or tape is None or book.epoch != tape.epoch:
            self._begin_anew(symbol)
            return
        self._repairing.add(symbol)
        first = min(book.sequence, tape.sequence) + 1
        wanted = {"channels": ["trades", "depth"], "symbol": symbol, "epoch": book.epoch, "from": first}
        self.requests.append({"op": "replay", "id": REPAIR + symbol, **wanted})

    def _repaired(self, replayed: Mapping[str, Any]) -> list[Update]:
        symbol = replayed["symbol"]
        self._repairing.discard(symbol)
        updates = [update for message in replayed["messages"] for update in self.take(message)]
        if replayed["last_sequence"] < replayed["newest_sequence"]:
            self._repair(symbol)
        elif (book := self.books.get(symbol)) is not None and book.sequence >= replayed["last_sequence"]:
            book.is_in_step = True
        return updates

    def _repair_was_refused(self, symbol: str, *, code: str) -> None:
        """The range cannot be had: begin with a snapshot. One that was asked for too soon is asked for again."""
        self._repairing.discard(symbol)
        if code == "throttled":
            return  # the next message finds the gap again
        if symbol in self._tapes:
            self._tapes[symbol].may_jump = True
        self._begin_anew(symbol)

    def _begin_anew(self, symbol: str) -> None:
        """What is held is not to be trusted: take a snapshot of everything."""
        self._repairing.discard(symbol)
        if symbol in self.books:
            self.books[symbol].is_in_step = False
        self.requests.append(_subscription([symbol]))


def _subscription(symbols: Iterable[str]) -> Request:
    return {"op": "subscribe", "channels": list(CHANNELS), "symbols": list(symbols)}
