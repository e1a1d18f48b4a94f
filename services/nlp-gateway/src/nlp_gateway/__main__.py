"""`python -m nlp_gateway serve consume work | migrate`."""

import sys

from aos_common.cli import main

if __name__ == "__main__":
    sys.exit(main("nlp_gateway", sys.argv[1:]))
