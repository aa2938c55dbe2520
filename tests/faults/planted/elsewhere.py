"""Mistakes that could be made in the feed, in fees, in the doors, in budgets and in the guards of the database."""

import time
from collections.abc import Collection, Sequence
from typing import Any

from access import append_only, redis_connection
from access.rates import in_redis
from access.rates.bucket import SECOND_US, Allowance, Bucket, allowance
from market.feed.channels import ChannelFeed
from market.feed.message import Message
from market.feed.reader import Reader
from market.models import Order
from market.rows import TradedAccount
from market.services import replacing
from marketops_site.postgres import safety
from tests.faults.planted.put import put
from vocabulary.fees import FeeRates
from vocabulary.orders import LiquiditySide
from vocabulary.roles import AccountKind


def a_hint_is_taken_for_the_truth() -> None:
    """What a hint carries is applied, whether or not it follows on what the reader has."""

    def take_hint(self: Any, hint: Any) -> None:
        events = hint.public_events(after=self._view.sequence)
        if events:
            self._view.apply(events)

    put(Reader, "_take_hint", take_hint)


def a_snapshot_without_its_sequence() -> None:
    """A snapshot does not say at which sequence it is true."""
    genuine = ChannelFeed.snapshot

    def snapshot(self: Any, **when: Any) -> Any:
        message = genuine(self, **when)
        body = {**message.body, "last_sequence": 0}
        return Message(message.type, body=body, channel=message.channel, symbol=message.symbol)

    put(ChannelFeed, "snapshot", snapshot)


def fees_are_floats() -> None:
    """A fee is computed in floating point."""

    def micros(self: FeeRates, *, tick_lots: int, lots: int, liquidity: int, units: Any) -> int:
        is_maker = liquidity == LiquiditySide.MAKER
        rate, per_lot = (self.maker_bps, self.maker_per_lot) if is_maker else (self.taker_bps, self.taker_per_lot)
        return int(float(units.to_money(tick_lots)) * float(rate) * 100 // 1) + int(lots * float(per_lot) * 1e6 // 1)

    put(FeeRates, "micros", micros)


def one_action_asks_nobody() -> None:
    """Whoever is signed in cancels and replaces anybody's orders."""

    def access_orders(order_ids: Collection[int], *, actor: Any) -> tuple[dict[int, Order], dict[int, TradedAccount]]:
        rows = {row.pk: row for row in Order.objects.select_related("account").filter(pk__in=order_ids)}
        accounts = [row.account for row in rows.values()]
        return rows, {
            account.pk: TradedAccount(account.pk, account.number, AccountKind(account.kind), account.currency)
            for account in accounts
        }

    put(replacing, "_access_orders", access_orders)


def a_budget_is_read_and_then_written() -> None:
    """What is left of a budget is read, compared and written in three steps that others come between."""

    def read_then_write(buckets: Sequence[Bucket], *, cost: int) -> Allowance:
        client, whole = redis_connection.client(), buckets[0]
        key, now_us = in_redis.KEY.format(name=whole.name), int(time.time() * SECOND_US)
        full_us = max(now_us, int(client.get(key) or now_us))
        wait_us = full_us + (cost - whole.holds) * whole.share_us - now_us
        if wait_us <= 0:
            client.set(key, full_us + cost * whole.share_us)
        return allowance(buckets, [full_us], now_us=now_us, wait_us=wait_us)

    put(in_redis, "take_in_redis", read_then_write)


def truncating_is_allowed() -> None:
    """The guard of the tables that only grow forgets TRUNCATE."""
    genuine = append_only.append_only

    def forgetful(table: str) -> Any:
        step = genuine(table)
        step.sql = step.sql.replace(" OR TRUNCATE", "")
        return step

    put(append_only, "append_only", forgetful)


def nobody_asks_for_fsync() -> None:
    """The start takes a database that keeps its commits in memory."""
    put(safety, "RULES", tuple(rule for rule in safety.RULES if rule.name != "fsync"))
