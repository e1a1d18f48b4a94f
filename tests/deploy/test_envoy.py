"""The gateway's configuration in the chart is the one that the table of doors makes today."""

import os
import subprocess
from pathlib import Path
from typing import Any

from aos_gateway import chart
from aos_local.backing import binaries

from tests.deploy.conftest import CHART


def test_configuration_in_the_chart_is_up_to_date() -> None:
    assert (CHART / "files" / "envoy.yaml").read_text() == chart.render(), "make chart"


def test_rendered_configuration_is_one_that_envoy_takes(rendered: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    for case in ("evaluation", "external"):
        maps = [one for one in rendered[case]["manifests"] if one["kind"] == "ConfigMap"]
        file = tmp_path / f"{case}.yaml"
        file.write_text(maps[0]["data"]["envoy.yaml"])
        command = [str(binaries.envoy()), "--mode", "validate", "-l", "error", "-c", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=dict(os.environ))
        assert done.returncode == 0, done.stderr[-1000:]
