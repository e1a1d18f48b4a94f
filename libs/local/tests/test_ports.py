"""Ports for servers that bind them a moment later."""

import socket
from contextlib import closing
from pathlib import Path

import pytest
from aos_local.processes import ports


def test_free_port_when_chosen_then_the_kernel_gives_it_to_nobody_who_asks_for_any() -> None:
    chosen = [ports.free_port() for _ in range(200)]
    with closing(socket.socket()) as any_port:
        any_port.bind((ports.LOOPBACK, 0))
        first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
        assert max(chosen) < first <= any_port.getsockname()[1]


def test_free_port_when_ports_are_taken_or_to_be_avoided_then_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    port = ports.free_port()
    monkeypatch.setattr(ports, "_not_given_out", lambda: range(port, port + 3))
    with closing(socket.socket()) as server:
        server.bind((ports.LOOPBACK, port))
        assert ports.free_port([port + 1]) == port + 2
        with pytest.raises(ports.PortTaken):
            ports.free_port([port + 1, port + 2])


def test_free_port_when_the_kernel_chooses_from_nearly_all_then_is_one_of_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wide = tmp_path / "range"
    wide.write_text("1024\t65000\n")
    monkeypatch.setattr(ports, "_EPHEMERAL", wide)
    assert ports.FIRST <= ports.free_port() < 65_536
