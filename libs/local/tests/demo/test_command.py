"""`aos demo` as it is typed, where the platform is not simply up."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from aos_local.platform import Platform

PROGRAM = "from aos.cli.main import main; main()"
# A shell gives its background jobs a deaf ear for Ctrl-C; this one listens.
LISTENING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); " + PROGRAM


def environment(tmp_path: Path) -> dict[str, str]:
    return os.environ | {
        "AOS_HOME": str(tmp_path / "home"),
        "AOS_SESSION_FILE": str(tmp_path / "session.json"),
        "AOS_LOCAL_SERVICES": "",
    }


def test_demo_when_interrupted_while_the_platform_starts_then_leaves_nothing_running(tmp_path: Path) -> None:
    chosen = environment(tmp_path)
    platform = Platform(environment=chosen)
    command = [sys.executable, "-c", LISTENING, "demo"]
    with subprocess.Popen(command, env=chosen, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as demo:
        deadline = time.monotonic() + 60
        while not ((state := platform.state()) and state.components["postgres"].process):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        demo.send_signal(signal.SIGINT)
        _, complaint = demo.communicate(timeout=60)
    assert demo.returncode != 0
    assert "Traceback" not in complaint
    assert platform.state() is None
    for component in state.components.values():
        assert component.process is None or not component.process.alive()
