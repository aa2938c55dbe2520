"""The checksum of a book, by which a client proves to itself that its book is the exchange's."""

from collections.abc import Iterable, Sequence
from zlib import crc32


def of_book(bids: Iterable[Sequence[str]], offers: Iterable[Sequence[str]]) -> int:
    """CRC-32 of a book's levels, each a price and a quantity as texts, best first.

    It is over ``price:quantity`` of every level with commas between, the bids, a bar, then the offers, in ASCII:
    ``10.05:300,10.00:120|10.10:80``. An empty book is a mere bar.
    """
    return crc32(f"{_side(bids)}|{_side(offers)}".encode("ascii"))


def _side(levels: Iterable[Sequence[str]]) -> str:
    return ",".join(f"{price}:{quantity}" for price, quantity in levels)
