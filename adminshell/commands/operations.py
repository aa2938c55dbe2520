"""Commands that look behind the market: whose orders and accounts, what waits, who did what."""

from access.selectors import audit
from adminshell.answers import Answer, Table, as_dict, listing
from adminshell.grammar import Command, Invocation, Parameter, count_to, symbol
from market.selectors import accounts, books, inbox, orders, workers
from vocabulary import limits

ROWS_SHOWN = 50
AUDIT_ENTRIES_SHOWN = 20
AMOUNTS = ("deposits", "cash", "reserved", "buying_power")
ACCOUNT_COLUMNS = ("number", "kind", "currency", *AMOUNTS)
BOOK_COLUMNS = ("symbol", "status", "status_reason", "inbox_depth", "oldest_inbox_age_s", "command_seq", "event_seq")


def list_orders(invocation: Invocation) -> Answer:
    """The newest open orders of everybody."""
    found = orders.of_everybody(
        actor=invocation.actor, symbol=invocation.symbol(), is_open=True, count=limits.PAGE_SIZE_DEFAULT
    )
    columns = ("order_id", "account", "symbol", "side", "ord_type", "price", "order_qty", "leaves_qty", "ord_status")
    return listing(found, columns=columns, empty="No order is open.")


def list_accounts(invocation: Invocation) -> Answer:
    """The accounts of everybody."""
    found = accounts.every(actor=invocation.actor, count=limits.PAGE_SIZE_MAX)
    return listing(found, columns=ACCOUNT_COLUMNS, amounts=AMOUNTS, empty="No account has been opened yet.")


def list_workers(invocation: Invocation) -> Answer:
    """The matching's backlog and its workers' rates."""
    states, recent, queues = books.states(), workers.recent(), workers.queues()
    rates = [(one.worker, one.batches, one.commands, one.commands_per_s, one.last_commit_age_s) for one in recent]
    return Answer(
        {"workers": recent, "queues": queues, "books": states},
        tables=[
            Table(
                ("worker", "batches", "commands", "commands/s", "last commit (s ago)"),
                rates,
                title="Commits of the last minute",
                empty="Nobody has committed anything in the last minute.",
            ),
            Table(
                ("queue", "messages"),
                [(queue.name, queue.messages) for queue in queues or ()],
                title="Queues",
                empty="Redis does not answer: books are drained by the sweepers.",
            ),
            Table(
                BOOK_COLUMNS,
                [[getattr(state, column) for column in BOOK_COLUMNS] for state in states],
                title="Books",
                empty="No instrument is listed yet.",
            ),
        ],
    )


def list_inbox(invocation: Invocation) -> Answer:
    """The commands that have waited longest."""
    found = inbox.oldest(count=ROWS_SHOWN)
    columns = ("inbox_id", "symbol", "kind", "order_id", "age_s")
    return listing(found, columns=columns, empty="Nothing waits: every command is sequenced.")


def list_audit(invocation: Invocation) -> Answer:
    """The newest audit entries, the newest last."""
    found = audit.newest(count=invocation.number("count", default=AUDIT_ENTRIES_SHOWN))
    columns = ("happened_at", "actor_name", "door", "address", "action", "subject", "detail")
    rows = [[getattr(entry, column) for column in columns] for entry in reversed(found)]
    return Answer([as_dict(entry) for entry in found], tables=[Table(columns, rows)])


COMMANDS = (
    Command(
        "orders",
        f"The newest {limits.PAGE_SIZE_DEFAULT} open orders of everybody.",
        list_orders,
        [Parameter("symbol", symbol, is_optional=True)],
    ),
    Command("accounts", "The accounts of everybody.", list_accounts),
    Command("workers", "Who matches, how fast, and what waits for whom.", list_workers),
    Command("inbox", f"The {ROWS_SHOWN} commands that have waited longest.", list_inbox),
    Command(
        "audit",
        f"The newest audit entries; {AUDIT_ENTRIES_SHOWN} unless told.",
        list_audit,
        [Parameter("count", count_to(limits.PAGE_SIZE_MAX), is_optional=True)],
    ),
)
