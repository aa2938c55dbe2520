"""The SSH console, through a real server and the OpenSSH client."""

import json

from tests.adminshell.conftest import Door as Console
from tests.conformance.doors.door import TAKEN, Door
from tests.conformance.stage import Stage
from tests.conformance.words import Act, Answer, CancelOrder, Family, Halt, PlaceOrder, ReplaceOrder, Resume, Who
from vocabulary.exit_status import ExitStatus

OPERATORS_ONLY = "only operators come in, and they cancel anybody's order"
LET_IN_FIRST = "whoever has no registered key is not let in, before any command: tests/adminshell/test_coming_in.py"
NO_ACCOUNT = "an operator's cancel does not wait for the account"


class SshDoor(Door):
    """An operator at a shell."""

    name = "ssh"
    said = {
        Family.TAKEN: TAKEN,
        Family.MALFORMED: "exit 2",
        Family.NOT_FOUND: "exit 4",
        Family.REJECTED: "exit 7",
    }
    cannot = {
        PlaceOrder: "the console is for operators, who place no orders",
        ReplaceOrder: "the console is for operators, who replace no orders",
    }
    cannot_say = {
        "a cancel of a stranger's order": OPERATORS_ONLY,
        "a cancel from nobody": LET_IN_FIRST,
        "a cancel with a wrong key": LET_IN_FIRST,
        "a cancel while the account is at work elsewhere": NO_ACCOUNT,
        "a halt by a trader": LET_IN_FIRST,
        "a resumption by a trader": LET_IN_FIRST,
        "a halt by nobody": LET_IN_FIRST,
        "a halt without a reason": "one is given where none is typed",
        "a halt for what nobody can read": "a line with such a character is no command",
    }

    def __init__(self, console: Console) -> None:
        self._console = console

    def answer(self, act: Act, *, who: Who, stage: Stage) -> Answer:
        """Run the client with the command; whoever asks, an operator types."""
        done = self._console.ssh(f"{_line(act, stage=stage)} --json")
        document = json.loads(done.stdout)
        if done.returncode != ExitStatus.OK:
            assert document["exit_status"] == done.returncode
            return Answer(f"exit {done.returncode}", document["code"], document.get("field", ""))
        return Answer(TAKEN, order_id=document.get("order_id"))


def _line(act: Act, *, stage: Stage) -> str:
    match act:
        case CancelOrder():
            return f"cancel {stage.order_named(act.order_id)}"
        case Halt():
            return f"halt {act.symbol or stage.symbol} '{act.reason}'"
        case Resume():
            return f"resume {act.symbol or stage.symbol}"
    raise AssertionError(f"{type(act).__name__} is none of the commands")
