"""The embedded servers: data that last, folders that are refused, and what the application may not do to Valkey."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from launch.errors import LaunchRefusedError
from launch.servers import binaries, identity
from launch.servers.embedded import embedded_servers, embedded_valkey
from tests.launch.conftest import processes_of, wait_until


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[redis.Redis, redis.Redis]]:
    """The application's and the administrator's connection to one server."""
    with embedded_valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield redis.Redis.from_url(server.url), redis.Redis.from_url(server.admin_url)


def test_what_was_committed_is_there_after_a_power_cut_and_after_a_restart(folder: Path) -> None:
    with embedded_servers(folder) as servers:
        with psycopg.connect(servers.postgres.url) as connection:
            connection.execute("CREATE TABLE trade (price int)")
            connection.execute("INSERT INTO trade VALUES (1005)")
        servers.kill("postgres")
        servers.start_again("postgres")
        with psycopg.connect(servers.postgres.url) as connection:
            assert connection.execute("SELECT price FROM trade").fetchall() == [(1005,)]
        port = servers.postgres.port
    with embedded_servers(folder) as servers, psycopg.connect(servers.postgres.url) as connection:
        assert servers.postgres.port == port
        assert connection.execute("SELECT price FROM trade").fetchall() == [(1005,)]
    wait_until(lambda: not processes_of(folder))


def test_postgres_is_durable_private_and_asks_for_a_password(folder: Path) -> None:
    with embedded_servers(folder) as servers:
        with psycopg.connect(servers.postgres.url) as connection:
            shown = {
                name: connection.execute(f"SHOW {name}").fetchone()
                for name in ("fsync", "synchronous_commit", "listen_addresses", "data_checksums", "server_encoding")
            }
            superuser = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        assert shown == {
            "fsync": ("on",),
            "synchronous_commit": ("on",),
            "listen_addresses": ("127.0.0.1",),
            "data_checksums": ("on",),
            "server_encoding": ("UTF8",),
        }
        assert superuser == (False,)
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host="127.0.0.1", port=servers.postgres.port, user="marketops", dbname="marketops")
        assert servers.postgres.data.stat().st_uid != 0


def test_a_data_folder_of_another_major_version_is_refused(folder: Path) -> None:
    data = folder / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(LaunchRefusedError, match=r"was written by PostgreSQL 9 and .*script/manage restore FILE"):
        embedded_servers(folder).__enter__()
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_programs_that_nobody_can_reach_are_copied_to_where_they_can_be(folder: Path) -> None:
    hidden, state = folder / "home", folder / "state"
    hidden.mkdir(mode=0o700)
    state.mkdir(mode=0o711)
    programs = binaries.copied(binaries.postgres_bin(), into=hidden)

    who = identity.choose(bin_folder=programs, state=state)

    assert who.bin_folder.is_relative_to(state)
    assert who.owner[0] != 0
    assert "initdb" in who.run(who.bin_folder / "initdb", "--version", env={}).stdout


@pytest.mark.parametrize(
    "command", ["FLUSHALL", "FLUSHDB", "CONFIG GET *", "SHUTDOWN", "KEYS *", "ACL LIST", "EVAL x 0", "SCRIPT FLUSH"]
)
def test_the_application_may_not_wipe_configure_or_stop_valkey(
    valkey: tuple[redis.Redis, redis.Redis], command: str
) -> None:
    application, _ = valkey
    with pytest.raises(redis.exceptions.NoPermissionError):
        application.execute_command(*command.split())


def test_nobody_may_debug_valkey_and_nobody_comes_in_without_a_password(
    valkey: tuple[redis.Redis, redis.Redis],
) -> None:
    application, _ = valkey
    with pytest.raises(redis.exceptions.ResponseError):
        application.execute_command("DEBUG", "SLEEP", "0")
    port = application.connection_pool.connection_kwargs["port"]
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis(port=port, retry=Retry(NoBackoff(), 0)).ping()


def test_locks_and_messages_work_for_the_application(valkey: tuple[redis.Redis, redis.Redis]) -> None:
    application, administrator = valkey
    with application.lock("book", timeout=5) as lock:
        assert lock.extend(5)
        assert lock.reacquire()
    with application.pubsub() as subscription:
        subscription.subscribe("trades")
        assert subscription.get_message(timeout=5)["type"] == "subscribe"
        application.publish("trades", "1005")
        assert subscription.get_message(timeout=5)["data"] == b"1005"
    assert administrator.flushall()


def test_a_throwaway_run_hands_on_the_status_and_leaves_nothing() -> None:
    script = "import os; print(os.environ['MARKETOPS_VAR_DIR']); raise SystemExit(7)"
    done = subprocess.run(
        [sys.executable, "-m", "launch.servers.throwaway", "--", sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 7
    own_folder = Path(done.stdout.strip())
    assert not own_folder.exists()
    assert processes_of(own_folder) == []
