"""`aos flow`: what happens to records on their way."""

import json
from typing import Annotated, Any

import typer

from aos.cli.output import AsJson, say, show, signed_in, table_of

_TOOK = 1000.0


def flow(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as things happen; Ctrl-C ends it.")] = False,
    layer: Annotated[str, typer.Option(help="aam, dcl or agent; without it all.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many of the newest.", min=1, max=1000)] = 30,
    as_json: AsJson = False,
) -> None:
    """Show what happens to records on their way: read, mapped, unified, analysed."""
    with signed_in() as client:
        found = client.flow.newest(limit=limit, layer=layer)
        if not follow:
            rows = [_row(event) for event in found["events"]]
            show(found, as_json, lambda: table_of(("time", "layer", "stage", "status", "what", "took", "words"), rows))
            return
        try:
            for event in client.flow.follow(found["position"]):
                if event.get("type") == "reset" or layer in ("", event["layer"]):
                    say(json.dumps(event) if as_json else _line(event))
        except KeyboardInterrupt:
            return


def _row(event: Any) -> tuple[Any, ...]:
    took = event["duration_ms"]
    words = " ".join(f"{name}={value}" for name, value in event["metadata"].items())
    return (
        event["time"][11:23],
        event["layer"],
        event["stage"],
        event["status"],
        event["entity_id"],
        None if took is None else f"{took / _TOOK:,.2f} s",
        words,
    )


def _line(event: Any) -> str:
    if event.get("type") == "reset":
        return f"… {event['detail']}"
    return "  ".join(str(value) for value in _row(event) if value not in (None, ""))
