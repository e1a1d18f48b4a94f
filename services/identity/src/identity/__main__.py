"""`python -m identity serve | migrate`."""

import sys

from aos_common.cli import migrations_folder, run_roles

import identity
from identity.app import build
from identity.settings import Settings

if __name__ == "__main__":
    sys.exit(run_roles("identity", Settings, build, migrations_folder(identity.__file__), sys.argv[1:]))
