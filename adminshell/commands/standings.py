"""Commands about what an account may do."""

from decimal import Decimal, InvalidOperation

from adminshell.answers import Answer, Table, as_dict, sentence
from adminshell.grammar import Command, Invocation, Parameter, account, text
from adminshell.refusals import UsageError
from market.records import StandingRecord
from market.selectors import standings as standing_selectors
from market.services import standings

TAKEN_BACK = "none"
LIMITS_USAGE = "limits ACCOUNT [LIMIT=NUMBER | LIMIT=none]..."


def kill(invocation: Invocation) -> Answer:
    """Switch an account off."""
    number = invocation.text("account")
    standing = standings.kill(number, reason=invocation.text("reason"), actor=invocation.actor)
    return sentence(f"Account {number} can only cancel any more: {standing.kill_reason}", **as_dict(standing))


def unkill(invocation: Invocation) -> Answer:
    """Let an account trade again."""
    number = invocation.text("account")
    standing = standings.unkill(number, actor=invocation.actor)
    return sentence(f"Account {number} may trade.", **as_dict(standing))


def limits(invocation: Invocation) -> Answer:
    """Show what an account may do, or change it."""
    number, words = invocation.text("account"), invocation.text("changes").split()
    if not words:
        return _answer(standing_selectors.by_number(number, actor=invocation.actor))
    changes = dict(_change(word) for word in words)
    return _answer(standings.set_limits(number, changes=changes, actor=invocation.actor))


def _change(word: str) -> tuple[str, Decimal | None]:
    name, _, value = word.partition("=")
    if value == TAKEN_BACK:
        return name, None
    try:
        return name, Decimal(value)
    except InvalidOperation:
        raise UsageError(f"{word[:40]!r} changes no limit.", usage=LIMITS_USAGE) from None


def _answer(standing: StandingRecord) -> Answer:
    pairs = zip(standing.limits._fields, standing.limits, standing.own_limits, strict=True)
    rows = [(name, _or_dash(limit), "its own" if own is not None else "") for name, limit, own in pairs]
    stops = [f"{name}: {value}" for name, value in _stops(standing) if value]
    document = {
        **as_dict(standing),
        "limits": standing.limits._asdict(),
        "own_limits": standing.own_limits._asdict(),
    }
    return Answer(document, sentences=stops, tables=[Table(["limit", "at most", ""], rows)])


def _stops(standing: StandingRecord) -> list[tuple[str, object]]:
    return [
        ("killed", standing.kill_reason),
        ("margin call since", standing.margin_call_at),
        ("in liquidation since", standing.liquidating_at),
    ]


def _or_dash(limit: Decimal | int | None) -> str:
    return "-" if limit is None else f"{Decimal(limit).normalize():f}"


ACCOUNT = Parameter("account", account)
COMMANDS = (
    Command(
        "kill",
        "Switch an account off: it can only cancel any more. Its owner reads the reason.",
        kill,
        [ACCOUNT, Parameter("reason", text, takes_rest=True)],
    ),
    Command("unkill", "Let an account trade again.", unkill, [ACCOUNT]),
    Command(
        "limits",
        "What an account may do and what stops it; or change limits, such as order_value_max=10000 leverage_max=none.",
        limits,
        [ACCOUNT, Parameter("changes", text, is_optional=True, takes_rest=True)],
    ),
)
