"""What a client of the exchange writes down for itself: each ticket before it is sent, and each answer as it comes.

A file of its own, on the disk before anything else happens, so that it outlives whoever writes it. Four words are
enough: ``invoke``, then ``ok``, ``fail`` (nothing was recorded, the exchange says) or ``info`` (nobody knows). An
``invoke`` that nothing follows is one of which nobody knows, too.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

Key = tuple[str, str]
OF_ANOTHER = frozenset({"unavailable", "in_progress", "cl_ord_id_reused"})
"""Refusals that say nothing of the first ticket with the id: those of the moment, and that of a later, other ticket."""


class ClientJournal:
    """The writing end."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def invoke(self, account: str, cl_ord_id: str, ticket: dict[str, str]) -> None:
        """Write down what is about to be sent."""
        self._write("invoke", account, cl_ord_id, ticket=ticket)

    def ok(self, account: str, cl_ord_id: str, *, order_id: int | None, reject: str) -> None:
        """Write a receipt down: an order that was taken on, or one that was rejected for good."""
        self._write("ok", account, cl_ord_id, order_id=order_id, reject=reject)

    def fail(self, account: str, cl_ord_id: str, *, code: str) -> None:
        """Write down an answer which says that nothing was recorded."""
        self._write("fail", account, cl_ord_id, code=code)

    def info(self, account: str, cl_ord_id: str, *, code: str) -> None:
        """Write down that the outcome is not known."""
        self._write("info", account, cl_ord_id, code=code)

    def _write(self, word: str, account: str, cl_ord_id: str, **more: Any) -> None:
        line = json.dumps({"word": word, "key": [account, cl_ord_id], **more})
        os.write(self._file, f"{line}\n".encode())
        os.fsync(self._file)


@dataclass
class Told:
    """All that one client wrote about one ClOrdID."""

    ticket: dict[str, str]
    words: list[str] = field(default_factory=list)
    order_ids: set[int] = field(default_factory=set)
    rejects: set[str] = field(default_factory=set)
    codes: list[str] = field(default_factory=list)

    @property
    def is_acknowledged(self) -> bool:
        """Whether the exchange said that it has taken the order on."""
        return "" in self.rejects

    @property
    def is_rejected(self) -> bool:
        """Whether the exchange said that it has rejected the order for good."""
        return bool(self.rejects - {""})

    @property
    def is_unknown(self) -> bool:
        """Whether no answer to any of the attempts told the outcome.

        A refusal of one attempt says nothing of others that were not answered, unless it is of the ticket itself: what
        is refused for its form now was refused for it before.
        """
        if "ok" in self.words or self.words.count("invoke") == self.words.count("fail"):
            return False
        return self.words[-1] != "fail" or self.codes[-1] in OF_ANOTHER

    @property
    def is_refused(self) -> bool:
        """Whether every attempt was answered by saying that nothing was recorded."""
        return "ok" not in self.words and not self.is_unknown


class _Line(NamedTuple):
    word: str
    key: Key
    said: dict[str, Any]


def read_all(folder: Path) -> dict[Key, Told]:
    """What all clients wrote, by account and ClOrdID."""
    told: dict[Key, Told] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for word, key, said in _lines(path):
            if word == "invoke":
                told.setdefault(key, Told(said["ticket"]))
            entry = told[key]
            entry.words.append(word)
            if word == "ok":
                entry.rejects.add(said["reject"])
                if said["order_id"] is not None and not said["reject"]:
                    entry.order_ids.add(said["order_id"])
            elif word in ("fail", "info"):
                entry.codes.append(said["code"])
    return told


def _lines(path: Path) -> Iterator[_Line]:
    for text in path.read_text().splitlines():
        said = json.loads(text)
        account, cl_ord_id = said["key"]
        yield _Line(said["word"], (account, cl_ord_id), said)
