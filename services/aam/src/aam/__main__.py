"""`python -m aam serve | consume | work | migrate`."""

import sys

from aos_common.cli import migrations_folder, run_roles

import aam
from aam.app import build
from aam.settings import Settings

if __name__ == "__main__":
    sys.exit(run_roles("aam", Settings, build, migrations_folder(aam.__file__), sys.argv[1:]))
