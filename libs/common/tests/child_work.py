"""What the tests of children let them do; a module of its own, as a service's is."""

import os
import time
from pathlib import Path

from aos_common.errors import InvalidRequest


def work(request: str) -> str:
    """Do what the request says."""
    verb, _, rest = request.partition(" ")
    if verb == "sleep":
        time.sleep(float(rest))
    if verb == "die":
        os._exit(3)
    if verb == "refuse":
        raise InvalidRequest(rest, hint="Ask otherwise.")
    if verb == "take":
        return str(len(bytearray(int(rest) << 20)))
    if verb == "mark":
        Path(rest).write_text(str(os.getpid()))
        time.sleep(60)
    return str(os.getpid())
