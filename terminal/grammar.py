"""What can be typed: the commands, their arguments and options. What is wrong with a line is said in one line."""

import argparse
import re
from collections.abc import Callable, Sequence
from typing import NoReturn

from terminal.records import Channel, Interval
from terminal.refusals import malformed
from terminal.values import channels, duration, interval, listed, moment, seconds, whole_number, word_of
from vocabulary import limits
from vocabulary.orders import SelfTradePrevention, Side, TimeInForce

PROGRAM = "terminal"
LEVELS = 10
TRADES_SHOWN = 20
ORDERS_SHOWN = 50
LEDGER_SHOWN = 50
OUTCOME_WAIT_S = 2.0
BIGINT_MAX = 2**63 - 1

EPILOG = """\
exit statuses: 0 done, 2 malformed, 3 forbidden, 4 not found, 5 cl_ord_id reused, 6 in progress, 7 rejected, 8 halted,
9 too much at once, 70 a mistake in the program, 75 unavailable or outcome unknown, 130 interrupted.
"""


class Parser(argparse.ArgumentParser):
    """argparse, except that a bad line raises Refused instead of printing its usage and leaving."""

    def error(self, message: str) -> NoReturn:
        """Raises Refused."""
        found = re.fullmatch(r"argument (?P<field>[^:]+): (?P<detail>.+)", message, re.DOTALL)
        if found is None:
            raise malformed(f"{message[:1].upper()}{message[1:]}. Try {self.prog} --help.", code="usage")
        field = found["field"].rpartition("/")[2].lstrip("-").lower().replace("-", "_")
        raise malformed(found["detail"], field=field)


def parser() -> Parser:
    """The whole grammar."""
    whole = Parser(
        prog=PROGRAM,
        description="Trade on a MarketOps exchange from the terminal.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[_common(default=None)],
        allow_abbrev=False,
    )
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    common = _common(default=argparse.SUPPRESS)

    def add(name: str, what: str, *arguments: Callable[[Parser], object]) -> None:
        command = commands.add_parser(name, help=what, description=what, parents=[common], allow_abbrev=False)
        for argument in arguments:
            argument(command)

    add("instruments", "What is traded, at a glance.")
    add("book", "One book, aggregated by price or order by order.", _symbol, _levels_or_orders)
    add("trades", "The newest trades of one instrument.", _symbol, _count(TRADES_SHOWN))
    add("summary", "Prices and volume of one instrument over a window.", _symbol, _window)
    add("watch", "What happens in one market, line by line, until interrupted.", _symbol, _watching)
    add("buy", "Buy: at market, or with --price at that price or lower.", *_TICKET)
    add("sell", "Sell: at market, or with --price at that price or higher.", *_TICKET)
    add("bracket", "An order with the take-profit and the stop-loss that end what it begins.", *_BRACKET)
    add("pair", "A limit order and a stop of which one cancels the other.", *_PAIR)
    add("replace", "Change an open order; QTY is its new total.", _order, *_CHANGE)
    add("cancel", "Cancel what is still open of an order.", _order, _wait)
    add("cancel-all", "Cancel all your open orders, or those in one instrument.", _optional_instrument, _only_side)
    add("orders", "Your orders, newest first.", _which_orders, _count(ORDERS_SHOWN))
    add("positions", "What your accounts hold, and their money.")
    add("equity", "What your account is worth, and what its positions require.")
    add("ledger", "What moved your account, newest first.", _only_symbol, _count(LEDGER_SHOWN))
    add("top", "One market on the whole screen, live.", _optional_symbol)
    add("profile", "The profile in use; with --from-demo, write one.", _profile)
    return whole


def _common(*, default: str | None) -> Parser:
    common = Parser(add_help=False, argument_default=default)
    shown = common.add_argument_group("everywhere")
    shown.add_argument("--json", action="store_true", help="one JSON document on one line")
    shown.add_argument(
        "--profile", metavar="FILE", help="default: MARKETOPS_PROFILE or ~/.config/marketops/profile.toml"
    )
    shown.add_argument("--address", metavar="HOST:PORT", help="the exchange, instead of the profile's")
    shown.add_argument("--key", metavar="KEY", help="the API key, instead of the profile's; others may see it in ps")
    shown.add_argument("--account", metavar="NUMBER", help="the account, instead of the profile's")
    shown.add_argument("--tls-ca", metavar="FILE", help="connect by TLS, trusting the certificates in this PEM file")
    return common


def _symbol(command: Parser) -> None:
    command.add_argument("symbol", metavar="SYMBOL")


def _optional_symbol(command: Parser) -> None:
    command.add_argument("symbol", metavar="SYMBOL", nargs="?", help="default: the first one")


def _levels_or_orders(command: Parser) -> None:
    shown = command.add_mutually_exclusive_group()
    levels, orders = whole_number(limits.DEPTH_LEVELS_MAX), whole_number(limits.FULL_DEPTH_ORDERS_MAX)
    shown.add_argument("--levels", type=levels, default=LEVELS, metavar="N", help="of each side (default: %(default)s)")
    shown.add_argument("--orders", type=orders, metavar="N", help="order by order, as they trade: N of each side")


def _count(default: int) -> Callable[[Parser], None]:
    def add(command: Parser) -> None:
        allowed = whole_number(limits.PAGE_SIZE_MAX)
        command.add_argument("--count", type=allowed, default=default, metavar="N", help="default: %(default)s")

    return add


def _window(command: Parser) -> None:
    command.add_argument("--last", type=duration, metavar="TIME", help="such as 15m, 24h or 7d (default: 24h)")
    command.add_argument(
        "--interval",
        type=interval,
        default=Interval.ONE_HOUR,
        metavar="LENGTH",
        help=f"of volumes: {listed(Interval)}",
    )


def _watching(command: Parser) -> None:
    command.add_argument(
        "--channels",
        type=channels,
        default=[Channel.TRADES, Channel.TICKER],
        metavar="NAMES",
        help=f"some of {listed(Channel)}, separated by commas (default: trades,ticker)",
    )
    command.add_argument("--count", type=whole_number(BIGINT_MAX), metavar="N", help="end after so many updates")


def _quantity(command: Parser) -> None:
    command.add_argument("order_qty", metavar="QTY", help="how much: a multiple of the lot size")


def _price(command: Parser) -> None:
    command.add_argument("--price", metavar="P", help="the limit: a multiple of the tick size; at market without")


def _time_in_force(command: Parser) -> None:
    command.add_argument(
        "--tif",
        "--time-in-force",
        dest="time_in_force",
        type=word_of(TimeInForce, field="time_in_force"),
        metavar="TIF",
        help=f"{', '.join(TimeInForce.__members__)} (default: DAY, with --expire GTD)",
    )


def _cl_ord_id(command: Parser) -> None:
    command.add_argument(
        "--cl-ord-id", metavar="ID", help="your own id; the same id again is the same order (default: a new one)"
    )


def _wait(command: Parser) -> None:
    command.add_argument(
        "--wait",
        type=seconds,
        default=OUTCOME_WAIT_S,
        metavar="SECONDS",
        help="how long to wait for the matcher's answer (default: %(default)g; 0: not at all)",
    )


def _terms(command: Parser) -> None:
    terms = command.add_argument_group("further terms")
    terms.add_argument("--stop", metavar="P", help="wait for a trade at this price; with --price a stop-limit order")
    terms.add_argument("--trail", metavar="P", help="a stop that trails the market by so much: a price, or 50bps")
    terms.add_argument("--protect", metavar="P", help="the worst price for an order at market or a stop")
    terms.add_argument("--display", metavar="QTY", help="an iceberg: how much it shows at a time")
    terms.add_argument("--min", metavar="QTY", help="what must trade at once, or nothing at all")
    terms.add_argument("--post-only", action="store_true", help="rest only: rejected when it would trade")
    terms.add_argument(
        "--slide", action="store_true", help="rest only: moved short of the price at which it would trade"
    )
    terms.add_argument(
        "--expire", type=moment, metavar="TIME", help="good till then, such as 2030-01-31T14:30Z, or 15m from now"
    )
    terms.add_argument(
        "--stp",
        type=word_of(SelfTradePrevention, field="self_trade_prevention"),
        default=SelfTradePrevention.NONE,
        metavar="MODE",
        help=f"when it meets your own order: {', '.join(SelfTradePrevention.__members__)}",
    )
    terms.add_argument(
        "--peg", choices=("mid", "market", "primary"), help="follow the middle, the other side or one's own side"
    )
    terms.add_argument("--offset", metavar="P", help="added to the price that a peg follows; such as --offset=-0.01")


_TICKET = (_symbol, _quantity, _price, _time_in_force, _cl_ord_id, _wait, _terms)


def _side(command: Parser) -> None:
    command.add_argument("side", type=word_of(Side, field="side"), metavar="SIDE", help="buy or sell")


def _only_side(command: Parser) -> None:
    command.add_argument("--side", type=word_of(Side, field="side"), metavar="SIDE", help="only buy or only sell")


def _optional_instrument(command: Parser) -> None:
    command.add_argument("symbol", metavar="SYMBOL", nargs="?", help="default: every instrument")


def _ends(command: Parser) -> None:
    command.add_argument("--stop", metavar="P", help="begin with a stop at this price; with --price a stop-limit order")
    command.add_argument("--take-profit", required=True, metavar="P", help="the limit at which the profit is taken")
    command.add_argument("--stop-loss", required=True, metavar="P", help="the stop at which the loss ends")


def _both_prices(command: Parser) -> None:
    command.add_argument("--price", required=True, metavar="P", help="the price of the limit order")
    command.add_argument("--stop", required=True, metavar="P", help="the price at which the stop wakes")


def _new_stop(command: Parser) -> None:
    command.add_argument("--stop", metavar="P", help="the new stop price of a stop that waits; as it is without")


def _new_price(command: Parser) -> None:
    command.add_argument("--price", metavar="P", help="the new limit; as it is without")


_BRACKET = (_side, _symbol, _quantity, _price, _ends, _time_in_force, _cl_ord_id, _wait)
_PAIR = (_side, _symbol, _quantity, _both_prices, _time_in_force, _cl_ord_id, _wait)
_CHANGE = (_quantity, _new_price, _new_stop, _cl_ord_id, _wait)


def _order(command: Parser) -> None:
    command.add_argument("order", metavar="ORDER", help="the exchange's number of the order, or your own cl_ord_id")


def _which_orders(command: Parser) -> None:
    command.add_argument("--open", action="store_true", help="only those that are still open")
    _only_symbol(command)


def _only_symbol(command: Parser) -> None:
    command.add_argument("--symbol", metavar="SYMBOL", help="only what is in this instrument")


def _profile(command: Parser) -> None:
    command.add_argument("--from-demo", metavar="DIR", help="the folder of a running demo, such as var")
    command.add_argument("--who", choices=("trader", "operator"), default="trader", help="default: %(default)s")
    command.add_argument("--force", action="store_true", help="replace the file if there is one")


def parse(line: Sequence[str] | None) -> argparse.Namespace:
    """What a command line asks for. Raises Refused for a bad one; leaves after ``--help``."""
    return parser().parse_args(line)
