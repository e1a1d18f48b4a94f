"""How the demo tells its story."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from aos_local.demo.journey import Journey, Stage

MAX_NOTES = 12
NEXT = (
    'aos ask "what did we spend on compute in October 2026 by team, and what changed?"',
    "aos summary cfo",
    "aos views query opportunity --limit 5",
    "aos lineage",
    "aos insights",
    "aos connections list",
)
SEVERITY = {"problem": "red", "warning": "yellow", "info": "cyan"}


def print_stage(console: Console, stage: Stage) -> None:
    """Print a stage: its time, what it counted, and what it wants known."""
    counted = ", ".join(f"{_number(value)} {name}" for name, value in stage.counts.items())
    console.print(f"[green]✓[/] {stage.name:<16} {stage.seconds:>6.1f} s  {counted}", highlight=False, soft_wrap=True)
    for note in stage.notes[:MAX_NOTES]:
        console.print(Text(f"    {note}", style="dim"), soft_wrap=True)
    if len(stage.notes) > MAX_NOTES:
        console.print(Text(f"    … and {len(stage.notes) - MAX_NOTES} more", style="dim"))


def print_journey(console: Console, journey: Journey, seconds: float) -> None:
    """Print what was found and how to go on."""
    table = Table(
        "agent", "", "finding", "what to do", box=None, pad_edge=False, title="\nFindings", title_justify="left"
    )
    for finding in journey.findings:
        colour = SEVERITY.get(finding["severity"], "white")
        table.add_row(
            finding["agent"], f"[{colour}]{finding['severity']}[/]", Text(finding["title"]), Text(finding["action"])
        )
    console.print(table)
    for stream, rows in journey.quarantine.items():
        told = "1 row" if rows == 1 else f"{rows:,} rows"
        line = f"Quarantine: {told} of {stream} did not fit; kept with the reason."
        console.print(line, highlight=False, markup=False, emoji=False, soft_wrap=True)
    console.print(f"\nDone in {seconds:.1f} s. You are signed in; go on with:", highlight=False)
    for command in NEXT:
        console.print(f"  {command}", highlight=False)
    console.print(
        f"\nSign in elsewhere as {journey.email} with the password {journey.password}", highlight=False, soft_wrap=True
    )


def _number(value: int | str) -> str:
    return f"{value:,}" if isinstance(value, int) else value
