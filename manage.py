#!/usr/bin/env python
"""Django's command line for MarketOps."""

import os
import sys

from marketops_site import command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketops_site.settings")
    command_line.run(sys.argv)
