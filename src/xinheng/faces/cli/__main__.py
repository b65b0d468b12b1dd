"""`python -m xinheng.faces.cli`."""

import sys

from xinheng.faces.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
