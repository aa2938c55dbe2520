"""What a command has found out, before anybody has decided how to show it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from vocabulary.exit_status import ExitStatus

CENTS = 2

Row = Sequence[object]


@dataclass(frozen=True)
class Table:
    """Rows under headings; ``empty`` is the sentence shown in the place of a table without rows."""

    columns: Sequence[str]
    rows: Sequence[Row]
    title: str = ""
    empty: str = ""


@dataclass(frozen=True)
class Answer:
    """A command's answer: sentences and tables for a person, and one document for a program."""

    document: object
    sentences: Sequence[str] = ()
    tables: Sequence[Table] = ()
    status: ExitStatus = ExitStatus.OK


def sentence(text: str, **facts: object) -> Answer:
    """One sentence, and the facts it tells."""
    return Answer({"detail": text, **facts}, sentences=[text])


def listing(
    records: Sequence[Any], *, columns: Sequence[str], empty: str, title: str = "", amounts: Collection[str] = ()
) -> Answer:
    """Records of one kind: some of their fields as a table, all of them as the document.

    The columns in ``amounts`` hold money and are shown as such.
    """
    rows = [
        [money(getattr(record, column)) if column in amounts else getattr(record, column) for column in columns]
        for record in records
    ]
    return Answer([as_dict(record) for record in records], tables=[Table(columns, rows, title=title, empty=empty)])


def as_dict(record: Any) -> dict[str, object]:
    """A record's fields by name, without going into what they hold."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def money(amount: Decimal) -> Decimal:
    """The amount with its cents, and beyond them only what is not zero."""
    exponent = amount.normalize().as_tuple().exponent
    assert isinstance(exponent, int), "money is finite"
    return amount.quantize(Decimal(1).scaleb(min(exponent, -CENTS)))
