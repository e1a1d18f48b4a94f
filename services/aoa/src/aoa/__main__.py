"""`python -m aoa serve work | migrate`."""

import sys

from aos_common.cli import migrations_folder, run_roles

import aoa
from aoa.app import build
from aoa.settings import Settings

if __name__ == "__main__":
    sys.exit(run_roles("aoa", Settings, build, migrations_folder(aoa.__file__), sys.argv[1:]))
