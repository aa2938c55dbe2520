"""``python -m terminal``."""

import sys

from terminal.main import main

sys.exit(main())
