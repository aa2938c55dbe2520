"""A small exchange to let the house loose on, with matching done in between its ticks."""

from decimal import Decimal

from access.records import Actor
from market.matcher.drain import Matcher
from market.records import InstrumentRecord
from market.selectors import books
from market.services import instruments
from vocabulary.roles import Role

OPERATOR = Actor(user_id=1, username="operator", role=Role.OPERATOR, door="test")


def list_share(symbol: str = "ACME") -> InstrumentRecord:
    """A share at 50.00 with ticks of 0.01 and lots of 1."""
    return instruments.add(
        symbol=symbol,
        name=symbol,
        kind="SHARE",
        currency="USD",
        tick_size=Decimal("0.01"),
        lot_size=Decimal(1),
        reference_price=Decimal(50),
        actor=OPERATOR,
    )


def list_pair(symbol: str = "EUR-JPY") -> InstrumentRecord:
    """A currency pair at 162.50 yen with ticks of 0.005 and lots of 1000."""
    return instruments.add(
        symbol=symbol,
        name=symbol,
        kind="CURRENCY_PAIR",
        currency="JPY",
        tick_size=Decimal("0.005"),
        lot_size=Decimal(1_000),
        reference_price=Decimal("162.5"),
        actor=OPERATOR,
    )


def match_all(matcher: Matcher) -> None:
    """Sequence everything that waits, in every book."""
    for state in books.states():
        matcher.drain(state.symbol, ask_lease=False)
