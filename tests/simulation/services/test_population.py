"""The house has one account for each market maker and a few for its zero-intelligence traders."""

import pytest

from access.services import users
from market.selectors import accounts as account_selectors
from market.services import accounts
from simulation.errors import HouseNameTaken
from simulation.services import population
from tests.simulation.exchange import list_pair, list_share
from vocabulary.roles import AccountKind

pytestmark = pytest.mark.django_db


def opened(house):
    return {(account.number, account.kind, account.currency) for account in account_selectors.of_actor(house)}


def test_every_maker_and_every_currency_gets_its_accounts():
    list_share()
    list_pair()

    assert opened(population.ensure_house_traders()) == {
        ("MM-ACME", AccountKind.HOUSE, "USD"),
        ("MM-EUR-JPY", AccountKind.HOUSE, "JPY"),
        *(
            (f"ZI-{number}-{currency}", AccountKind.HOUSE, currency)
            for number in (1, 2, 3)
            for currency in ("USD", "JPY")
        ),
    }


def test_populating_twice_is_populating_once():
    list_share()
    first = population.ensure_house_traders()
    before = opened(first)

    assert population.ensure_house_traders() == first
    assert opened(first) == before


def test_a_symbol_of_any_length_has_a_number_for_its_maker():
    instrument = list_share("A234567890123456")
    house = population.ensure_house_traders()

    number = population.maker_account(instrument)
    assert number == f"MM-_{instrument.instrument_id}"
    assert number in {account.number for account in account_selectors.of_actor(house)}


def test_a_participant_who_has_the_house_name_gets_no_house_account():
    list_share()
    participant = users.create(username="house", password="correct horse battery", door="web")
    accounts.open_account(owner=participant)

    with pytest.raises(HouseNameTaken):
        population.ensure_house_traders()

    assert [account.kind for account in account_selectors.of_actor(participant)] == [AccountKind.CASH]
