"""Commands that act on the market."""

from collections.abc import Callable

from adminshell.answers import Answer, Table, sentence
from adminshell.grammar import Command, Invocation, Parameter, order_id, symbol, text, word_of
from adminshell.refusals import refusal_of
from market.errors import MarketError
from market.selectors import instruments
from market.services import books, orders
from market.services import trading as exchange
from vocabulary.exit_status import ExitStatus
from vocabulary.phases import TradingPhase

DEFAULT_REASON = "halted by the operator"
WAIT_S = 2.0


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
        before = instruments.by_symbol(named).phase
        if before is not TradingPhase.HALTED:
            return "was trading already" if before is TradingPhase.CONTINUOUS else f"is in {before.name}, not halted"
        after = exchange.resume(named, actor=invocation.actor, wait_s=WAIT_S).phase
        if after is TradingPhase.HALTED:
            return "is about to go on"
        return "trades again" if after is TradingPhase.CONTINUOUS else f"is in {after.name}, as its calendar has it"

    return _one_or_all(invocation, act=resume_one)


def phase(invocation: Invocation) -> Answer:
    """Ask for another trading phase."""
    named, wanted = invocation.symbol() or "", TradingPhase[invocation.text("phase")]
    found = exchange.change_phase(
        named, phase=wanted, reason=invocation.text("reason"), actor=invocation.actor, wait_s=WAIT_S
    )
    return _phase_answer(named, wanted=wanted, found=found.phase)


def uncross(invocation: Invocation) -> Answer:
    """End the call of an instrument."""
    named = invocation.symbol() or ""
    before = instruments.by_symbol(named).phase
    found = exchange.uncross(named, actor=invocation.actor, wait_s=WAIT_S)
    wanted = exchange.UNCROSSED.get(before, TradingPhase.CONTINUOUS)
    return _phase_answer(named, wanted=wanted, found=found.phase)


def _phase_answer(named: str, *, wanted: TradingPhase, found: TradingPhase) -> Answer:
    said = f"is in {wanted.name}" if found is wanted else f"is on its way to {wanted.name}"
    return sentence(f"{named} {said}.", symbol=named, phase=found.name, wanted=wanted.name)


def start(invocation: Invocation) -> Answer:
    """Ask for a stopped book to be started again."""
    named = invocation.symbol() or ""
    state = books.start(named, actor=invocation.actor)
    said = "runs" if state.status == "RUNNING" else "is about to start, as soon as its journal is verified: see status"
    return sentence(f"The book of {named} {said}.", symbol=named, status=state.status)


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
    Command(
        "phase",
        "Change an instrument's trading phase. Every participant reads the reason.",
        phase,
        [
            Parameter("symbol", symbol),
            Parameter("phase", word_of(TradingPhase)),
            Parameter("reason", text, is_optional=True, takes_rest=True),
        ],
    ),
    Command(
        "uncross",
        "End the call of an instrument: its orders trade at one price.",
        uncross,
        [
            Parameter("symbol", symbol),
        ],
    ),
    Command("start", "Start a stopped book again, if its journal holds.", start, [Parameter("symbol", symbol)]),
    Command("cancel", "Cancel an order, whoever's it is.", cancel, [Parameter("order", order_id)]),
    Command("cancel-all", "Cancel every open order of an instrument.", cancel_all, [Parameter("symbol", symbol)]),
)
