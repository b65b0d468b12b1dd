"""`python -m xinheng.verify`."""

import sys

from xinheng.verify.command import main

if __name__ == "__main__":
    sys.exit(main())
