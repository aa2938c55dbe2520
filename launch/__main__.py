"""`python -m launch`: sets up and runs MarketOps."""

import sys

from launch.main import main

if __name__ == "__main__":
    sys.exit(main())
