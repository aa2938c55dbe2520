"""The servers are killed and come back: PostgreSQL whole or one backend of it, Valkey, and all that Valkey knew."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import redis

from tests.faults.drivers.driver import Driver, Round
from tests.running_system import wait_until

ACTS_BETWEEN = 30
GOES_ON_WITHIN_S = 60.0
PROGRESS = "SELECT count(*) FROM market_journalcommand"
BACKENDS = """
SELECT pid FROM pg_stat_activity
 WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND datname = current_database() ORDER BY pid
"""
BACK_WITHIN_S = 30.0
GONE = ("", "Z", "X")


def the_database_is_killed(this: Round) -> None:
    """Kill every process of PostgreSQL at once in a storm of commits, and start it again."""
    servers = this.laboratory.servers
    number = 0
    with this.going_on(*this.orders_flow(pause_s=0.0), ("drain", {})):
        while not this.is_over(number):
            number += 1
            _let_orders_flow(this)
            _kill_at_once(servers.processes["postgres"].pid)
            servers.kill("postgres")
            servers.start_again("postgres")
            this.laboratory.wait_for_postgres()
            this.land("in a storm of commits")


def a_backend_is_killed(this: Round) -> None:
    """Kill one backend, after which PostgreSQL drops every connection and recovers by itself."""
    number = 0
    with this.going_on(*this.orders_flow(pause_s=0.0), ("drain", {})):
        while not this.is_over(number):
            number += 1
            _let_orders_flow(this)
            pids = [row[0] for row in this.laboratory.query(BACKENDS)]
            if not pids:
                continue
            with this.laboratory.probe() as is_cut_off:
                os.kill(this.chance.choice(pids), signal.SIGKILL)
                this.land("in a storm of commits")
                wait_until(is_cut_off, within_s=BACK_WITHIN_S)
            this.laboratory.wait_for_postgres()


def valkey_is_killed(this: Round) -> None:
    """Kill Valkey while a worker lives on its wake-ups, and start it again."""
    servers = this.laboratory.servers
    number = 0
    with this.going_on(*this.orders_flow(pause_s=0.005), ("work", {})):
        while not this.is_over(number):
            number += 1
            _let_orders_flow(this)
            servers.kill("valkey")
            this.land("while orders flow")
            time.sleep(this.chance.uniform(0.0, 0.2))
            servers.start_again("valkey")


def valkey_forgets_everything(this: Round) -> None:
    """Empty Valkey in mid-batch, and throw everybody out who listened there, while people follow the market."""
    number = 0
    client = this.laboratory.redis()
    follows = this.child("follow", until=str(over := this.laboratory.new_file()))
    with this.going_on(*this.orders_flow(pause_s=0.005), ("work", {})):
        while not this.is_over(number):
            number += 1
            time.sleep(this.chance.uniform(0.01, 0.1))
            client.flushall()
            with suppress(redis.RedisError):
                client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
            this.land("in mid-batch, with followers")
    this.do("drain", is_to_empty=True, within_s=GOES_ON_WITHIN_S)
    over.touch()
    follows.outcome()


def _let_orders_flow(this: Round) -> None:
    """Return when so many more commands have been sequenced."""
    deadline = time.monotonic() + GOES_ON_WITHIN_S
    goal = this.laboratory.query(PROGRESS)[0][0] + this.chance.randint(1, ACTS_BETWEEN)
    while this.laboratory.query(PROGRESS)[0][0] < goal:
        assert time.monotonic() < deadline, f"orders do not go on: {this.laboratory.said()}"
        time.sleep(0.005)


def _kill_at_once(postmaster: int) -> None:
    """Kill the postmaster's children, each of which has a process group of its own, and see that none is left.

    It is stopped before, so that it starts no more of them; they are gone when the kernel says so.
    """
    os.kill(postmaster, signal.SIGSTOP)
    wait_until(lambda: _state_of(postmaster) == "T", within_s=BACK_WITHIN_S)
    children = _children_of(postmaster)
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: all(_state_of(pid) in GONE for pid in children), within_s=BACK_WITHIN_S)


def _state_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1]
    except FileNotFoundError:
        return ""


def _children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


DRIVERS = (
    Driver("PostgreSQL is killed", the_database_is_killed, ordinary=2, nightly=2_000, at_once=40),
    Driver("a backend of PostgreSQL is killed", a_backend_is_killed, ordinary=1, nightly=300, at_once=20),
    Driver("Valkey is killed", valkey_is_killed, ordinary=2, nightly=500, at_once=50),
    Driver("Valkey forgets everything", valkey_forgets_everything, ordinary=4, nightly=1_000, at_once=50),
)
