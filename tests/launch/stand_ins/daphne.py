"""Stands in for the web: answers every request with 200."""

import http.server
import sys
from typing import Any


class Healthy(http.server.BaseHTTPRequestHandler):
    """Says that all is well."""

    def do_GET(self) -> None:
        """Answer /readyz, and anything else."""
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


http.server.ThreadingHTTPServer((sys.argv[2], int(sys.argv[4])), Healthy).serve_forever()
