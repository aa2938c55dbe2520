"""The demo: six instruments of different character, house traders, and a trader and an operator to come in as."""

import json
import os
import secrets
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from access.records import Actor
from access.selectors import ssh_keys as ssh_key_selectors
from access.selectors import users as user_selectors
from access.services import api_keys, ssh_keys, users
from adminshell import private_keys
from market.selectors import instruments as instrument_selectors
from market.services import accounts, instruments
from simulation.services import population
from vocabulary.roles import Role

PASSWORD_BYTES = 12
OPERATOR_KEY = "operator_ed25519"


class Listing(NamedTuple):
    """An instrument of the demo."""

    symbol: str
    name: str
    kind: str
    tick_size: str
    lot_size: str
    reference_price: str


LISTINGS = (
    Listing("ACME", "Acme Industries", "SHARE", "0.01", "1", "48.20"),
    Listing("BOLT", "Bolt Mobility", "SHARE", "0.005", "10", "6.450"),
    Listing("NOVA", "Nova Therapeutics", "SHARE", "0.01", "1", "127.35"),
    Listing("TITAN", "Titan Semiconductor", "SHARE", "0.05", "1", "842.50"),
    Listing("WORLD", "All-World Equity Fund", "FUND", "0.01", "1", "103.40"),
    Listing("EUR-USD", "Euro against US dollar", "CURRENCY_PAIR", "0.00005", "1000", "1.08450"),
)


def seed(*, path: Path, http: str, grpc: str, ssh: str) -> dict[str, Any]:
    """Make what of the demo is missing and write how to come in to ``path``, readable by the owner only.

    Running it again changes nothing; credentials that are only in a lost file are made anew.
    """
    known = _read(path)
    operator = _person("operator", role=Role.STAFF, known=known.get("operator"))
    trader = _person("trader", role=Role.TRADER, known=known.get("trader"))
    _list_instruments(_actor("operator"))
    population.ensure_house_traders()
    found: dict[str, Any] = {
        "http": http,
        "grpc": grpc,
        "ssh": ssh,
        "trader": {**trader, "account": _account(known.get("trader"))},
        "operator": {**operator, "ssh_key": _ssh_key(path.with_name(OPERATOR_KEY))},
        "symbols": [instrument.symbol for instrument in instrument_selectors.every()],
    }
    _write(path, found)
    return found


def _person(username: str, *, role: Role, known: dict[str, str] | None) -> dict[str, str]:
    if known and user_selectors.exists(username):
        return {name: known[name] for name in ("username", "password", "api_key")}
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    if user_selectors.exists(username):
        users.set_password(username=username, password=password)
    else:
        users.create(username=username, password=password, role=role)
    key = api_keys.issue(actor=_actor(username), name="demo")
    return {"username": username, "password": password, "api_key": key.secret}


def _ssh_key(path: Path) -> str:
    """The file of the private key that lets the operator in, unless somebody has revoked it."""
    public_key = private_keys.public_line(private_keys.kept_in(path))
    if not ssh_key_selectors.is_known(public_key):
        ssh_keys.add(username="operator", public_key=public_key, name="demo")
    return str(path)


def _account(known: dict[str, str] | None) -> str:
    if known and known.get("account"):
        return known["account"]
    return accounts.open_demo_account(_actor("trader")).number


def _actor(username: str) -> Actor:
    actor = user_selectors.actor_named(username, door="system")
    assert actor is not None, "the demo's people are made before they act"
    return actor


def _list_instruments(operator: Actor) -> None:
    listed = {instrument.symbol for instrument in instrument_selectors.every()}
    for listing in LISTINGS:
        if listing.symbol not in listed:
            instruments.add(
                symbol=listing.symbol,
                name=listing.name,
                kind=listing.kind,
                currency="USD",
                tick_size=Decimal(listing.tick_size),
                lot_size=Decimal(listing.lot_size),
                reference_price=Decimal(listing.reference_price),
                actor=operator,
            )


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text()))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def _write(path: Path, found: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(found, file, indent=1)
    partial.replace(path)
