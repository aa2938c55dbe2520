"""The terminal client, as typed, at the real gRPC server."""

import io
import json
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from terminal.main import main
from terminal.profile import Profile, write
from tests.conformance.doors.door import REPLAYED, TAKEN, Door
from tests.conformance.stage import Stage
from tests.conformance.words import Act, Answer, CancelOrder, Family, Halt, PlaceOrder, ReplaceOrder, Resume, Who
from vocabulary.exit_status import ExitStatus

ONE_WORD = "it has to be said in the command line"
BY_TERMS = "the options say the type: --stop makes it a stop"
ONLY_IN_PROGRAMS = "there is no option for it"
OPTIONS = {
    "--cl-ord-id": "cl_ord_id",
    "--account": "account",
    "--price": "price",
    "--tif": "time_in_force",
    "--stop": "stop_px",
    "--display": "display_qty",
    "--min": "min_qty",
    "--expire": "expire_time",
    "--stp": "self_trade_prevention",
}
BY_PRICE = "the price says the type: with one it is a limit order, without one a market order"


class TerminalDoor(Door):
    """Somebody at a shell."""

    name = "terminal"
    said = {
        Family.TAKEN: TAKEN,
        Family.REPLAYED: REPLAYED,
        Family.MALFORMED: "exit 2",
        Family.UNAUTHENTICATED: "exit 3",
        Family.FORBIDDEN: "exit 3",
        Family.NOT_FOUND: "exit 4",
        Family.ID_REUSED: "exit 5",
        Family.IN_PROGRESS: "exit 6",
        Family.THROTTLED: "exit 9",
        Family.REJECTED: "exit 7",
        Family.HALTED: "exit 8",
    }
    cannot = {
        Halt: "operators have the SSH console",
        Resume: "operators have the SSH console",
    }
    cannot_say = {
        "no symbol": ONE_WORD,
        "no side": "the command says the side",
        "a side that there is not": "the command says the side",
        "no quantity": ONE_WORD,
        "no cl_ord_id": "one is made where none is given",
        "no account": "the profile's is taken where none is given",
        "no order type": BY_PRICE,
        "a limit order without a price": BY_PRICE,
        "a market order with a price": BY_PRICE,
        "an order type that there is not": BY_PRICE,
        "a stop without a stop price": BY_TERMS,
        "an order that leaves with the halt": ONLY_IN_PROGRAMS,
        "an order that is tied to nothing": ONLY_IN_PROGRAMS,
    }

    def __init__(self, address: str, *, folder: Path) -> None:
        self._address = address
        self._folder = folder

    def answer(self, act: Act, *, who: Who, stage: Stage) -> Answer:
        """Type the command."""
        path = self._folder / "profile.toml"
        write(Profile(self._address, stage.keys.get(who, ""), stage.account), path, may_replace=True)
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = main([*_line(act, stage=stage), "--wait", "0", "--json", "--profile", str(path)])
        if status != ExitStatus.OK:
            refusal = json.loads(err.getvalue())
            assert refusal["exit_status"] == status
            return Answer(f"exit {int(status)}", refusal["code"], refusal.get("field", ""))
        document = json.loads(out.getvalue())
        said = REPLAYED if document.get("replayed") else TAKEN
        return Answer(said, order_id=int(document["order"]["order_id"]))


def _line(act: Act, *, stage: Stage) -> list[str]:
    if isinstance(act, CancelOrder):
        return ["cancel", stage.order_named(act.order_id)]
    if isinstance(act, ReplaceOrder):
        change = stage.change(act.changes)
        return ["replace", stage.order_named(act.order_id), change["order_qty"], *_options(change)]
    assert isinstance(act, PlaceOrder)
    ticket = stage.ticket(act.changes)
    given = _options(ticket)
    given += ["--post-only"] if ticket.get("exec_inst") == "POST_ONLY" else []
    given += [f"--peg={ticket['peg_price_type'].lower()}"] if "peg_price_type" in ticket else []
    return [ticket["side"].lower(), ticket["symbol"], ticket["order_qty"], *given]


def _options(words: Mapping[str, str]) -> list[str]:
    return [f"{option}={words[name]}" for option, name in OPTIONS.items() if name in words]
