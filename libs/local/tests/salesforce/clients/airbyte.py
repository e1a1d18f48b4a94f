"""Run airbyte-source-salesforce as it is, with the login host it has built in answered by the emulator.

`airbyte.py EMULATOR_URL COMMAND [ARGUMENTS]`; the commands are the connector's: spec, check, discover, read.
"""

import sys

from requests.adapters import HTTPAdapter

EMULATOR = sys.argv.pop(1)
_send = HTTPAdapter.send


def _rewritten(self, request, **named):  # type: ignore[no-untyped-def]  # runs in the client's own environment
    request.url = request.url.replace("https://login.salesforce.com", EMULATOR)
    return _send(self, request, **named)


HTTPAdapter.send = _rewritten

from source_salesforce.run import run  # noqa: E402  after the host is rewritten

run()
