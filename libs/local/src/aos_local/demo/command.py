"""`aos demo`: the main job on an example company, or on your own folder with --data."""

import json
import secrets
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from aos import AosError, Client
from aos.session import client as session_client
from aos.session import remember_url
from aos_common.errors import DomainError
from rich.console import Console
from rich.status import Status
from rich.text import Text

from aos_local.demo.company import make_company
from aos_local.demo.journey import Journey, Stage, Traveller
from aos_local.demo.report import print_journey, print_stage
from aos_local.display import StartProgress, print_urls
from aos_local.platform import Platform
from aos_local.processes.state import AlreadyRunning, Phase, PlatformState


def demo(
    data: Annotated[Path | None, typer.Option(help="Your own folder instead of the example company.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of the story.")] = False,
    down: Annotated[bool, typer.Option("--down", help="End the platform afterwards.")] = False,
    seed: Annotated[int, typer.Option(help="Another seed makes another example company.")] = 7,
) -> None:
    """Walk data from its sources to the agents' findings, approving what the platform asks."""
    console = Console(stderr=as_json)
    began = time.monotonic()
    try:
        if data is not None and not data.is_dir():
            raise typer.BadParameter(f"{data} is not a folder.", param_hint="--data")
        platform = Platform()
        state = _ensure_up(platform, console)
        try:
            journey = _walk(platform, state, data, seed, console)
        finally:
            if down:
                platform.stop()
    except (AosError, DomainError) as error:
        complaint = Console(stderr=True)
        complaint.print(f"[red]{error.reason}[/]", end=" ")
        complaint.print(error.message, markup=False, highlight=False, soft_wrap=True)
        complaint.print(f"→ {error.hint or 'aos logs shows more'}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    if as_json:
        print(json.dumps(_document(journey), indent=1, ensure_ascii=False))
        return
    print_journey(console, journey, time.monotonic() - began)
    if not down:
        print_urls(console, state)


def _ensure_up(platform: Platform, console: Console) -> PlatformState:
    state = platform.state()
    if state is not None and state.alive():
        if state.phase is not Phase.RUNNING:
            raise AlreadyRunning(f"The platform is {state.phase}.", hint="Wait for it: aos status; or end it: aos down")
        console.print("Using the platform that runs already.", highlight=False)
        return state
    console.print("Starting the platform", highlight=False)
    try:
        return platform.start(StartProgress(console))
    except KeyboardInterrupt:
        console.print("\nStopping …")
        platform.stop()
        raise


def _walk(platform: Platform, state: PlatformState, data: Path | None, seed: int, console: Console) -> Journey:
    url = state.urls["API"]
    with Client(url) as client, console.status("…") as status:
        if data is None:
            locations = _place_example(platform, seed, console)
            tenant = "Example Ltd (demo data)"
        else:
            locations = [(data.resolve().name, str(data.resolve()))]
            tenant = data.resolve().name
        traveller = Traveller(client, lambda stage: print_stage(console, stage), lambda line: _show(status, line))
        journey = traveller.walk(locations, tenant)
    # The commands of the README work at once: `aos views list`, `aos insights`.
    remember_url(url)
    with session_client() as session:
        session.sign_in(journey.email, journey.password)
    return journey


def _show(status: Status, line: str) -> None:
    status.update(Text(line))


def _place_example(platform: Platform, seed: int, console: Console) -> list[tuple[str, str]]:
    from aos_local.demo.sources import place  # noqa: PLC0415  with drivers that other commands start without

    began = time.monotonic()
    company = make_company(seed)
    folder = platform.settings.home.root / "example"
    sources = place(company, platform.example_admin_url(), secrets.token_urlsafe(18), folder)
    counts: dict[str, int | str] = {
        "CRM rows": sum(len(rows) for rows in (company.companies, company.people, company.deals)),
        "bill lines": len(company.bill),
        "usage rows": len(company.usage),
        "partner rows": len(company.partner_export),
    }
    print_stage(console, Stage("example company", round(time.monotonic() - began, 2), counts))
    return [("crm", sources.crm_url), ("exports", str(sources.folder))]


def _document(journey: Journey) -> dict[str, Any]:
    """Return the one JSON document of `--json`."""
    return asdict(journey)
