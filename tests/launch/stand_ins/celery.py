"""Stands in for a worker: ready at once; with -B it has a child, as a worker with a beat has."""

import os
import subprocess
import sys
import time
from pathlib import Path

if "-B" in sys.argv:
    subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(3600)"])
Path(os.environ["MARKETOPS_READY_FILE"]).touch()
time.sleep(3600)
