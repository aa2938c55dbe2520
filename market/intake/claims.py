"""ClOrdIDs: each is claimed once by an account, for ever, with what became of it."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection

from market import arrays
from market.intake.transaction import fetch
from market.pipelining import Sent
from vocabulary.rejects import RejectReason


class EarlierUse(NamedTuple):
    """An earlier use of a ClOrdID and what became of it."""

    content_hash: bytes
    order_id: int
    outcome: RejectReason
    outcome_text: str


CLAIM = """
INSERT INTO market_clordiduse (account_id, cl_ord_id, content_hash, order_id, outcome, outcome_text, used_at)
SELECT u.account_id, u.cl_ord_id, u.content_hash,
       COALESCE(u.order_id, nextval('market_order_id_seq')), -1, '', now()
  FROM unnest(%s::bigint[], %s::text[], %s::bytea[], %s::bigint[])
       AS u (account_id, cl_ord_id, content_hash, order_id)
 ORDER BY u.account_id, u.cl_ord_id
    ON CONFLICT (account_id, cl_ord_id) DO NOTHING
RETURNING account_id, cl_ord_id, order_id
"""


class Claim:
    """ClOrdIDs that are being claimed; what became of it may be asked once the statement is through.

    The claims are made in sorted order, so that two batches with the same ids cannot wait for each other in a ring.
    """

    def __init__(self, uses: Sequence[tuple[int, str, bytes, int | None]]) -> None:
        """``uses`` are account id, ClOrdID, content hash and order id; an order id of None gets the next one."""
        account_ids, cl_ord_ids, hashes, order_ids = zip(*uses, strict=True)
        columns = [
            arrays.of_numbers(account_ids),
            arrays.of_texts(cl_ord_ids),
            arrays.of_bytes(hashes),
            arrays.of_numbers(order_ids),
        ]
        self._sent = Sent(CLAIM, columns)

    def order_ids(self) -> dict[tuple[int, str], int]:
        """The order id of each ClOrdID that is now claimed, by account id and ClOrdID; others were used before."""
        return {(account_id, cl_ord_id): order_id for account_id, cl_ord_id, order_id in self._sent.rows()}


EARLIER_USES = """
SELECT c.account_id, c.cl_ord_id, c.content_hash, c.order_id, c.outcome, c.outcome_text
  FROM market_clordiduse c
  JOIN unnest(%s::bigint[], %s::text[]) AS u (account_id, cl_ord_id)
    ON u.account_id = c.account_id AND u.cl_ord_id = c.cl_ord_id
"""


def earlier_uses(keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], EarlierUse]:
    """What these ClOrdIDs were used for before."""
    account_ids, cl_ord_ids = zip(*keys, strict=True)
    return {
        (row[0], row[1]): EarlierUse(bytes(row[2]), row[3], RejectReason(row[4]), row[5])
        for row in fetch(EARLIER_USES, [arrays.of_numbers(account_ids), arrays.of_texts(cl_ord_ids)])
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
