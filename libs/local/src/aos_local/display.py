"""How the platform looks in a terminal."""

from typing import Any

import psutil
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from aos_local.doctor import Finding
from aos_local.processes.process import Identity
from aos_local.processes.state import ComponentState, PlatformState, Status

_COLOURS = {Status.READY: "green", Status.DONE: "green", Status.FAILED: "red", Status.RESTARTING: "yellow"}


class StartProgress:
    """Prints one line when a component begins or ends its start, with the seconds it took."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: dict[str, Status] = {}

    def __call__(self, state: PlatformState) -> None:
        """Print what changed since the last call."""
        for component in state.components.values():
            if self._shown.get(component.name) is component.status:
                continue
            self._shown[component.name] = component.status
            if component.status in {Status.READY, Status.DONE}:
                self._console.print(f"  [green]✓[/] {component.name:<12} {component.ready_after or 0:5.1f} s")
            elif component.status in {Status.FAILED, Status.RESTARTING}:
                self._console.print(f"  [red]✗[/] {component.name:<12} {escape(component.message)}")


def print_urls(console: Console, state: PlatformState, seconds: float | None = None) -> None:
    """The aligned list at the end of a start that took `seconds`, or of what ran already."""
    console.print("\nRunning.\n" if seconds is None else f"\nRunning after {seconds:.1f} s.\n")
    _print_addresses(console, state)
    console.print("\n  What runs: aos status    Live logs: aos logs -f    End it: aos down\n", highlight=False)


def _print_addresses(console: Console, state: PlatformState) -> None:
    for name, url in state.urls.items():
        console.print(f"  {name:<12} {url}", highlight=False, soft_wrap=True)
    for note in state.notes:
        console.print(f"  [yellow]{escape(note)}[/]", highlight=False, soft_wrap=True)


def usage(state: PlatformState) -> list[dict[str, Any]]:
    """One row a component and one for the supervisor; memory (bytes) counts the process and its children."""
    supervisor = ComponentState("supervisor", "", process=state.supervisor, status=Status.READY)
    return [_row(component) for component in (*state.components.values(), supervisor)]


def _row(component: ComponentState) -> dict[str, Any]:
    process = component.process
    alive = process is not None and process.alive()
    return {
        "name": component.name,
        "state": str(component.status),
        "pid": process.pid if process is not None and alive else None,
        "rss": _rss(process, whole_tree=component.name != "supervisor") if process is not None and alive else 0,
        "port": component.port,
        "restarts": component.restarts,
        "uptime": round(process.uptime(), 1) if process is not None and alive else None,
        "message": component.message,
    }


def _rss(identity: Identity, *, whole_tree: bool) -> int:
    """Resident bytes; shared pages are counted once where the kernel tells (PSS)."""
    root = identity.process()
    total = 0
    try:
        for process in [root, *(root.children(recursive=True) if whole_tree else [])] if root else []:
            total += _pss(process)
    except psutil.NoSuchProcess:
        return total
    return total


def _pss(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
    except psutil.AccessDenied:
        return int(process.memory_info().rss)
    return int(getattr(full, "pss", full.rss))


def print_status(console: Console, state: PlatformState) -> None:
    """The table of `aos status`, with the memory of all processes together."""
    rows = usage(state)
    table = Table("name", "state", "pid", "memory", "port", "restarts", "uptime", box=None, header_style="bold")
    for row in rows:
        colour = _COLOURS.get(Status(row["state"]), "dim")
        cells = [row["pid"], f"{row['rss'] / 1024**2:.0f} MB" if row["rss"] else None, row["port"], row["restarts"]]
        shown = ["-" if cell is None else str(cell) for cell in [*cells, _duration(row["uptime"])]]
        table.add_row(row["name"], f"[{colour}]{row['state']}[/]", *shown)
    console.print(table)
    console.print(f"\n{state.phase}, {sum(row['rss'] for row in rows) / 1024**2:.0f} MB in all", highlight=False)
    _print_addresses(console, state)
    for row in rows:
        if row["message"]:
            console.print(
                f"[yellow]{row['name']}[/]: {escape(row['message'])}  (aos logs {row['name']})", soft_wrap=True
            )


def _duration(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def print_findings(console: Console, findings: list[Finding]) -> None:
    """The list of `aos doctor`, each problem with what to do."""
    for finding in findings:
        mark = "[green]✓[/]" if finding.ok else "[yellow]![/]" if finding.warning else "[red]✗[/]"
        console.print(f"{mark} {finding.check:<12} {escape(finding.said)}", highlight=False, soft_wrap=True)
        if not finding.ok and finding.advice:
            console.print(f"  {'':<12} → {escape(finding.advice)}", highlight=False, soft_wrap=True)
