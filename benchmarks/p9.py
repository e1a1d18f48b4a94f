"""P9: the demo on a machine with packages cached: seconds to the list of addresses, and memory of all processes."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GOAL_SECONDS = 90
GOAL_MB = 1500


def main() -> None:
    """Run the demo in a folder of its own and print its figures."""
    aos = str(Path(sys.executable).parent / "aos")
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"AOS_HOME": home, "AOS_SESSION_FILE": f"{home}/session.json"}
        began = time.monotonic()
        try:
            done = subprocess.run([aos, "demo", "--json"], env=environment, stdout=subprocess.PIPE, check=True)
            seconds = time.monotonic() - began
            status = subprocess.run([aos, "status", "--json"], env=environment, stdout=subprocess.PIPE, check=True)
        finally:
            subprocess.run([aos, "down"], env=environment, stdout=subprocess.DEVNULL, check=False)
    stages = json.loads(done.stdout)["stages"]
    resident = json.loads(status.stdout)["rss"] / 1e6
    print("\nP9  the demo")
    for stage in stages:
        print(f"  {stage['name']:<20} {stage['seconds']:>6.1f} s")
    print(
        f"  in all {seconds:.1f} s (goal ≤ {GOAL_SECONDS}), {resident:.0f} MB resident (goal ≤ {GOAL_MB})", flush=True
    )


if __name__ == "__main__":
    main()
