"""`aos up | down | status | doctor | logs | traces | mail | signing-keys`, plugged into the `aos` command."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from aos.session import address
from aos_common.errors import DomainError
from rich.console import Console

from aos_local.demo.command import demo
from aos_local.display import StartProgress, print_findings, print_status, print_urls, usage
from aos_local.doctor import examine
from aos_local.operators import mail, signing_keys
from aos_local.platform import Platform
from aos_local.processes.logs import tail
from aos_local.traces.command import traces

_FOLLOW_POLL = 0.25


def register(app: typer.Typer) -> None:
    """Add the commands to the `aos` command."""
    for command in (up, down, status, doctor, logs, demo):
        app.command()(command)
    app.command("mail")(show_mail)
    app.command("traces")(show_traces)
    app.command("signing-keys")(look_after_keys)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn a named failure into a short message, what to type next, and exit status 1."""
    try:
        yield
    except DomainError as error:
        complaint = Console(stderr=True)
        complaint.print(f"[red]{error.reason}[/]", end=" ")
        complaint.print(error.message, markup=False, highlight=False, soft_wrap=True)
        if error.hint:
            complaint.print(f"→ {error.hint}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None


def up(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return once everything is healthy.")] = False,
) -> None:
    """Start the whole platform on this machine, with the web console where it has been built."""
    console = Console()
    with _explained():
        platform = Platform()
        began = time.monotonic()
        console.print("Starting the platform", highlight=False)
        try:
            state = platform.start(StartProgress(console), outlive_me=detach)
            print_urls(console, state, time.monotonic() - began)
            _say_where_to_sign_in(console, state.urls["API"])
            if detach:
                return
            console.print("Ctrl-C ends it.")
            platform.wait()
        except KeyboardInterrupt:
            console.print("\nStopping …")
        platform.stop()
    console.print("Stopped.")


def _say_where_to_sign_in(console: Console, url: str) -> None:
    """Where the commands speak to another platform, which may even answer: say how to turn to this one."""
    if address() != url:
        console.print(f"  The other commands speak to {address()}. To use this platform:", highlight=False)
        console.print(f"  aos register --url {url}, or aos login --url {url}\n", highlight=False, soft_wrap=True)


def down() -> None:
    """End every process that `aos up` started; data stays."""
    with _explained():
        ran = Platform().stop()
    Console().print("Stopped. Data is kept; start again with: aos up" if ran else "Nothing was running.")


def status(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")] = False,
) -> None:
    """Show what runs: state, process, memory, port, restarts, uptime. Exit status 3 when nothing runs."""
    with _explained():
        platform = Platform()
        state = platform.state()
    if state is None or not state.alive():
        if as_json:
            print(json.dumps({"phase": "stopped", "message": state.message if state else "", "components": []}))
        else:
            Console().print("Not running. Start it with: aos up" if state is None else "Not running. See: aos doctor")
        raise typer.Exit(3)
    if as_json:
        rows = usage(state)
        total = sum(row["rss"] for row in rows)
        shown = {"phase": state.phase, "urls": state.urls, "notes": state.notes, "rss": total, "components": rows}
        print(json.dumps(shown, indent=1))
    else:
        print_status(Console(), state)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of a list.")] = False,
) -> None:
    """Check this machine for what the platform needs. Exit status 1 when something keeps it from starting."""
    with _explained():
        findings = examine(Platform())
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        print_findings(Console(), findings)
    if any(not finding.ok and not finding.warning for finding in findings):
        raise typer.Exit(1)


def logs(
    name: Annotated[str | None, typer.Argument(help="A component, as `aos status` names it; default all.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new lines until Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, max=10_000, help="Last lines of each.")] = 20,
) -> None:
    """Show the logs of one component, or of all."""
    with _explained():
        folder = Platform().settings.home.logs
    files = {path.stem: path for path in sorted(folder.glob("*.log"))}
    if name is not None and name not in files:
        known = ", ".join(files) or "none yet; start with: aos up"
        Console(stderr=True).print(f"There is no log of '{name}'. There are: {known}.", highlight=False)
        raise typer.Exit(1)
    chosen = {name: files[name]} if name is not None else files
    ends = {stem: path.stat().st_size for stem, path in chosen.items()}
    for stem, path in chosen.items():
        _print_lines(stem, tail(path, lines), prefixed=name is None)
    while follow:
        try:
            time.sleep(_FOLLOW_POLL)
        except KeyboardInterrupt:
            return
        for stem, path in chosen.items():
            ends[stem] = _print_new(stem, path, ends[stem], prefixed=name is None)


def _print_lines(stem: str, text: str, *, prefixed: bool) -> None:
    for line in text.splitlines():
        print(f"{stem:<10} | {line}" if prefixed else line, flush=True)


def _print_new(stem: str, path: Path, seen: int, *, prefixed: bool) -> int:
    size = path.stat().st_size
    with path.open("rb") as handle:
        handle.seek(seen if size >= seen else 0)
        data = handle.read(1024 * 1024)
    whole = data[: data.rfind(b"\n") + 1]
    _print_lines(stem, whole.decode("utf-8", "replace"), prefixed=prefixed)
    return (seen if size >= seen else 0) + len(whole)


def show_traces(
    trace_id: Annotated[str, typer.Argument(help="Id of a trace or how it begins; without one, the newest.")] = "",
    slow: Annotated[float, typer.Option(help="Only traces of at least so many milliseconds.", min=0)] = 0,
    limit: Annotated[int, typer.Option("--limit", "-n", help="At most so many.", min=1, max=1000)] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show the newest traces, or one as a tree: which service did what, when, and for how long."""
    with _explained():
        traces(Platform(), trace_id, slow=slow, limit=limit, as_json=as_json)


def show_mail(
    to: Annotated[str, typer.Option(help="Only mails to this address.")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many, the newest.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")] = False,
) -> None:
    """Show the mails that this platform kept instead of sending: invitations, password resets."""
    with _explained():
        code = mail(Platform(), to=to, limit=limit, as_json=as_json)
    if code:
        raise typer.Exit(code)


class KeyVerb(StrEnum):
    """What can be done with signing keys."""

    LIST = "list"
    ROTATE = "rotate"
    WITHDRAW = "withdraw"


def look_after_keys(
    verb: Annotated[KeyVerb, typer.Argument(help="list, rotate, or withdraw a key that was replaced.")] = KeyVerb.LIST,
    kid: Annotated[str, typer.Argument(help="Id of the key to withdraw.")] = "",
) -> None:
    """Look after the keys that sign access tokens on this machine's platform."""
    with _explained():
        code = signing_keys(Platform(), verb.value, *([kid] if kid else []))
    if code:
        raise typer.Exit(code)
