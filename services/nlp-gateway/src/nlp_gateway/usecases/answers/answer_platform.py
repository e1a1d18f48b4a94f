"""Answer from what agents found, how connections fare, and what was discovered."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from nlp_gateway.domain.answers.evidence import Evidence
from nlp_gateway.domain.answers.model import ASSET, CONNECTION, FINDING, Citation, Draft, Refusal, Table, TableRow
from nlp_gateway.ports.asking import Asker, Platform

NO_DATA = "NO_DATA"
TOLD = 3
SHOWN = 25
HEALTHY = ("ACTIVE", "PAUSED")


async def answer_platform(asker: Asker, route: str, *, platform: Platform) -> Draft:
    """Return the answer of a route: findings, connection_health or inventory."""
    if route == "findings":
        return await _findings(asker, platform)
    return await (_connections(asker, platform) if route == "connection_health" else _assets(asker, platform))


def _refused(message: str, *suggestions: str) -> Draft:
    return Draft(text="", refusal=Refusal(NO_DATA, message, suggestions))


async def _findings(asker: Asker, platform: Platform) -> Draft:
    found = await platform.findings(asker)
    if not found:
        return _refused("Agents have found nothing yet: no run has ended well.", "aos runs start")
    evidence = Evidence()
    numbers = [evidence.cite(Citation(0, FINDING, one.title, id=one.id, quote=one.title)) for one in found[:SHOWN]]
    count = evidence.figure("findings", Decimal(len(found)), "findings", *numbers)
    told = [f"{_quoted(evidence, one.title)} [{number}]" for one, number in zip(found[:TOLD], numbers, strict=False)]
    table = Table(
        ("severity", "agent", "finding", "what to do"),
        tuple(
            TableRow((one.severity, one.agent, one.title, one.action), number)
            for one, number in zip(found, numbers, strict=False)
        ),
        len(found) > SHOWN,
    )
    return _draft(
        f"The agents have {count.display}. The gravest: {'; '.join(told)}.", evidence, table, "agents' findings"
    )


def _quoted(evidence: Evidence, text: str) -> str:
    """Return a text in quotes; one that has quotes in it stands as it is."""
    evidence.label(text)
    return text if set(text) & set('“”"') else f"“{text}”"


def _draft(text: str, evidence: Evidence, table: Table, reading: str) -> Draft:
    return Draft(
        text=text,
        figures=tuple(evidence.figures),
        citations=tuple(evidence.citations),
        labels=frozenset(evidence.labels),
        table=table,
        reading=reading,
    )


async def _connections(asker: Asker, platform: Platform) -> Draft:
    funnel = await platform.funnel(asker)
    connections, more = await platform.connections(asker)
    if not connections:
        return _refused("Nothing is connected yet.", "aos connections create")
    evidence = Evidence()
    ailing = sorted(connections, key=lambda one: (one.state in HEALTHY and not one.error, one.name))
    numbers = [evidence.cite(Citation(0, CONNECTION, one.name, id=one.id, quote=one.error)) for one in ailing[:SHOWN]]
    active = evidence.figure("active", Decimal(funnel.active), "", *numbers)
    eligible = evidence.figure("eligible", Decimal(funnel.eligible), "connections", *numbers)
    lines = [f"Active: {active.display} of {eligible.display} {_marks(numbers)}."]
    for name, value in (
        ("Healing, since their shape changed", funnel.healing),
        ("Without credentials that work", funnel.awaiting_credentials),
        ("Out of reach", funnel.network_blocked),
    ):
        if value:
            lines.append(f"{name}: {evidence.figure(name, Decimal(value), '', *numbers).display}.")
    for one, number in list(zip(ailing, numbers, strict=False))[:TOLD]:
        if one.state not in HEALTHY or one.error:
            why = f": {_quoted(evidence, one.error)}" if one.error else ""
            lines.append(f"{evidence.label(one.name)} is {one.state}{why} [{number}].")
    rows = tuple(
        TableRow((one.name, one.connector, one.state, one.error), number)
        for one, number in zip(ailing, numbers, strict=False)
    )
    table = Table(("connection", "connector", "state", "error"), rows, more or len(connections) > SHOWN)
    return _draft(" ".join(lines), evidence, table, "how the connections fare")


async def _assets(asker: Asker, platform: Platform) -> Draft:
    assets, more = await platform.assets(asker)
    if not assets:
        return _refused("Nothing has been discovered yet.", "aos discover FOLDER")
    evidence = Evidence()
    numbers = [evidence.cite(Citation(0, ASSET, one.name, id=one.id)) for one in assets[:SHOWN]]
    total = evidence.figure("assets", Decimal(len(assets)), "assets", *numbers)
    sets = evidence.figure("data sets", Decimal(sum(one.data_sets for one in assets)), "data sets", *numbers)
    states = Counter(one.state for one in assets)
    by_state = [
        f"{state} {evidence.figure(state, Decimal(n), '', *numbers).display}" for state, n in states.most_common()
    ]
    least = "At least " if more else ""
    text = f"Discovered: {least}{total.display} with {sets.display}; by state: {', '.join(by_state)} {_marks(numbers)}."
    rows = tuple(
        TableRow((one.name, one.kind, one.state, str(one.data_sets)), number)
        for one, number in zip(assets, numbers, strict=False)
    )
    table = Table(("asset", "kind", "state", "data sets"), rows, more or len(assets) > SHOWN)
    return _draft(text, evidence, table, "what was discovered")


def _marks(numbers: Sequence[int]) -> str:
    return "".join(f"[{number}]" for number in numbers[:TOLD])
