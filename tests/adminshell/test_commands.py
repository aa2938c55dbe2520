"""Each command over the real client: what it says to a person, to a program and to the shell that called."""

import json

import pytest

from market.selectors import instruments, orders
from market.services import trading
from tests.adminshell.conftest import Door, commands_in_audit
from tests.market_place import MarketPlace
from vocabulary.phases import TradingPhase

READING_COMMANDS = (
    "status", "instruments", "book ACME", "book ACME 3", "queue ACME", "queue ACME 3", "orders", "orders ACME",
    "trades ACME", "trades ACME 5", "accounts", "workers", "inbox", "audit", "audit 5", "help", "help halt",
    "halt --help", "exit --help",
)  # fmt: skip


def busy(market: MarketPlace) -> int:
    """A market with a trade, a resting order and one that still waits; the resting order's id."""
    market.trade(10, "10.00")
    resting = market.house_places("SELL", 7, "10.50").order
    market.drain()
    market.place("BUY", 3, "9.00")
    return resting.order_id


def test_every_reading_command_answers_a_person_and_a_program(door: Door, market: MarketPlace):
    resting = busy(market)

    shown = door.ssh(text="\n".join(READING_COMMANDS))
    parsed = door.ssh(text="\n".join(f"{command} --json" for command in READING_COMMANDS))

    assert (shown.returncode, shown.stderr) == (0, "")
    assert "ACME   CONTINUOUS\n" in shown.stdout
    assert (parsed.returncode, parsed.stderr) == (0, "")
    assert [bool(json.loads(line)) for line in parsed.stdout.splitlines()] == [True] * len(READING_COMMANDS)
    statuses = [entry.detail["exit_status"] for entry in commands_in_audit() if entry.detail["stage"] == "done"]
    assert statuses == [0] * 2 * len(READING_COMMANDS)
    assert [order.order_id for order in orders.of_everybody(actor=market.operator, is_open=True, count=9)][1:] == [
        resting
    ]


def test_what_the_reading_commands_say_is_what_the_exchange_holds(door: Door, market: MarketPlace):
    resting = busy(market)

    def ask(command: str):
        return json.loads(door.ssh(command, "--json").stdout)

    status = ask("status")
    assert (status["redis"], status["instruments"], status["halted"], status["inbox_depth"]) == ("up", 1, 0, 1)
    assert ask("book ACME")["offers"] == [{"price": "10.50", "quantity": "7", "order_count": 1}]
    [offer] = ask("queue ACME")["offers"]
    assert (offer["price"], offer["quantity"], offer["queue_position"]) == ("10.50", "7", 1)
    assert [(trade["price"], trade["quantity"]) for trade in ask("trades ACME")] == [("10.00", "10")]
    assert [order["ord_status"] for order in ask("orders ACME")] == ["PENDING_NEW", "NEW"]
    assert ask("orders")[1]["order_id"] == resting
    assert {account["number"] for account in ask("accounts")} == {market.account, "HOUSE"}
    assert [(command["symbol"], command["kind"]) for command in ask("inbox")] == [("ACME", "NEW_ORDER")]
    workers = ask("workers")
    assert [queue["name"] for queue in workers["queues"]] == ["match.0", "general"]
    assert workers["books"][0]["inbox_depth"] == 1
    assert sum(worker["commands"] for worker in workers["workers"]) == 3


def test_a_cancel_of_anybodys_order_is_carried_out(door: Door, market: MarketPlace):
    resting = busy(market)

    done = door.ssh("cancel", str(resting))

    assert (done.returncode, done.stdout) == (0, f"Order {resting}: the cancel is on its way.\n")
    market.drain()
    again = door.ssh("cancel", str(resting))
    assert (again.returncode, again.stdout, again.stderr) == (7, "", "The order is no longer open.\n")


def test_cancel_all_empties_a_book_and_leaves_the_others_alone(door: Door, market: MarketPlace):
    market.list("BOLT")
    acme = [market.house_places("SELL", 1, f"10.{cents}").order.order_id for cents in (10, 20, 30)]
    bolt = market.house_places("SELL", 1, "10.10", symbol="BOLT").order.order_id
    market.drain()
    acme.append(market.place("BUY", 1, "9.00").order.order_id)  # still before the matcher

    done = door.ssh("cancel-all", "acme", "--json")

    assert json.loads(done.stdout) == {"detail": "ACME: 4 cancels are on the way.", "symbol": "ACME", "orders": 4}
    market.drain()
    market.drain("BOLT")
    assert json.loads(door.ssh("orders ACME --json").stdout) == []
    assert [order["order_id"] for order in json.loads(door.ssh("orders BOLT --json").stdout)] == [bolt]
    assert {entry.subject for entry in commands_in_audit()} >= {"cancel-all acme --json"}


BAD_COMMANDS = (
    ("frobnicate", 2, "There is no command 'frobnicate'.\nusage: help\n"),
    ("book", 2, "SYMBOL is missing.\nusage: book SYMBOL [LEVELS]\n"),
    ("book ACME 0", 2, "'0' is not a number from 1 to 1000.\nusage: book SYMBOL [LEVELS]\n"),
    ("book ACME 5 x", 2, "'x' is one word too many.\nusage: book SYMBOL [LEVELS]\n"),
    ("book NOPE", 4, "There is no instrument NOPE.\n"),
    ("trades NOPE", 4, "There is no instrument NOPE.\n"),
    ("orders NOPE", 4, "There is no instrument NOPE.\n"),
    ("watch NOPE", 4, "There is no instrument NOPE.\n"),
    ("halt NOPE", 4, "There is no instrument NOPE.\n"),
    ("resume NOPE", 4, "There is no instrument NOPE.\n"),
    ("cancel-all NOPE", 4, "There is no instrument NOPE.\n"),
    ("cancel 999999", 4, "There is no such order.\n"),
    ("cancel -1", 2, "'-1' is not an order id.\nusage: cancel ORDER\n"),
    ("cancel 99999999999999999999", 4, "There is no such order.\n"),
    ("status; halt", 2, "There is no command 'status;'.\nusage: help\n"),
    ("status `halt`", 2, "'`halt`' is one word too many.\nusage: status\n"),
    ("status $(halt)", 2, "'$(halt)' is one word too many.\nusage: status\n"),
    ("halt ACME;id", 2, "'ACME;id' is not a symbol.\nusage: halt [SYMBOL | --all] [REASON...]\n"),
    ("status && halt", 2, "'&&' is one word too many.\nusage: status\n"),
    ("status | sh", 2, "'|' is one word too many.\nusage: status\n"),
    ("status > /etc/passwd", 2, "'>' is one word too many.\nusage: status\n"),
    ("status \x1b[2J", 2, "A command is one line of printable characters.\n"),
    ("halt 'ACME", 2, "A quotation mark is not closed.\n"),
    ("status --help=../../etc/passwd", 2, "There is no option '--help=../../etc/passwd'.\nusage: status\n"),
    ("status --all", 2, "There is no option '--all'.\nusage: status\n"),
    ("/bin/sh", 2, "There is no command '/bin/sh'.\nusage: help\n"),
    ("scp -t /", 2, "There is no command 'scp'.\nusage: help\n"),
)


def test_a_bad_command_says_what_is_wrong_and_changes_nothing(door: Door, market: MarketPlace):
    resting = market.house_places("SELL", 7, "10.50").order
    market.drain()

    done = door.ssh(text="\n".join(command for command, _, _ in BAD_COMMANDS))

    assert done.stdout == ""
    assert done.stderr == "".join(said for _, _, said in BAD_COMMANDS)
    statuses = [entry.detail["exit_status"] for entry in commands_in_audit() if entry.detail["stage"] == "done"]
    assert statuses == [status for _, status, _ in BAD_COMMANDS]
    assert instruments.by_symbol("ACME").phase is TradingPhase.CONTINUOUS
    assert [order.order_id for order in orders.of_everybody(actor=market.operator, count=9)] == [resting.order_id]


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("frobnicate", 2),
        ("   ", 2),
        ("status; halt", 2),
        ("status `halt`", 2),
        ("status\nhalt", 2),
        ("book NOPE", 4),
    ],
)
def test_the_exit_status_of_a_bad_command_reaches_the_calling_shell(door: Door, command: str, status: int):
    done = door.ssh(command)

    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.strip()
    assert instruments.by_symbol("ACME").phase is TradingPhase.CONTINUOUS


@pytest.mark.parametrize(
    "command",
    [b"status\0halt", b"status \xff\xfe", b"x" * 1_000_000, b"halt ACME " + b"x" * 5_000],
    ids=["NUL", "not UTF-8", "1 MB", "5 kB reason"],
)
def test_bytes_that_no_person_types_are_refused(door: Door, command: bytes):
    with door.paramiko_client() as transport:
        channel = transport.open_session()
        channel.exec_command(command)
        assert channel.recv_exit_status() == 2
        assert channel.recv_stderr(1000).startswith(b"A command ")
    assert instruments.by_symbol("ACME").phase is TradingPhase.CONTINUOUS
    assert door.ssh("status").returncode == 0


def test_every_command_leaves_an_entry_before_and_one_after(door: Door, market: MarketPlace):
    door.ssh("status")
    door.ssh("halt", "ACME", "news")
    door.ssh("frobnicate")
    door.ssh("book NOPE")

    entries = commands_in_audit()

    assert [(entry.subject, entry.detail) for entry in entries] == [
        ("status", {"stage": "begun"}),
        ("status", {"stage": "done", "outcome": "done", "exit_status": 0}),
        ("halt ACME news", {"stage": "begun"}),
        ("halt ACME news", {"stage": "done", "outcome": "done", "exit_status": 0}),
        ("frobnicate", {"stage": "begun"}),
        ("frobnicate", {"stage": "done", "outcome": "usage", "exit_status": 2}),
        ("book NOPE", {"stage": "begun"}),
        ("book NOPE", {"stage": "done", "outcome": "unknown_symbol", "exit_status": 4}),
    ]
    assert {(entry.actor_name, entry.door, entry.address) for entry in entries} == {("olivia", "ssh", "127.0.0.1")}


def test_a_refusal_is_json_too_when_json_was_asked_for(door: Door):
    done = door.ssh("book NOPE --json")

    assert done.returncode == 4
    assert json.loads(done.stdout) == {
        "code": "unknown_symbol", "detail": "There is no instrument NOPE.", "exit_status": 4,
    }  # fmt: skip
    assert done.stderr == ""


def test_what_people_wrote_cannot_steer_the_terminal(door: Door, market: MarketPlace):
    trading.halt("ACME", reason="\x1b[2Jgone\u202e", actor=market.operator)

    assert "\ufffd[2Jgone\ufffd" in door.ssh("instruments").stdout
    assert "\x1b" not in door.ssh("status").stdout


def test_watch_gives_frames_until_the_client_goes(door: Door, market: MarketPlace):
    market.trade(10, "10.00")
    with door.paramiko_client() as transport:
        channel = transport.open_session()
        channel.exec_command(b"watch ACME --json")
        frames = channel.makefile("r")
        first, second = json.loads(frames.readline()), json.loads(frames.readline())
    assert first["ticker"]["last_px"] == second["ticker"]["last_px"] == "10.00"
    assert first["trades"][0]["quantity"] == "10"


def test_lines_from_a_pipe_are_carried_out_one_by_one(door: Door, market: MarketPlace):
    done = door.ssh(text="halt ACME from a pipe\nstatus --json\nbook NOPE")

    assert done.returncode == 4
    halted, status = done.stdout.splitlines()
    assert halted == "ACME halted: from a pipe."
    assert json.loads(status)["halted"] == 1
    assert done.stderr == "There is no instrument NOPE.\n"
