"""Every planted bug: what it breaks, which promise that is, and who finds it in which words."""

from tests.faults import hash_seeds
from tests.faults.planted import elsewhere, in_intake, in_matcher
from tests.faults.planted.bug import PlantedBug, driver, promise_test

DURABLE = "An acknowledged order survives the death of any process."
ONCE = "An id makes one order, and a command is applied once."
IN_ORDER = "Per book there is one order of commands, and it is that of their arrival."
REPLAYS = "The journal replays to the same bytes."
WOKEN = "A lost wake-up costs a moment and nothing else."
ONE_HISTORY = "Only one history of a book exists."
IN_STEP = "Whoever follows the feed holds the book as it is."
EXACT = "Money is counted exactly."
PERMITTED = "Nobody does what they may not do."
ONLY_GROWS = "What has happened stays."

REGISTER: tuple[PlantedBug, ...] = (
    PlantedBug(
        "answer-before-commit", "the answer leaves before the commit", DURABLE, in_intake.answer_before_the_commit,
        *driver("an intake dies after its answer", times=1), "acknowledged and lost",
    ),
    PlantedBug(
        "commits-not-waited-for", "synchronous_commit is off", DURABLE, in_intake.commits_are_not_waited_for,
        *driver("PostgreSQL is killed", times=3), "acknowledged and lost|answered with another order",
    ),
    PlantedBug(
        "fsync-not-asked-for", "a commit is acknowledged before the disk has it", DURABLE,
        elsewhere.nobody_asks_for_fsync,
        *promise_test(
            "tests/marketops_site/postgres/test_safety.py"
            "::test_an_unsafe_setting_is_named_with_its_value_and_what_would_be_right[fsync-off-on]"
        ),
        r"FAILED tests/marketops_site/postgres/test_safety.py.*fsync",
    ),
    PlantedBug(
        "cursor-over-ids", "what commits late is skipped", DURABLE, in_matcher.a_cursor_instead_of_what_is_there,
        *driver("an order commits late", times=1), "in its book's journal exactly once",
    ),
    PlantedBug(
        "flag-cleared-after-look", "a wake-up is lost", WOKEN, in_matcher.the_flag_is_cleared_after_the_look,
        *driver("an order comes in the midst of a drain", times=24), "an order waits and nobody was woken",
    ),
    PlantedBug(
        "flag-without-end", "a lost wake-up is never made good", WOKEN, in_matcher.the_flag_has_no_end,
        *driver("a wake-up is lost", times=1), "put its book to sleep",
    ),
    PlantedBug(
        "no-row-lock", "two workers hold one book", ONE_HISTORY, in_matcher.no_lock_on_the_row,
        *driver("a worker looks in on another's book", times=1), "two workers have held one book",
    ),
    PlantedBug(
        "no-version-check", "a stale book is matched on", ONE_HISTORY, in_matcher.no_check_of_the_version,
        *driver("workers take turns and batches fail", times=4), "no book stands still|journals do not verify",
    ),
    PlantedBug(
        "book-moved-before-commit", "a book in memory is ahead of the truth", ONE_HISTORY,
        in_matcher.the_book_moves_before_the_commit,
        *driver("workers take turns and batches fail", times=20), "no book stands still|journals do not verify",
    ),
    PlantedBug(
        "book-kept-after-failed-commit", "a batch that never was is matched on", ONE_HISTORY,
        in_matcher.the_book_is_kept_after_a_failed_commit,
        *driver("workers take turns and batches fail", times=4), "no book stands still|journals do not verify",
    ),
    PlantedBug(
        "told-before-commit", "readers hear of what never happens", IN_STEP, in_matcher.told_before_the_commit,
        *driver("batches fail before followers", times=10), "told of trades that never happened",
    ),
    PlantedBug(
        "hint-taken-for-truth", "a gap in the hints becomes a gap in the book", IN_STEP,
        elsewhere.a_hint_is_taken_for_the_truth,
        *driver("hints go wrong", times=20), "a follower (holds another book|does not get to)|trades are missing",
    ),
    PlantedBug(
        "snapshot-without-sequence", "nobody can tell where to go on", IN_STEP,
        elsewhere.a_snapshot_without_its_sequence,
        *driver("hints go wrong", times=1), "SequenceGap",
    ),
    PlantedBug(
        "lease-deleted-by-anybody", "a lease is taken from its holder", ONE_HISTORY,
        in_matcher.a_lease_is_deleted_whosever_it_is,
        *driver("a lease runs out", times=1), "a lease was taken from its holder",
    ),
    PlantedBug(
        "ids-of-open-orders-only", "a ticket sent again is a second order", ONCE,
        in_intake.ids_are_kept_for_open_orders_only,
        *driver("an id is used again", times=1), "an id was taken for a new order",
    ),
    PlantedBug(
        "fees-as-floats", "a fee is off by a micro-unit", EXACT, elsewhere.fees_are_floats,
        *promise_test("tests/vocabulary/test_fees.py"), "FAILED tests/vocabulary/test_fees.py",
    ),
    PlantedBug(
        "core-walks-a-set", "the same commands give another book in another process", REPLAYS,
        in_matcher.the_core_walks_a_set, hash_seeds.find, "replays under several hash seeds",
        "another book under another",
    ),
    PlantedBug(
        "core-reads-the-clock", "a replay gives other bytes", REPLAYS, in_matcher.the_core_reads_the_clock,
        *driver("a cancel comes right after its order", times=1), "journals do not verify|no book stands still",
    ),
    PlantedBug(
        "accounts-locked-as-they-come", "two batches wait for each other", ONCE,
        in_intake.accounts_are_locked_as_they_come,
        *driver("batches lock accounts in opposite orders", times=12), "waited for each other in a ring",
    ),
    PlantedBug(
        "quarantine-without-trial", "an innocent command is kept from its book", DURABLE,
        in_matcher.quarantined_without_a_trial,
        *driver("a matcher is killed", times=4), "no command is quarantined by mistake",
    ),
    PlantedBug(
        "cancels-overtake", "a cancel comes before its own order", IN_ORDER, in_matcher.cancels_overtake,
        *driver("a cancel comes right after its order", times=1), "nothing asks for an order before the order itself",
    ),
    PlantedBug(
        "one-action-unguarded", "a trader cancels somebody else's order", PERMITTED, elsewhere.one_action_asks_nobody,
        *promise_test("tests/ws_api/test_who_may_do_what.py::test_each_caller_gets_the_answer_that_is_theirs"),
        "FAILED tests/ws_api/test_who_may_do_what.py",
    ),
    PlantedBug(
        "budget-read-then-written", "a caller gets more than a budget holds", PERMITTED,
        elsewhere.a_budget_is_read_and_then_written,
        *promise_test("tests/access/rates/test_buckets.py::test_many_at_once_never_get_more_than_there_is"),
        r"FAILED tests/access/rates/test_buckets.py",
    ),
    PlantedBug(
        "truncate-allowed", "the audit log can be emptied", ONLY_GROWS, elsewhere.truncating_is_allowed,
        *promise_test(
            "tests/market/test_append_only.py::test_a_row_written_stays_as_it_is[TRUNCATE {}-access_auditentry]"
        ),
        r"FAILED tests/market/test_append_only.py.*TRUNCATE",
    ),
)  # fmt: skip
