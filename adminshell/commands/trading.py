"""Commands that act on the market."""

from collections.abc import Callable

from adminshell.answers import Answer, Table, sentence
from adminshell.grammar import Command, Invocation, Parameter, order_id, symbol, text
from adminshell.refusals import refusal_of
from market.errors import MarketError
from market.selectors import instruments
from market.services import orders
from market.services import trading as exchange
from vocabulary.exit_status import ExitStatus
from vocabulary.phases import TradingPhase

DEFAULT_REASON = "halted by the operator"


def halt(invocation: Invocation) -> Answer:
    """Halt one instrument, or all."""
    reason = invocation.text("reason")

    def halt_one(named: str) -> str:
        found = instruments.by_symbol(named)
        was_halted = found.phase is TradingPhase.HALTED
        if was_halted and reason in ("", found.phase_reason):
            return f"already halted: {found.phase_reason}"
        exchange.halt(named, reason=reason or DEFAULT_REASON, actor=invocation.actor)
        return f"{'already halted; the reason is now' if was_halted else 'halted'}: {reason or DEFAULT_REASON}"

    return _one_or_all(invocation, act=halt_one)


def resume(invocation: Invocation) -> Answer:
    """Resume one instrument, or all."""

    def resume_one(named: str) -> str:
        was_halted = instruments.by_symbol(named).phase is TradingPhase.HALTED
        exchange.resume(named, actor=invocation.actor)
        return "trades again" if was_halted else "was trading already"

    return _one_or_all(invocation, act=resume_one)


def cancel(invocation: Invocation) -> Answer:
    """Cancel anybody's order."""
    order = invocation.number("order")
    orders.cancel_for_staff(order, actor=invocation.actor)
    return sentence(f"Order {order}: the cancel is on its way.", order_id=order)


def cancel_all(invocation: Invocation) -> Answer:
    """Cancel every open order of an instrument."""
    named = invocation.symbol() or ""
    count = orders.cancel_all_of_book(named, actor=invocation.actor)
    what = "1 cancel is" if count == 1 else f"{count} cancels are"
    return sentence(f"{named}: {what} on the way.", symbol=named, orders=count)


def _one_or_all(invocation: Invocation, *, act: Callable[[str], str]) -> Answer:
    named = invocation.symbol()
    if named is not None:
        result = act(named)
        return sentence(f"{named} {result}.", symbol=named, result=result)
    results, status = [], ExitStatus.OK
    for instrument in instruments.every():
        # One book that cannot be reached must not keep the others from being halted.
        try:
            results.append((instrument.symbol, act(instrument.symbol)))
        except MarketError as error:
            refusal = refusal_of(error, correlation_id="")
            results.append((instrument.symbol, refusal.detail))
            status = max(status, refusal.status)
    table = Table(["symbol", "result"], results, empty="No instrument is listed yet.")
    return Answer([{"symbol": name, "result": result} for name, result in results], tables=[table], status=status)


ONE_OR_ALL = Parameter("symbol", symbol, is_optional=True)
COMMANDS = (
    Command(
        "halt",
        "Halt an instrument, or all of them. Every participant reads the reason.",
        halt,
        [ONE_OR_ALL, Parameter("reason", text, is_optional=True, takes_rest=True)],
        takes_all=True,
    ),
    Command("resume", "Let an instrument, or all of them, trade again.", resume, [ONE_OR_ALL], takes_all=True),
    Command("cancel", "Cancel an order, whoever's it is.", cancel, [Parameter("order", order_id)]),
    Command("cancel-all", "Cancel every open order of an instrument.", cancel_all, [Parameter("symbol", symbol)]),
)
