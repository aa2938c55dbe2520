"""Stands in for Django's command line: prepares nothing, answers as the web does, else is ready for ever."""

import http.server
import os
import sys
import time
from pathlib import Path
from typing import Any

DEMO = """{"trader": {"username": "tina", "password": "p", "api_key": "k", "account": "A1"},
           "operator": {"username": "olga", "password": "q", "api_key": "l", "ssh_key": "/k"}, "symbols": ["ACME"]}"""


class Healthy(http.server.BaseHTTPRequestHandler):
    """Answers every request with 200."""

    def do_GET(self) -> None:
        """Answer /readyz, and anything else."""
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


if sys.argv[1] == "prepare":
    sys.stdout.write(f"prepare: {' '.join(sys.argv[1:])}\n")
    (Path(os.environ["MARKETOPS_VAR_DIR"]) / "static").mkdir(exist_ok=True)
    (Path(os.environ["MARKETOPS_VAR_DIR"]) / "demo.json").write_text(DEMO)
elif sys.argv[1] == "runweb":
    address = (os.environ["MARKETOPS_BIND"], int(os.environ["MARKETOPS_HTTP_PORT"]))
    http.server.ThreadingHTTPServer(address, Healthy).serve_forever()
else:
    Path(os.environ["MARKETOPS_READY_FILE"]).touch()
    time.sleep(3600)
