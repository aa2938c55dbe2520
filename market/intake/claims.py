"""ClOrdIDs: each is claimed once by an account, for ever, with what became of it.

Whoever claims one holds its account's lock. So a ClOrdID that was not used when the lock was had is not used before the
commit, and an order's can be claimed by the statement that writes the order down.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from market import arrays
from market.intake.transaction import fetch
from market.pipelining import Sent
from vocabulary.rejects import RejectReason

Key = tuple[int, str]
"""An account's id and a ClOrdID of it."""


class EarlierUse(NamedTuple):
    """An earlier use of a ClOrdID and what became of it."""

    content_hash: bytes
    order_id: int
    outcome: RejectReason
    outcome_text: str


CLAIM = """
INSERT INTO market_clordiduse (account_id, cl_ord_id, content_hash, order_id, outcome, outcome_text, used_at)
SELECT u.account_id, u.cl_ord_id, u.content_hash, u.order_id, -1, '', now()
  FROM unnest(%s::bigint[], %s::text[], %s::bytea[], %s::bigint[])
       AS u (account_id, cl_ord_id, content_hash, order_id)
 ORDER BY u.account_id, u.cl_ord_id
    ON CONFLICT (account_id, cl_ord_id) DO NOTHING
RETURNING account_id, cl_ord_id
"""


def claim(uses: Sequence[tuple[int, str, bytes, int]]) -> set[Key]:
    """Claim ClOrdIDs for changes of orders; those that are now claimed, the others were used before.

    ``uses`` are account id, ClOrdID, content hash and the order's id. The claims are made in sorted order, so that two
    batches with the same ids cannot wait for each other in a ring.
    """
    account_ids, cl_ord_ids, hashes, order_ids = zip(*uses, strict=True)
    columns = [arrays.of_numbers(account_ids), arrays.of_texts(cl_ord_ids)]
    contents = [arrays.of_bytes(hashes), arrays.of_numbers(order_ids)]
    return {(account_id, cl_ord_id) for account_id, cl_ord_id in fetch(CLAIM, columns + contents)}


USE = "c.account_id, c.cl_ord_id, c.content_hash, c.order_id, c.outcome, c.outcome_text"
# Of each key by itself, so that the server looks both of its parts up in the index, and not all ids of an account.
USES_BY_NUMBER = f"""
SELECT {USE}
  FROM unnest(%s::text[], %s::text[]) AS n (number, cl_ord_id)
  JOIN market_account a ON a.number = n.number
 CROSS JOIN LATERAL (SELECT * FROM market_clordiduse u
                      WHERE u.account_id = a.id AND u.cl_ord_id = n.cl_ord_id LIMIT 1) c
"""
NEXT_ORDER_IDS = "SELECT nextval('market_order_id_seq') FROM generate_series(1, %s)"


class NewIds:
    """A look-up, under way, of which ClOrdIDs were used before, and of order ids for those that were not.

    Call it behind the lock of the accounts; what it found may be asked once the statements are through.
    """

    def __init__(self, named: Sequence[tuple[str, str]]) -> None:
        """``named`` are account numbers with a ClOrdID each."""
        numbers, cl_ord_ids = zip(*named, strict=True) if named else ((), ())
        self._used = Sent(USES_BY_NUMBER, [arrays.of_texts(numbers), arrays.of_texts(cl_ord_ids)])
        self._order_ids = Sent(NEXT_ORDER_IDS, [len(named)])

    def used(self) -> dict[Key, EarlierUse]:
        """What those of the ClOrdIDs that were used before were used for."""
        return _uses_of(self._used.rows())

    def order_ids(self) -> list[int]:
        """As many new order ids as there are ClOrdIDs, in rising order."""
        return [order_id for (order_id,) in self._order_ids.rows()]


def next_order_id() -> int:
    """A new order id."""
    return int(fetch(NEXT_ORDER_IDS, [1])[0][0])


EARLIER_USES = f"""
SELECT {USE}
  FROM market_clordiduse c
  JOIN unnest(%s::bigint[], %s::text[]) AS u (account_id, cl_ord_id)
    ON u.account_id = c.account_id AND u.cl_ord_id = c.cl_ord_id
"""


def earlier_uses(keys: Sequence[Key]) -> dict[Key, EarlierUse]:
    """What these ClOrdIDs were used for before."""
    account_ids, cl_ord_ids = zip(*keys, strict=True)
    return _uses_of(fetch(EARLIER_USES, [arrays.of_numbers(account_ids), arrays.of_texts(cl_ord_ids)]))


def _uses_of(rows: Iterable[tuple[Any, ...]]) -> dict[Key, EarlierUse]:
    return {
        (account_id, cl_ord_id): EarlierUse(bytes(content_hash), order_id, RejectReason(outcome), outcome_text)
        for account_id, cl_ord_id, content_hash, order_id, outcome, outcome_text in rows
    }


NOTE_OUTCOMES = """
UPDATE market_clordiduse c SET outcome = u.outcome, outcome_text = u.outcome_text
  FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::text[]) AS u (account_id, cl_ord_id, outcome, outcome_text)
 WHERE c.account_id = u.account_id AND c.cl_ord_id = u.cl_ord_id
"""


def note_outcomes(rejected: Sequence[tuple[int, str, int, str]]) -> None:
    """Record that tickets were rejected, for ever: of each its account's id and ClOrdID, the reason and its text."""
    if rejected:
        account_ids, cl_ord_ids, reasons, texts = zip(*rejected, strict=True)
        columns = [arrays.of_numbers(account_ids), arrays.of_texts(cl_ord_ids)]
        outcomes = [arrays.of_numbers(map(int, reasons)), arrays.of_texts(texts)]
        with connection.cursor() as cursor:
            cursor.execute(NOTE_OUTCOMES, columns + outcomes)
