"""A business reject before it is recorded."""

from typing import NamedTuple

from vocabulary.rejects import RejectReason


class Refusal(NamedTuple):
    """Why an order is not taken on, and the same in a sentence with its figures."""

    reason: RejectReason
    text: str
