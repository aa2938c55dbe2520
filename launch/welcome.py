"""The one screen that a person reads when everything is up."""

import json
from typing import Any

from launch.options import Options
from launch.var_folder import VarFolder


def screen(options: Options, *, var: VarFolder) -> str:
    """Addresses, how to sign in, how to place an order from a shell, how to stop."""
    host = "localhost" if options.bind in ("127.0.0.1", "0.0.0.0", "::") else options.bind
    address = f"http://{host}:{options.port}"
    lines = [
        "",
        "MarketOps is up.",
        "",
        f"  Web pages    {address}/",
        f"  Operations   {address}/operations/",
        f"  REST API     {address}/api/v1/docs/",
        f"  gRPC         {host}:{options.grpc_port}   (protocol: proto/marketops/v1/)",
        *_console(_demo(var), host=host, port=options.ssh_port),
        *_ways_in(_demo(var), address=address),
        "",
        f"  Settings     {var.settings_file}   (load them into a shell: set -a; . {var.settings_file})",
        f"  Logs         {var.root}/log/",
        "  Stop         Ctrl-C",
        "",
    ]
    return "\n".join(lines)


def _demo(var: VarFolder) -> dict[str, Any]:
    if not var.demo_file.exists():
        return {}
    demo: dict[str, Any] = json.loads(var.demo_file.read_text())
    return demo


def _console(demo: dict[str, Any], *, host: str, port: int) -> list[str]:
    operator = demo.get("operator")
    if not operator:
        return []
    key = f"   (with the password, or -i {operator['ssh_key']})" if "ssh_key" in operator else ""
    return [f"  SSH console  ssh -p {port} {operator['username']}@{host}{key}"]


def _ways_in(demo: dict[str, Any], *, address: str) -> list[str]:
    lines = [
        f"  Sign in      {who['username']}   password {who['password']}   ({role})"
        for role in ("trader", "operator")
        if (who := demo.get(role))
    ]
    if lines:
        lines.insert(0, "")
    trader, symbols = demo.get("trader"), demo.get("symbols")
    if not trader or not symbols:
        return lines
    order = {
        "cl_ord_id": "my-1",
        "account": trader["account"],
        "symbol": symbols[0],
        "side": "BUY",
        "ord_type": "MARKET",
        "order_qty": "10",
        "time_in_force": "IOC",
    }
    return [
        *lines,
        f"  API key      {trader['api_key']}",
        "",
        "  An order from a shell:",
        f"    curl {address}/api/v1/orders/ -H 'Authorization: Bearer {trader['api_key']}' \\",
        f"      -H 'Content-Type: application/json' -d '{json.dumps(order)}'",
    ]
