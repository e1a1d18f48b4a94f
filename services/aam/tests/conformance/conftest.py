"""Runs the conformance kit over the connectors; with `-v` it ends in a table of what was seen."""

from collections import defaultdict

import pytest
from aam.adapters.conformance import table

OUTCOME = "conformance"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One table of all connectors, from the reports, so that it is also whole when tests run in several processes."""
    outcomes: dict[str, dict[str, str]] = defaultdict(dict)
    for result in ("passed", "failed"):
        for report in terminalreporter.getreports(result):
            found = dict(report.user_properties).get(OUTCOME)
            if found is not None:
                connector, check, told = found
                outcomes[connector][check] = told if result == "passed" else "**fails**"
    if outcomes and terminalreporter.config.get_verbosity() > 0:
        terminalreporter.section("conformance")
        terminalreporter.write_line(table(outcomes))
