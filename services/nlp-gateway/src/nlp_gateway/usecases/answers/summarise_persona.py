"""Fill a persona's tiles: figures with citations, or what to connect."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date

from aos_common.errors import DomainError, Kind

from nlp_gateway.domain.answers import formats
from nlp_gateway.domain.answers.errors import PersonaUnknown
from nlp_gateway.domain.answers.evidence import Evidence
from nlp_gateway.domain.answers.model import Citation, Result
from nlp_gateway.domain.answers.tiles import EXPLICIT, TILES, Spot, Tile
from nlp_gateway.domain.questions.model import Metric, Parsed
from nlp_gateway.ports.asking import Asker, Clock, Platform, SemanticLayer

AT_ONCE = 3


@dataclass(frozen=True)
class Summary:
    """A persona's tiles and the citations that open them."""

    persona: str
    tiles: tuple[Tile, ...]
    citations: tuple[Citation, ...]


async def summarise_persona(
    asker: Asker, persona: str, *, layer: SemanticLayer, platform: Platform, clock: Clock
) -> Summary:
    """Return the tiles; raise `PersonaUnknown`. A tile the asker may not read says so."""
    spots = TILES.get(persona.strip().lower())
    if spots is None:
        raise PersonaUnknown(f"There is no persona {persona!r}.", hint=f"Personas: {', '.join(TILES)}.")
    today = clock().date()
    known: dict[str, Metric] = {}
    if any(spot.metric for spot in spots):
        known = {metric.name: metric for metric in await _or_nothing(asker, layer)}
    evidence = Evidence()
    limit = asyncio.Semaphore(AT_ONCE)

    async def fill(spot: Spot) -> "Tile | tuple[Spot, Result]":
        async with limit:
            return await _filled(asker, spot, known, today, layer, platform)

    filled = await asyncio.gather(*map(fill, spots))
    tiles = [one if isinstance(one, Tile) else _tile(*one, evidence) for one in filled]
    return Summary(persona.strip().lower(), tuple(tiles), tuple(evidence.citations))


async def _or_nothing(asker: Asker, layer: SemanticLayer) -> list[Metric]:
    try:
        return list(await layer.metrics(asker))
    except DomainError as error:
        if error.kind is not Kind.FORBIDDEN:
            raise
        return []


async def _filled(
    asker: Asker, spot: Spot, known: dict[str, Metric], today: date, layer: SemanticLayer, platform: Platform
) -> "Tile | tuple[Spot, Result]":
    empty = Tile(spot.name, spot.title)
    if spot.connect:
        return replace(empty, missing=f"No data. Connect {spot.connect}.")
    try:
        if spot.count:
            value = await _counted(asker, spot.count, platform)
            return replace(empty, value=str(value), display=f"{value:,}")
        if spot.metric not in known:
            return replace(empty, missing="You may not read the unified views. Ask an admin for the role viewer.")
        period, other = spot.when(today)
        parsed = Parsed(known[spot.metric], period=period, comparison=EXPLICIT if other else "", compared_with=other)
        return spot, await layer.figures(asker, parsed)
    except DomainError as error:
        if error.kind is not Kind.FORBIDDEN:
            raise
        return replace(empty, missing=f"You may not read this. {error.message}")


async def _counted(asker: Asker, name: str, platform: Platform) -> int:
    if name == "assets":
        return len((await platform.assets(asker))[0])
    if name == "running":
        return await platform.running(asker)
    funnel = await platform.funnel(asker)
    return funnel.healing if name == "healing" else funnel.active


def _tile(spot: Spot, result: Result, evidence: Evidence) -> Tile:
    metric = result.metric
    when = formats.span(result.period.since, result.period.until) if result.period else ""
    tile = Tile(spot.name, spot.title, period=when)
    if result.view_rows == 0:
        return replace(tile, missing=f"No data. Connect {metric.connect}.")
    valued = [row for row in result.totals if row.figure.value is not None]
    if len(valued) != 1 or valued[0].figure.value is None:
        if valued:
            return replace(tile, missing=f"There are {len(valued)} currencies; ask for {metric.title}.")
        ends = f" The data ends on {formats.day(formats.moment(result.data_until))}." if result.data_until else ""
        return replace(tile, missing=f"No row fits{' in ' + when if when else ''}.{ends}")
    row = valued[0]
    number = evidence.rows(result, row.figure, spot.title)
    figure = evidence.figure(spot.name, valued[0].figure.value, row.unit, number)
    change = f"{formats.number(row.change_percent)} %" if row.change_percent is not None else ""
    if row.unit == "%" and row.change is not None:
        change = formats.figure(row.change, "points")
    return replace(
        tile, value=f"{figure.value:f}", display=figure.display, unit=row.unit, change=change, citation=number
    )
