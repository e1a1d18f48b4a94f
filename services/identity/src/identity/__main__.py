"""`python -m identity serve | migrate`."""

import sys

from aos_common.cli import main

if __name__ == "__main__":
    sys.exit(main("identity", sys.argv[1:]))
