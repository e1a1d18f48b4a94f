"""`aos flags` and `aos audit`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from aos.administration import ChainEnd, follow_chain
from aos.cli.output import AsJson, say, show, signed_in, table_of
from aos.errors import AosError

flags = typer.Typer(help="Feature flags of your tenant.", no_args_is_help=True)
audit = typer.Typer(help="Who changed what, and who was refused what.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name of a flag.")]
SHOWN = 50


@flags.command("list")
def list_flags(as_json: AsJson = False) -> None:
    """List the flags and whether they are on."""
    with signed_in() as client:
        found = client.flags.list()
    show(found, as_json, lambda: _flags(found))


@flags.command()
def on(name: Name) -> None:
    """Switch a flag on."""
    with signed_in() as client:
        client.flags.set(name, enabled=True)
    say(f"{name} is on; every process knows within two seconds.")


@flags.command()
def off(name: Name) -> None:
    """Switch a flag off."""
    with signed_in() as client:
        client.flags.set(name, enabled=False)
    say(f"{name} is off; every process knows within two seconds.")


@flags.command()
def reset(name: Name) -> None:
    """Go back to a flag's default."""
    with signed_in() as client:
        flag = client.flags.reset(name)
    say(f"{name} is {_word(flag['enabled'])}, as by default.")


@audit.command("list")
def list_entries(
    actor: Annotated[str, typer.Option(help="Id of a user or service account.")] = "",
    action: Annotated[str, typer.Option(help="Part of an action's name.")] = "",
    outcome: Annotated[str, typer.Option(help="changed or denied.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Entries to show.")] = SHOWN,
    as_json: AsJson = False,
) -> None:
    """List entries, newest first."""
    with signed_in() as client:
        found = [entry for entry, _ in zip(client.audit.entries(actor, action, outcome), range(limit), strict=False)]
    show(found, as_json, lambda: _entries(found), "The audit log has no such entry.")


@audit.command()
def verify(
    against: Annotated[Path | None, typer.Option(help="A head saved before: the log must still contain it.")] = None,
    save: Annotated[Path | None, typer.Option(help="File for the head of now; keep it outside the platform.")] = None,
) -> None:
    """Compute every hash again, here, and let the platform check the seal of the log's end."""
    with signed_in() as client:
        earlier = _saved(against) if against else None
        told = client.audit.verification()
        end = follow_chain(client.audit.export(), [earlier["entries"]] if earlier else [])
        _judge(told, end, earlier)
    if save:
        save.write_text(json.dumps({"entries": end.seq, "head": end.hash}) + "\n")
    say(f"The audit log is whole: {end.seq} entries, head {end.hash or 'none'}.")


@audit.command()
def export(file: Annotated[Path, typer.Argument(help="File to write, JSON lines.")]) -> None:
    """Write every entry to a file, oldest first."""
    count = 0
    with signed_in() as client, file.open("w", encoding="utf-8") as target:
        for entry in client.audit.export():
            target.write(json.dumps(entry, ensure_ascii=False) + "\n")
            count += 1
    say(f"{count} entries are in {file}.")


def _judge(told: Any, end: ChainEnd, earlier: Any) -> None:
    if end.problem:
        raise _broken(end.problem)
    if not told["whole"]:
        raise _broken(told["problem"])
    if earlier and end.passed.get(earlier["entries"]) != earlier["head"] and earlier["entries"]:
        problem = f"The audit log does not contain the head that was saved at entry {earlier['entries']}."
        raise AosError("AUDIT_REPLACED", problem, hint="The log was cut or written anew since then.")


def _broken(problem: str) -> AosError:
    hint = "Keep an export (aos audit export) and find out who could write to the database."
    return AosError("AUDIT_BROKEN", f"The audit log is not whole: {problem}.", hint=hint)


def _saved(file: Path) -> Any:
    try:
        saved = json.loads(file.read_text())
        return {"entries": int(saved["entries"]), "head": str(saved["head"])}
    except (OSError, ValueError, KeyError, TypeError):
        raise AosError(
            "HEAD_UNREADABLE", f"{file} is no saved head.", hint="Make one: aos audit verify --save"
        ) from None


def _flags(found: list[Any]) -> Table:
    rows = [(f["name"], _word(f["enabled"]), _word(f["default"]), f["description"]) for f in found]
    return table_of(("flag", "now", "default", "what it does"), rows)


def _word(enabled: bool) -> str:
    return "on" if enabled else "off"


def _entries(found: list[Any]) -> Table:
    rows = [
        (e["seq"], _moment(e["occurred_at_us"]), e["outcome"], e["action"], e["target"], e["actor"], e["reason"])
        for e in found
    ]
    return table_of(("no.", "when", "outcome", "action", "on", "who", "why"), rows)


def _moment(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1e6, UTC).isoformat(sep=" ", timespec="seconds")
