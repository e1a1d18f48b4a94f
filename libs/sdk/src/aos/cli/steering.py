"""`aos connections pause|resume|schedule|limits`."""

from typing import Annotated, Any

import typer

from aos.cli.connections import Name, connections, find
from aos.cli.output import say, signed_in, typed

__all__ = ["connections"]


@connections.command()
def pause(name: Name) -> None:
    """Pause a connection: no run starts, and the active one stops at its next batch and keeps what it has."""
    with signed_in() as client:
        found = find(client, name)
        steering = client.steering.pause(found["id"])
    say(f"{found['name']} is paused since {_minute(steering['pause_time'])} by {steering['paused_by']}.")
    say(f"Resume it: aos connections resume {typed(found['name'])}")


@connections.command()
def resume(name: Name) -> None:
    """Resume a paused connection; a run that was stopped goes on where it stood."""
    with signed_in() as client:
        found = find(client, name)
        steering = client.steering.resume(found["id"])
    say(f"{found['name']} is not paused.{_next(steering)}")


@connections.command()
def schedule(
    name: Name,
    every: Annotated[int | None, typer.Option(min=1, help="Minutes from one run to the next.")] = None,
    cron: Annotated[str, typer.Option(help="Five fields as cron has them, e.g. '0 3 * * 1-5'.")] = "",
    timezone: Annotated[str, typer.Option(help="Time zone of --cron, e.g. Europe/Berlin.")] = "UTC",
    off: Annotated[bool, typer.Option("--off", help="Run it only when asked.")] = False,
) -> None:
    """Run a connection regularly; without an option, show when it runs."""
    if off and (every or cron):
        raise typer.BadParameter("It goes with no other option.", param_hint="--off")
    with signed_in() as client:
        found = find(client, name)
        if every or cron or off:
            asked: dict[str, Any] = {} if off else {"every_minutes": every or 0, "cron": cron, "timezone": timezone}
            steering = client.steering.schedule(found["id"], **asked)
        else:
            steering = client.steering.get(found["id"])
    say(f"{found['name']} {_rhythm(steering)}.{_next(steering)}")
    if steering["last_time"]:
        say(f"It was last due at {_minute(steering['last_time'])}. {steering['last_note']}".rstrip())


@connections.command()
def limits(
    name: Name,
    streams: Annotated[int | None, typer.Option(min=0, max=8, help="Streams at once; 0: as many as possible.")] = None,
    rows: Annotated[int | None, typer.Option(min=0, help="Rows a second, of all streams; 0: no limit.")] = None,
) -> None:
    """Limit what a connection's runs read at a time; what is not named stays."""
    with signed_in() as client:
        found = find(client, name)
        steering = client.steering.get(found["id"])
        if streams is not None or rows is not None:
            steering = client.steering.limits(
                found["id"],
                streams_at_once=steering["streams_at_once"] if streams is None else streams,
                rows_per_second=steering["rows_per_second"] if rows is None else rows,
            )
    at_once = steering["streams_at_once"] or "as many as a worker reads"
    speed = steering["rows_per_second"] or "no limit"
    say(f"{found['name']}: streams at once: {at_once}; rows a second: {speed}.")


def _rhythm(steering: Any) -> str:
    if steering["every_minutes"]:
        return f"runs every {steering['every_minutes']} minutes"
    if steering["cron"]:
        return f"runs at {steering['cron']} ({steering['timezone']})"
    return "runs only when asked"


def _next(steering: Any) -> str:
    return f" Next: {_minute(steering['next_time'])}." if steering["next_time"] else ""


def _minute(moment: str) -> str:
    return f"{moment[:16].replace('T', ' ')} UTC"
