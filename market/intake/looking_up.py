"""What a request to place orders is checked against, read in one round trip."""

from collections.abc import Set
from typing import NamedTuple

from access.records import Actor
from market import grants
from market.intake.means import BUYING_POWER, KINDS, SELLABLE, means_in, with_exposures
from market.intake.reading import INSTRUMENTS, LOCK_ACCOUNTS, accounts_of, instruments_of
from market.pipelining import Sent
from market.rows import ListedInstrument, Means, TradedAccount
from vocabulary.roles import AccountKind

TRADED = f"""a.kind = '{AccountKind.CASH.value}'
   AND EXISTS (SELECT FROM market_accountgrant g WHERE g.account_id = a.id AND {grants.GRANTED})"""
BUYING_POWER_OF_NUMBERS = BUYING_POWER.format(
    account_ids=f"SELECT a.id FROM market_account a WHERE a.number = ANY(%(numbers)s) AND {TRADED}"
)
SELLABLE_OF_NAMES = SELLABLE.format(
    pairs=f"""
SELECT a.id, i.id
  FROM unnest(%(numbers)s::text[], %(symbols)s::text[]) AS n (number, symbol)
  JOIN market_account a ON a.number = n.number
  JOIN market_instrument i ON i.symbol = n.symbol
 WHERE {TRADED}"""
)


class Found(NamedTuple):
    """What a request names, as far as it exists: instruments by symbol, accounts by number, means by account id."""

    instruments: dict[str, ListedInstrument]
    accounts: dict[str, TradedAccount]
    means: dict[int, Means]


class LookUp:
    """A look-up that is under way. Call it in a pipeline; what it found may be asked when that has ended."""

    def __init__(self, *, actor: Actor, symbols: Set[str], numbers: Set[str], sells: Set[tuple[str, str]]) -> None:
        """Lock the accounts that the actor may trade, as ``lock_accounts`` does, and read instruments and means.

        ``sells`` are pairs of account number and symbol. Raises NotPermitted as ``lock_accounts`` does.
        """
        grants.check_may_trade(actor)
        granted = grants.parameters(actor)
        of_accounts = {"numbers": sorted(numbers), **granted}
        self._accounts = Sent(LOCK_ACCOUNTS, of_accounts)
        # Behind the lock: whoever held it, as a split does, may have changed what holds for the instruments.
        self._instruments = Sent(INSTRUMENTS, [sorted(symbols)])
        self._spendable = Sent(BUYING_POWER_OF_NUMBERS, of_accounts)
        self._sellable = Sent(SELLABLE_OF_NAMES, {**KINDS, **granted, **_named_pairs(sells)}) if sells else None

    def found(self) -> Found:
        """What there is of all that, with the means of ``means_of``.

        What margin accounts and accounts with certain limits have at stake costs one round trip more.
        """
        locked = accounts_of(self._accounts.rows())
        means = means_in(self._spendable.rows(), sellable=self._sellable.rows() if self._sellable else [])
        instruments = instruments_of(self._instruments.rows())
        return Found(instruments, locked, with_exposures(means, accounts=locked.values()))


def _named_pairs(sells: Set[tuple[str, str]]) -> dict[str, list[str]]:
    numbers, symbols = zip(*sorted(sells), strict=True)
    return {"numbers": list(numbers), "symbols": list(symbols)}
