"""The limits that an account trades within: what each bounds, and how a text names them."""

from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from vocabulary import limits

WHOLE = frozenset({"open_orders_max", "messages_per_s_max"})
LIMIT_MAX = Decimal(10) ** 15
LIMIT_PLACES = 8


class ImpossibleLimit(ValueError):
    """A limit that there is not, or that has no meaning. ``field`` names it."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


class AccountLimits(NamedTuple):
    """What an account may do at most; None leaves it unbounded.

    ``position_qty_max`` and ``order_qty_max`` count units of an instrument, the values money of the account's currency.
    ``position_qty_max`` holds for a position, long or short, with all open orders of one side filled.
    ``unexecuted_value_max`` bounds all open orders together, ``leverage_max`` the value of all positions, long and
    short, as a multiple of the account's equity.
    """

    position_qty_max: Decimal | None = None
    order_qty_max: Decimal | None = None
    order_value_max: Decimal | None = None
    unexecuted_value_max: Decimal | None = None
    leverage_max: Decimal | None = None
    open_orders_max: int | None = None
    messages_per_s_max: int | None = None

    def over(self, defaults: "AccountLimits") -> "AccountLimits":
        """These limits, and the defaults where these name none."""
        if self == UNBOUNDED:
            return defaults
        pairs = zip(self, defaults, strict=True)
        return AccountLimits(*(default if own is None else own for own, default in pairs))  # type: ignore[arg-type]


UNBOUNDED = AccountLimits()
DEFAULTS_BY_KIND = {
    "CASH": AccountLimits(open_orders_max=limits.OPEN_ORDERS_PER_ACCOUNT_MAX),
    "MARGIN": AccountLimits(open_orders_max=limits.OPEN_ORDERS_PER_ACCOUNT_MAX, leverage_max=Decimal(4)),
    "HOUSE": UNBOUNDED,
}


def checked(field: str, value: Decimal | int | None) -> Decimal | int | None:
    """The limit as it is kept. Raises ImpossibleLimit when it is below zero, too large or too finely cut."""
    if field not in AccountLimits._fields:
        raise ImpossibleLimit(field, f"There is no limit {field[:40]}; there are {', '.join(AccountLimits._fields)}.")
    if value is None:
        return None
    number = Decimal(value)
    is_possible = number.is_finite() and 0 <= number <= LIMIT_MAX and number == round(number, LIMIT_PLACES)
    if not is_possible:
        raise ImpossibleLimit(field, f"{field} must be 0 to {LIMIT_MAX:f}, with up to {LIMIT_PLACES} decimal places.")
    if field not in WHOLE:
        return number
    if number != int(number) or number > limits.PRICE_TICKS_MAX:
        raise ImpossibleLimit(field, f"{field} must be a whole number, at most {limits.PRICE_TICKS_MAX}.")
    return int(number)


def parsed(text: str) -> AccountLimits:
    """Limits from a text such as ``order_value_max=100000,open_orders_max=500``. Raises ImpossibleLimit."""
    named: dict[str, Any] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        field, _, value = (word.strip() for word in part.partition("="))
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise ImpossibleLimit(field, f"{field[:40]} must be a number, such as {field[:40]}=100.") from None
        named[field] = checked(field, number)
    return UNBOUNDED._replace(**named)
