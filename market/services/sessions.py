"""Sessions that cancel on disconnect: who opens one is heard of again in time, or loses the orders that depend on it.

A session is a lease on a row, by the database's clock. A door renews it for its participant while the connection
lives; a sweeper ends it when nobody does. Orders with CANCEL_ON_DISCONNECT depend on every session of their account;
the switch ``cancel_all_after`` is a session on which all orders of an account depend.
"""

from collections.abc import Iterable
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import QuerySet

from access.records import Actor
from market import intake, wake
from market.command_terms import CommandTerms
from market.errors import InvalidRequest, NotFound
from market.intake import InboxRow
from market.models import SessionLease
from market.records import SessionRecord
from market.rows import TradedAccount
from vocabulary import limits
from vocabulary.commands import CommandKind
from vocabulary.identifiers import is_cl_ord_id
from vocabulary.orders import ExecInst

ALL_ORDERS = ExecInst.NONE
SWITCH = ".cancel-all-after"
"""The name of the switch's session: the dot keeps it apart from every name that a client may choose."""

OPEN = """
INSERT INTO market_sessionlease AS l (account_id, session, user_id, token, exec_inst, timeout_s, opened_at, expires_at)
VALUES (%(account_id)s, %(session)s, %(user_id)s, %(token)s, %(exec_inst)s, %(timeout_s)s, clock_timestamp(),
        clock_timestamp() + make_interval(secs => %(timeout_s)s))
    ON CONFLICT (account_id, session) DO UPDATE
   SET user_id = excluded.user_id, token = excluded.token, timeout_s = excluded.timeout_s,
       opened_at = excluded.opened_at, expires_at = excluded.expires_at
RETURNING expires_at
"""
RENEW = """
UPDATE market_sessionlease SET expires_at = clock_timestamp() + make_interval(secs => timeout_s)
 WHERE token = ANY(%s)
RETURNING token
"""


def open_session(account: str, *, session: str, timeout_s: int, actor: Actor) -> SessionRecord:
    """Open a session of an account, or take over the one of this name: who held it can renew it no more.

    From now on it is to be renewed within ``timeout_s`` seconds each time; otherwise the account's orders with
    CANCEL_ON_DISCONNECT are canceled. Raises NotFound for an account that is not the actor's, InvalidRequest.
    """
    if not is_cl_ord_id(session):
        detail = "session must be 1 to 64 letters, digits, dashes and underscores."
        raise InvalidRequest(detail, field="session")
    _check_timeout(timeout_s, lowest=1)
    return _open(account, session=session, timeout_s=timeout_s, exec_inst=ExecInst.CANCEL_ON_DISCONNECT, actor=actor)


def renew(tokens: Iterable[UUID]) -> frozenset[UUID]:
    """Give each of these sessions its whole time-out again, in one statement; the tokens of those that still live.

    The others have ended or were taken over, and cannot be brought back: open them anew. A token is the right to renew.
    """
    wanted = list(tokens)
    if not wanted:
        return frozenset()
    with intake.acknowledging_transaction(), connection.cursor() as cursor:
        cursor.execute(RENEW, [wanted])
        return frozenset(row[0] for row in cursor.fetchall())


def close(token: UUID, *, cancels: bool) -> int:
    """End a session as its client wishes, and with ``cancels`` have the orders canceled that depend on it.

    Returns how many orders that concerns. A session that has ended already is left alone.
    """
    with intake.acknowledging_transaction():
        books = end(SessionLease.objects.filter(token=token), cancels=cancels)
    if books is None:
        return 0
    for symbol, _, _ in books:
        wake.wake(symbol)
    return sum(count for _, _, count in books)


def cancel_all_after(account: str, *, timeout_s: int, actor: Actor) -> SessionRecord | None:
    """Arm the switch that cancels all orders of an account in ``timeout_s`` seconds, or begin its time anew.

    0 disarms it, and None is the answer. Orders placed after it has acted are not touched: it acts once. Raises
    NotFound for an account that is not the actor's, InvalidRequest.
    """
    _check_timeout(timeout_s, lowest=0)
    if timeout_s:
        return _open(account, session=SWITCH, timeout_s=timeout_s, exec_inst=ALL_ORDERS, actor=actor)
    with intake.acknowledging_transaction():
        traded = _traded(account, actor=actor)
        SessionLease.objects.filter(account_id=traded.account_id, session=SWITCH).delete()
    return None


def end(sessions: "QuerySet[SessionLease]", *, cancels: bool) -> list[tuple[str, int, int]] | None:
    """End the one session that is asked for, in the caller's transaction; None when there is none (any more).

    With ``cancels`` its dependent orders are asked to be canceled; the books are given as symbol, id and orders. The
    account is locked first, so that an order which is being placed comes before the cancel or after the end.
    """
    account_id = sessions.values_list("account_id", flat=True).first()
    if account_id is None:
        return None
    intake.lock_account(account_id)
    lease = sessions.select_for_update().first()
    if lease is None:
        return None
    lease.delete()
    books = intake.open_orders_of_account(account_id, exec_inst=lease.exec_inst) if cancels else []
    terms = CommandTerms(exec_inst=lease.exec_inst)
    for _, instrument_id, _ in books:
        intake.insert_inbox(InboxRow(CommandKind.MASS_CANCEL, instrument_id, account_id=account_id, terms=terms))
    return books


def _check_timeout(timeout_s: int, *, lowest: int) -> None:
    if not lowest <= timeout_s <= limits.SESSION_TIMEOUT_S_MAX:
        detail = f"timeout_s must be {lowest} to {limits.SESSION_TIMEOUT_S_MAX} seconds."
        raise InvalidRequest(detail, field="timeout_s")


def _open(account: str, *, session: str, timeout_s: int, exec_inst: ExecInst, actor: Actor) -> SessionRecord:
    token = uuid4()
    with intake.acknowledging_transaction(), connection.cursor() as cursor:
        traded = _traded(account, actor=actor)
        cursor.execute(
            OPEN,
            {
                "account_id": traded.account_id,
                "session": session,
                "user_id": actor.user_id,
                "token": token,
                "exec_inst": exec_inst.value,
                "timeout_s": timeout_s,
            },
        )
        expires_at = cursor.fetchone()[0]
    return SessionRecord(token, account=account, session=session, timeout_s=timeout_s, expires_at=expires_at)


def _traded(account: str, *, actor: Actor) -> TradedAccount:
    traded = intake.lock_accounts([account], actor=actor).get(account)
    if traded is None:
        raise NotFound("You have no such account.", field="account")
    return traded
