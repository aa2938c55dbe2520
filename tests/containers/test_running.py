"""Every service does its work with the files and the environment of its container and nothing else."""

import json
import signal
import socket
from typing import Any

import httpx
import psycopg
import pytest
import redis

from launch.servers import ports
from tests.containers.composition import FILLED_IN
from tests.containers.conftest import STARTED_WITHIN_S, Host, files
from tests.running_system import GROUP, wait_until

pytestmark = pytest.mark.xdist_group(GROUP)

HEALTH = ("python", "-m", "launch.health")
DOORS_AND_WORKERS = ("web", "grpc", "adminshell", "matching", "general")


@pytest.fixture(scope="module")
def prepared(host: Host) -> Host:
    """The exchange when the first service has done its work and ended."""
    assert host.run("web", *HEALTH).returncode == 1
    done = host.run("prepare")
    assert done.returncode == 0, done.stderr
    return host


@pytest.fixture(scope="module")
def exchange(prepared: Host) -> Host:
    """Every service, up and healthy."""
    for name in DOORS_AND_WORKERS:
        prepared.start(name)
    wait_for(prepared, *DOORS_AND_WORKERS)
    prepared.start("traders")
    wait_for(prepared, "traders")
    return prepared


def wait_for(host: Host, *names: str) -> None:
    """Return when the services are ready; one that ends says why."""
    for name in names:
        try:
            wait_until(lambda name=name: is_ready(host, name), within_s=STARTED_WITHIN_S)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}; it said: {host.said(name)}") from error


def is_ready(host: Host, name: str) -> bool:
    assert host.running[name].poll() is None, "it has ended"
    if name == "web":
        return ports.answers(int(host.environment(name)["MARKETOPS_HTTP_PORT"]))
    return host.ready_file(name).exists()


def demo_of(host: Host) -> dict[str, Any]:
    return dict(json.loads((host.folder / "volume" / "demo.json").read_text()))


def test_the_role_of_the_application_owns_its_database_and_is_nobody_else(host: Host):
    with psycopg.connect(host.environment("web")["DATABASE_URL"]) as connection:
        rights = "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles"
        assert connection.execute(f"{rights} WHERE rolname = current_user").fetchall() == [
            ("marketops", False, False, False, False)
        ]


def test_valkey_lets_nobody_in_without_the_password_and_the_application_may_not_wipe_it(host: Host):
    url = host.environment("web")["REDIS_URL"]
    with redis.Redis.from_url(url) as known, redis.Redis.from_url(f"redis://{url.rpartition('@')[2]}") as stranger:
        assert known.ping()
        with pytest.raises(redis.AuthenticationError):
            stranger.ping()
        for command in (["FLUSHALL"], ["CONFIG", "GET", "save"], ["SHUTDOWN"]):
            with pytest.raises(redis.ResponseError, match="has no permissions"):
                known.execute_command(*command)


def test_the_image_s_program_passes_its_own_checks(prepared: Host):
    done = prepared.run("web", "python", "manage.py", "check")
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


def test_a_worker_that_has_not_said_that_it_is_ready_is_not_healthy(prepared: Host):
    done = prepared.run("prepare", *HEALTH)  # it ends without saying so
    assert (done.returncode, done.stdout) == (1, "prepare: it has not said that it is ready\n")


@pytest.mark.parametrize("name", [*DOORS_AND_WORKERS, "traders"])
def test_a_running_service_is_healthy(exchange: Host, name):
    done = exchange.run(name, *HEALTH)
    assert (done.returncode, done.stdout) == (0, ""), exchange.said(name)


def test_an_order_goes_in_at_the_web_and_is_filled_by_the_matching_service(exchange: Host):
    demo = demo_of(exchange)
    assert demo["http"] == f"http://127.0.0.1:{exchange.environment('web')['MARKETOPS_HTTP_PORT']}"
    order = {
        "cl_ord_id": "first-1",
        "account": demo["trader"]["account"],
        "symbol": demo["symbols"][0],
        "side": "BUY",
        "ord_type": "MARKET",
        "order_qty": "1",
        "time_in_force": "IOC",
    }
    key = {"Authorization": f"Bearer {demo['trader']['api_key']}", "Prefer": "wait=2"}
    with httpx.Client(base_url=demo["http"], trust_env=False, timeout=10) as client:
        depth = f"/api/v1/instruments/{order['symbol']}/depth/"
        wait_until(lambda: client.get(depth, headers=key).json().get("offers"), within_s=STARTED_WITHIN_S)
        answer = client.post("/api/v1/orders/", json=order, headers=key).json()
        assert (answer["ord_status"], answer["cum_qty"]) == ("FILLED", "1"), answer
        assert client.get("/").status_code == 200  # with the static files that the build collected
        counted = client.get("/metrics").text
    assert "marketops_inbox_depth" in counted
    names = [file.name for file in (exchange.folder / "counters").iterdir()]
    hosts = {name.removesuffix(".db").rpartition("_")[2].rpartition("-")[0] for name in names}
    assert hosts == {socket.gethostname().replace("_", "-")}  # not only a process's number, which containers share


def test_a_log_line_is_an_object_for_whoever_collects_them(exchange: Host):
    lines = [line for line in exchange.said("grpc").splitlines() if "grpc_serves" in line]
    assert [json.loads(line)["event"] for line in lines] == ["grpc_serves"]


def test_nothing_is_written_but_where_the_composition_lets_it(exchange: Host):
    assert files(exchange.home) == exchange.built
    for name in (*DOORS_AND_WORKERS, "traders"):
        if name != "adminshell":
            assert {path.name for path in exchange.var(name).iterdir()} == {"run"}, name
    kept = {path.name for path in (exchange.folder / "volume").iterdir()} - {"run"}
    assert kept == {"demo.json", "operator_ed25519", "ssh_host_ed25519_key"}


def test_no_secret_is_printed(exchange: Host):
    for name in exchange.running:
        assert [text for text in FILLED_IN.values() if text in exchange.said(name)] == [], name


def test_the_services_go_down_within_the_time_that_they_are_granted(exchange: Host):
    ends = {**exchange.stop("traders"), **exchange.stop(*DOORS_AND_WORKERS)}
    assert {name: end for name, end in ends.items() if end not in (0, -signal.SIGTERM)} == {}
