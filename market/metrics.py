"""The exchange's counters. Every process keeps its own; ``/metrics`` sums them."""

from prometheus_client import Counter, Gauge, Histogram

ORDERS_TAKEN = Counter("marketops_orders_total", "Order tickets answered by intake, by outcome.", ["outcome"])
COMMANDS_SEQUENCED = Counter("marketops_commands_total", "Commands sequenced by the matching service.")
TRADES = Counter("marketops_trades_total", "Trades settled.")
BATCHES = Counter("marketops_batches_total", "Batches committed by the matching service.")
BATCH_SECONDS = Histogram("marketops_batch_seconds", "Time from a batch's first statement to its commit.")
RESTORES = Counter("marketops_book_restores_total", "Books restored from snapshot and journal.")
SWEPT = Counter("marketops_books_swept_total", "Books that the sweeper found waiting.", ["how"])
QUARANTINED = Counter("marketops_commands_quarantined_total", "Commands kept from their book: the core dies of them.")
CORE_FAILURES = Counter("marketops_core_failures_total", "Batches in which the core failed.")
UNKNOWN_COMMITS = Counter(
    "marketops_unknown_commits_total", "Batches whose commit was not answered, by what had become of them.", ["was"]
)
EVICTIONS = Counter("marketops_book_evictions_total", "Books that left a matcher's memory for others.")
STALLS = Counter("marketops_worker_stalls_total", "Workers that ended themselves because they made no progress.")
WAKE_FAILURES = Counter("marketops_wake_failures_total", "Wake-ups that could not be sent or cleared.")
SESSIONS_EXPIRED = Counter("marketops_sessions_expired_total", "Sessions whose lease ended without a sign of life.")
CLOCK_JUMPS = Counter("marketops_database_clock_jumps_total", "Jumps of the database's clock that a sweeper noticed.")
COMMANDS_VERIFIED = Counter("marketops_commands_verified_total", "Journaled commands verified in the background.")
JOURNAL_BREAKS = Counter("marketops_journal_breaks_total", "Breaks that the background verification found in journals.")
AUDIT_ROWS = Counter("marketops_audit_rows_total", "Rows that the audit has compared, by law.", ["law"])
AUDIT_BROKEN = Gauge(
    "marketops_audit_differences",
    "Differences that the newest look of the audit found, by law.",
    ["law"],
    multiprocess_mode="mostrecent",
)
