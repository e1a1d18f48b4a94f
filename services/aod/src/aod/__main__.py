"""`python -m aod serve consume work | migrate`; it consumes no stream, so `consume` adds nothing."""

import sys

from aos_common.cli import main

if __name__ == "__main__":
    sys.exit(main("aod", sys.argv[1:]))
