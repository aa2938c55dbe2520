"""Stands in for Django's command line: prepares nothing, then is ready for ever."""

import os
import sys
import time
from pathlib import Path

DEMO = """{"trader": {"username": "tina", "password": "p", "api_key": "k", "account": "A1"},
           "operator": {"username": "olga", "password": "q", "api_key": "l", "ssh_key": "/k"}, "symbols": ["ACME"]}"""

if sys.argv[1] == "prepare":
    sys.stdout.write(f"prepare: {' '.join(sys.argv[1:])}\n")
    (Path(os.environ["MARKETOPS_VAR_DIR"]) / "static").mkdir(exist_ok=True)
    (Path(os.environ["MARKETOPS_VAR_DIR"]) / "demo.json").write_text(DEMO)
else:
    Path(os.environ["MARKETOPS_READY_FILE"]).touch()
    time.sleep(3600)
