"""The Celery tasks of the matching service. A task carries but a book's name: lost, late or doubled, no harm."""

import os
from pathlib import Path
from typing import Any

import redis
import structlog
from celery import shared_task
from celery.signals import celeryd_after_setup, worker_init, worker_ready, worker_shutting_down
from django.conf import settings
from django.db import OperationalError

import matching
from market import process_memory, redis_connection, shards
from market.matcher import sampling
from market.matcher.drain import CONSUMED, Matcher
from market.matcher.sweeper import Sweeper
from market.matcher.watchdog import Watchdog
from market.services import class_results, equity, expiries, guests, liquidation, payouts
from market.wake import MATCH_TASK
from vocabulary import limits

logger = structlog.get_logger(__name__)

MATCHING_PROCESS = "matching"
STANDBY_PROCESS = "general"
"""The general worker takes no wake-ups, yet it sweeps: it drains what waits while a matching worker starts again."""

matcher = Matcher(stuck_after_s=limits.MATCH_STUCK_S)
_threads: list[Sweeper | Watchdog] = []


@shared_task(name=MATCH_TASK, ignore_result=True)
def match_book(symbol: str) -> None:
    """Drain a book's inbox. A database that is away is the sweeper's to try again."""
    matcher.progress.mark(CONSUMED)
    try:
        matcher.serve(symbol)
    except OperationalError as error:
        logger.warning("drain_failed", symbol=symbol, error=str(error))
    finally:
        matcher.progress.mark(CONSUMED)


@shared_task(name="market.verify_sample", ignore_result=True)
def verify_sample() -> None:
    """Verify some batches of some journals; what breaks stops its book."""
    sampling.sample()


@shared_task(name="market.watch_margins", ignore_result=True)
def watch_margins() -> None:
    """Warn accounts that lack margin, and close positions of those that were warned."""
    liquidation.watch()


@shared_task(name="market.sample_equity", ignore_result=True)
def sample_equity() -> None:
    """Keep what every account is worth."""
    equity.sample()


@shared_task(name="market.keep_classes", ignore_result=True)
def keep_classes() -> None:
    """Keep the heights of the classes that go on, and end those whose time is over."""
    class_results.note_heights()
    class_results.freeze_those_over()


@shared_task(name="market.expire_options", ignore_result=True)
def expire_options() -> None:
    """End the trading of options whose time has come, and begin to pay what they are worth."""
    expiries.expire_due()


@shared_task(name="market.go_on_with_payouts", ignore_result=True)
def go_on_with_payouts() -> None:
    """Go on with what pays positions out and was cut short."""
    payouts.go_on_with_all()


@shared_task(name="market.close_guests", ignore_result=True)
def close_guests() -> None:
    """Close the guests who have not traded for a while."""
    guests.close_idle(idle_h=settings.GUEST_IDLE_HOURS)


@celeryd_after_setup.connect
def serve_shards_that_are_no_more(instance: Any, **_: Any) -> None:
    """Let the worker of the first shard empty the queues that were left when there were more shards."""
    if not settings.PROCESS_NAME.startswith(MATCHING_PROCESS) or 0 not in _shards_served():
        return
    try:
        left_over = shards.left_over_queues(redis_connection.client())
    except (redis.RedisError, OSError) as error:
        logger.warning("left_over_queues_unknown", error=str(error))
        return
    for queue in left_over:
        instance.app.amqp.queues.select_add(queue)


@worker_init.connect
def warm_kernel(**_: Any) -> None:
    """Compile or load the kernel before the first wake-up is taken: inside a transaction it would outlast the lock."""
    if settings.PROCESS_NAME.startswith((MATCHING_PROCESS, STANDBY_PROCESS)):
        matching.warm()


@worker_ready.connect
def start_threads(**_: Any) -> None:
    """Start this worker's sweeper and watchdog, if it is a matching one or their standby; then say that it is ready."""
    if settings.PROCESS_NAME.startswith((MATCHING_PROCESS, STANDBY_PROCESS)):
        served = _shards_served()
        consumes = settings.PROCESS_NAME.startswith(MATCHING_PROCESS)
        queues = [f"match.{shard}" for shard in served] if consumes else []
        pulse = Path(settings.PULSE_FILE) if settings.PULSE_FILE else None
        _threads.append(Sweeper(matcher, shard_numbers=served))
        _threads.append(Watchdog(matcher.progress, shard_numbers=served, queues=queues, pulse=pulse))
        for thread in _threads:
            thread.start()
    process_memory.settle()
    if settings.READY_FILE:
        Path(settings.READY_FILE).touch()


def _shards_served() -> list[int]:
    """The shards named by MARKETOPS_SHARDS; all of them where it names none."""
    named = os.environ.get("MARKETOPS_SHARDS")
    return [int(number) for number in named.split(",")] if named else list(range(settings.MATCHING_SHARDS))


@worker_shutting_down.connect
def leave(**_: Any) -> None:
    """Let the batch at hand be the last, and the threads end with the worker."""
    matcher.leave()
    for thread in _threads:
        thread.stop()
