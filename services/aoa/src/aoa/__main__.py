"""`python -m aoa serve consume work | migrate`."""

import sys

from aos_common.cli import main

if __name__ == "__main__":
    sys.exit(main("aoa", sys.argv[1:]))
