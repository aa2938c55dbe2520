"""The house: the user whose accounts the simulated traders trade."""

import secrets

from access.records import Actor
from access.selectors import users as user_selectors
from access.services import users
from market.records import InstrumentRecord
from market.selectors import accounts as account_selectors
from market.selectors import instruments
from market.services import accounts
from simulation.errors import HouseNameTaken
from vocabulary.roles import AccountKind

HOUSE_USERNAME = "house"
DOOR = "simulation"
NOISE_ACCOUNTS = 3
ACCOUNT_NUMBER_LENGTH_MAX = 16
PASSWORD_BYTES = 32


def ensure_house_traders() -> Actor:
    """Make sure of the house user, and of its accounts for every instrument; returns the house as an actor.

    Does nothing the second time. The house's password is random and kept by nobody: it never signs in. Raises
    HouseNameTaken when the name belongs to a participant.
    """
    house = user_selectors.actor_named(HOUSE_USERNAME, door=DOOR)
    if house is None:
        house = users.create(username=HOUSE_USERNAME, password=secrets.token_urlsafe(PASSWORD_BYTES), door=DOOR)
    opened = account_selectors.of_actor(house)
    if any(account.kind != AccountKind.HOUSE for account in opened):
        raise HouseNameTaken(f"The user {HOUSE_USERNAME} has accounts of their own; rename them before traders start.")
    missing = _wanted_currencies(instruments.every())
    for account in opened:
        missing.pop(account.number, None)
    for number, currency in missing.items():
        accounts.open_account(owner=house, kind=AccountKind.HOUSE, currency=currency, number=number)
    return house


def maker_account(instrument: InstrumentRecord) -> str:
    """The number of the account of an instrument's market maker."""
    number = f"MM-{instrument.symbol}"
    # No symbol contains an underscore at its start, so the two forms cannot meet.
    return number if len(number) <= ACCOUNT_NUMBER_LENGTH_MAX else f"MM-_{instrument.instrument_id}"


def noise_accounts(currency: str) -> list[str]:
    """The numbers of the accounts of the zero-intelligence traders in one currency."""
    return [f"ZI-{number}-{currency}" for number in range(1, NOISE_ACCOUNTS + 1)]


def _wanted_currencies(listed: list[InstrumentRecord]) -> dict[str, str]:
    """The currency of every account that the house needs, by number."""
    wanted = {maker_account(instrument): instrument.currency for instrument in listed}
    for currency in sorted({instrument.currency for instrument in listed}):
        wanted.update(dict.fromkeys(noise_accounts(currency), currency))
    return wanted
