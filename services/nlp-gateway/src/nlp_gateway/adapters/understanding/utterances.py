"""The reviewed utterances that understanding is learned from, and what holds of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from aos_common.errors import DomainError, Kind

from nlp_gateway.domain.persona import persona_named
from nlp_gateway.ports.understanding import OUT_OF_SCOPE, ROUTES

__all__ = ["FOLDER", "Utterance", "UtterancesInvalid", "load_utterances"]

FOLDER = Path(__file__).resolve().parents[2] / "utterances"
TOPICS, PATTERNS = "topics", "patterns"
PER_FRAME = 2
"""Things of each persona that a way of asking is learned with."""


class UtterancesInvalid(DomainError):
    """The utterances kept as data break their own rules."""

    reason = "UTTERANCES_INVALID"
    kind = Kind.INTERNAL


@dataclass(frozen=True)
class Utterance:
    """What somebody may say; the persona or the route it shows is empty where it shows none.

    `written` is false for one made from a pattern.
    """

    text: str
    persona: str
    route: str
    written: bool = True


def load_utterances(folder: Path = FOLDER) -> list[Utterance]:
    """Read `<route>.yaml` (persona → utterances; kinds of them out of scope), `patterns.yaml` and `topics.yaml`.

    A topic, and each of the things it lists, is learned for its persona alone; a frame of a pattern shows the route,
    what it is filled with the persona. Raises UtterancesInvalid.
    """
    found = [one for route in ROUTES for one in _of_route(folder / f"{route}.yaml", route)]
    found += [
        Utterance(part, group, "")
        for group, text in _read(folder / f"{TOPICS}.yaml")
        for part in dict.fromkeys((text, *re.split(r", | and ", text)))
    ]
    return [*found, *_of_patterns(folder / f"{PATTERNS}.yaml")]


def _of_patterns(path: Path) -> Iterator[Utterance]:
    """Every frame with PER_FRAME things of each persona, others for each frame: the same file, the same utterances."""
    patterns = yaml.safe_load(path.read_text("utf-8")) or {}
    for route, kinds in patterns.get("frames", {}).items():
        for kind, frames in kinds.items():
            for number, frame in enumerate(frames):
                for persona, things in patterns["things"][kind].items():
                    chosen = {(number * PER_FRAME + step) % len(things) for step in range(PER_FRAME)}
                    yield from (
                        Utterance(frame.format(things[place]), persona, route, written=False)
                        for place in sorted(chosen)
                    )


def _of_route(path: Path, route: str) -> Iterator[Utterance]:
    seen = set()
    for group, text in _read(path):
        if text.lower() in seen:
            raise UtterancesInvalid(f"{path.name} holds twice: {text}", hint="Keep one of them.")
        seen.add(text.lower())
        yield Utterance(text, "" if route == OUT_OF_SCOPE else group, route)


def _read(path: Path) -> Iterator[tuple[str, str]]:
    groups = yaml.safe_load(path.read_text("utf-8"))
    for group, texts in groups.items():
        if path.stem != OUT_OF_SCOPE and persona_named(str(group)) is None:
            raise UtterancesInvalid(f"{path.name} names no persona: {group}", hint="Use cto, cro, coo or cfo.")
        for text in texts:
            if not isinstance(text, str) or not text.strip():
                raise UtterancesInvalid(f"{path.name} holds what is no text: {text!r}", hint="Put it in quotes.")
            yield str(group), text
