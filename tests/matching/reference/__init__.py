"""The reference book: slow, plain and obviously right.

It is written from the rules of docs/matching.md, not from the kernel: Python integers, lists of orders in the order in
which they got their place, and a search through them for everything.
"""

from tests.matching.reference.book import ReferenceBook

__all__ = ["ReferenceBook"]
