"""Commands about the money of accounts: reading it for operators, moving it for staff."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from adminshell.answers import Answer, Table, as_dict, listing, money, sentence
from adminshell.grammar import Command, Invocation, Parameter, account, count_to, text
from market.records import MovementRecord
from market.selectors import equity, ledger
from market.selectors import movements as movement_selectors
from market.services import movements
from vocabulary import limits
from vocabulary.identifiers import is_reference

ROWS_SHOWN = 20
RESET_WAITS_S = 2.0
LEDGER_COLUMNS = ("happened_at", "cause", "cause_id", "symbol", "quantity", "amount", "note")
MOVEMENT_COLUMNS = ("reference", "kind", "account", "amount", "status", "proposed_by", "decided_by", "note")
DONE = {"DEPOSIT": "was paid into", "WITHDRAWAL": "was paid out of", "RESET": "is what starts anew in"}


def list_ledger(invocation: Invocation) -> Answer:
    """The newest movements of an account."""
    count = invocation.number("count", default=ROWS_SHOWN)
    rows = ledger.of_account(invocation.text("account"), actor=invocation.actor, count=count)
    return listing(rows, columns=LEDGER_COLUMNS, amounts=["amount"], empty="Nothing has moved yet.")


def show_equity(invocation: Invocation) -> Answer:
    """What an account is worth."""
    facts = as_dict(equity.by_number(invocation.text("account"), actor=invocation.actor))
    rows = [
        (name.replace("_", " "), money(value) if isinstance(value, Decimal) else value) for name, value in facts.items()
    ]
    return Answer(facts, tables=[Table(["what", "how much"], rows)])


def deposit(invocation: Invocation) -> Answer:
    """Pay in."""
    return _moved(invocation, movements.deposit)


def withdraw(invocation: Invocation) -> Answer:
    """Pay out."""
    return _moved(invocation, movements.withdraw)


def reset(invocation: Invocation) -> Answer:
    """Let an account start anew."""
    return _moved(invocation, movements.reset, wait_s=RESET_WAITS_S)


def list_movements(invocation: Invocation) -> Answer:
    """What was asked of the money of accounts."""
    found = movement_selectors.newest(actor=invocation.actor, count=invocation.number("count", default=ROWS_SHOWN))
    return listing(found, columns=MOVEMENT_COLUMNS, amounts=["amount"], empty="Nothing was asked yet.")


def approve(invocation: Invocation) -> Answer:
    """Do what somebody else has proposed."""
    return _told(movements.approve(invocation.text("reference"), actor=invocation.actor, wait_s=RESET_WAITS_S))


def decline(invocation: Invocation) -> Answer:
    """Turn down what somebody else has proposed."""
    return _told(movements.decline(invocation.text("reference"), actor=invocation.actor))


def _moved(invocation: Invocation, act: Callable[..., MovementRecord], **waiting: float) -> Answer:
    amount = invocation.values["amount"]
    movement = act(
        invocation.text("account"),
        amount=amount,
        reference=invocation.text("reference"),
        note=invocation.text("note"),
        actor=invocation.actor,
        **waiting,
    )
    return _told(movement)


def _told(movement: MovementRecord) -> Answer:
    subject = f"{movement.reference}: {money(movement.amount):f}"
    match movement.status:
        case "DONE":
            told = f"{subject} {DONE[movement.kind]} {movement.account}."
        case "DECLINED":
            told = f"{subject} for {movement.account} was declined."
        case _:
            told = f"{subject} for {movement.account} waits for a second person: approve {movement.reference}"
    return sentence(told, **as_dict(movement))


def _amount(word: str) -> Decimal:
    try:
        amount = Decimal(word)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise ValueError(f"{word[:40]!r} is not an amount of money")
    return amount


def _reference(word: str) -> str:
    if not is_reference(word):
        raise ValueError(f"{word[:40]!r} is not 1 to 64 letters, digits, dashes and underscores")
    return word


ACCOUNT = Parameter("account", account)
REFERENCE = Parameter("reference", _reference)
COUNT = Parameter("count", count_to(limits.PAGE_SIZE_MAX), is_optional=True)
MOVEMENT = [ACCOUNT, Parameter("amount", _amount), REFERENCE, Parameter("note", text, takes_rest=True)]
COMMANDS = (
    Command(
        "ledger",
        f"The newest movements of an account; {ROWS_SHOWN} unless told.",
        list_ledger,
        [ACCOUNT, COUNT],
    ),
    Command("equity", "What an account is worth, and what its positions require.", show_equity, [ACCOUNT]),
    Command("deposit", "Pay money into an account, once by a reference of yours. For staff.", deposit, MOVEMENT),
    Command("withdraw", "Pay out what is free of orders, once by a reference of yours. For staff.", withdraw, MOVEMENT),
    Command(
        "reset",
        "Cancel an account's orders, take its positions away and let it start anew with an amount. For staff.",
        reset,
        MOVEMENT,
    ),
    Command("movements", "What was asked of the money of accounts, newest first. For staff.", list_movements, [COUNT]),
    Command("approve", "Do what somebody else of the staff has proposed.", approve, [REFERENCE]),
    Command("decline", "Turn down what somebody else of the staff has proposed.", decline, [REFERENCE]),
)
