"""A halt by the OpenSSH client in the whole running exchange: no trade after it, and every door says why."""

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stderr
from pathlib import Path

import grpc
import pytest
from websockets.sync.client import connect

from marketops.v1 import market_service_pb2, market_service_pb2_grpc, orders_pb2
from terminal import profile
from terminal.main import main
from tests.adminshell.conftest import Door, KeyPair
from tests.running_system import RunningSystem
from vocabulary.exit_status import ExitStatus

SYMBOL = "EUR-USD"
REASON = "news at noon"
TICKET = {"symbol": SYMBOL, "side": "BUY", "ord_type": "LIMIT", "order_qty": "1000", "price": "1.08000"}
PATIENCE_S = 10


@pytest.fixture
def console(system: RunningSystem, tmp_path: Path) -> Iterator[Door]:
    """The demo's console with the key that was made for its operator; what is halted resumes in the end."""
    port, key = int(system.demo["ssh"].rpartition(":")[2]), Path(system.demo["operator"]["ssh_key"])
    door = Door(port, tmp_path, KeyPair(key, ""), user="operator")
    yield door
    assert run(door, f"resume {SYMBOL}") == (0, f"{SYMBOL} trades again.\n")


def run(door: Door, command: str) -> tuple[int, str]:
    done = door.ssh(command, options=("-oStrictHostKeyChecking=accept-new",))
    return done.returncode, done.stdout


def test_a_halt_over_ssh_is_told_by_every_door(system: RunningSystem, console: Door, tmp_path: Path):
    assert run(console, f'halt {SYMBOL} "{REASON}"') == (0, f"{SYMBOL} halted: {REASON}.\n")
    trades_before = system.query("SELECT count(*) FROM market_trade")

    told = {
        "rest": said_over_rest(system),
        "websocket": said_over_the_websocket(system),
        "grpc": said_over_grpc(system),
        "pages": said_on_the_page(system),
        "terminal": said_in_the_terminal(system, tmp_path),
        "ssh": run(console, "instruments")[1],
    }

    assert {door: REASON in text for door, text in told.items()} == dict.fromkeys(told, True)
    assert system.query("SELECT count(*) FROM market_trade") == trades_before


def ticket(system: RunningSystem, door: str) -> dict[str, str]:
    return {**TICKET, "cl_ord_id": f"in-a-halt-{door}", "account": system.demo["trader"]["account"]}


def said_over_rest(system: RunningSystem) -> str:
    with system.client(system.demo["trader"]["api_key"]) as client:
        answer = client.post("/api/v1/orders/", json=ticket(system, "rest"))
    assert (answer.status_code, answer.json()["code"]) == (422, "instrument_halted")
    return str(answer.json()["detail"])


def said_over_the_websocket(system: RunningSystem) -> str:
    key = {"Authorization": f"Bearer {system.demo['trader']['api_key']}"}
    address = f"{system.http.replace('http', 'ws', 1)}/ws/v1/orders/"
    with connect(address, additional_headers=key, proxy=None) as socket:
        assert json.loads(socket.recv(timeout=PATIENCE_S))["type"] == "signed_in"
        socket.send(json.dumps({"id": "1", "op": "place", "order": ticket(system, "ws")}))
        while (answer := json.loads(socket.recv(timeout=PATIENCE_S))).get("id") != "1":
            pass
    assert (answer["type"], answer["code"]) == ("rejected", "instrument_halted")
    return str(answer["detail"])


def said_over_grpc(system: RunningSystem) -> str:
    words = ticket(system, "grpc")
    request = market_service_pb2.PlaceOrderRequest(
        cl_ord_id=words["cl_ord_id"],
        account=words["account"],
        symbol=SYMBOL,
        side=orders_pb2.SIDE_BUY,
        ord_type=orders_pb2.ORD_TYPE_LIMIT,
        order_qty=words["order_qty"],
        price=words["price"],
    )
    metadata = [("authorization", f"Bearer {system.demo['trader']['api_key']}")]
    with grpc.insecure_channel(system.demo["grpc"]) as channel, pytest.raises(grpc.RpcError) as raised:
        market_service_pb2_grpc.MarketServiceStub(channel).PlaceOrder(request, timeout=PATIENCE_S, metadata=metadata)
    assert raised.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    return str(raised.value.details())


def said_on_the_page(system: RunningSystem) -> str:
    with system.browser("trader") as browser:
        page = f"{system.http}/instruments/{SYMBOL}/"
        assert REASON in browser.get(page).text
        token = next(value for name, value in browser.cookies.items() if "csrf" in name)
        form = {**ticket(system, "web"), "time_in_force": "DAY", "csrfmiddlewaretoken": token}
        answer = browser.post(f"{page}orders/", data=form, headers={"Referer": page, "HX-Request": "true"})
    assert answer.status_code == 422
    assert 'data-code="instrument_halted' in answer.text
    return answer.text


def said_in_the_terminal(system: RunningSystem, folder: Path) -> str:
    own = folder / "profile.toml"
    profile.write(profile.from_demo(system.var, who="trader"), own, may_replace=False)
    said = io.StringIO()
    with redirect_stderr(said):
        status = main(["buy", SYMBOL, TICKET["order_qty"], "--price", TICKET["price"], "--profile", str(own)])
    assert status == ExitStatus.HALTED
    return said.getvalue()
