"""Persona and route of questions that were never learned, and what holds of those that are."""

from pathlib import Path

import pytest
import yaml
from aos_embeddings import MiniLm
from nlp_gateway.adapters.understanding.reader import Reader
from nlp_gateway.adapters.understanding.utterances import UtterancesInvalid, load_utterances
from nlp_gateway.domain.persona import PERSONAS
from nlp_gateway.ports.understanding import OUT_OF_SCOPE, ROUTES

HELD_BACK = yaml.safe_load((Path(__file__).parent / "held_back.yaml").read_text("utf-8"))


def _plain(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum() or character == " ").strip()


async def test_read_when_questions_were_held_back_then_persona_and_route_are_right():
    encoder = MiniLm()

    async def embed(texts):
        return encoder.embed(texts)

    reader = Reader(embed)
    inside = routed = refused_wrongly = people = right = outside = refused = 0
    for route, groups in HELD_BACK.items():
        for group, texts in groups.items():
            for text in texts:
                read = await reader.read(text)
                assert 0 <= read.persona_confidence <= 1
                assert 0 <= read.route_confidence <= 1
                if route == OUT_OF_SCOPE:
                    outside, refused = outside + 1, refused + (read.route == OUT_OF_SCOPE)
                    continue
                inside, routed = inside + 1, routed + (read.route == route)
                refused_wrongly += read.route == OUT_OF_SCOPE
                if group != "any":
                    people, right = people + 1, right + (read.persona == group)
    await reader.close()
    assert inside + outside >= 400
    assert right >= 0.95 * people
    assert routed >= 0.95 * inside
    assert refused >= 0.95 * outside
    assert refused_wrongly <= 0.05 * inside


def test_utterances_when_loaded_then_sixty_for_each_route_and_persona_and_none_held_back():
    learned = load_utterances()
    assert {one.route for one in learned} == {*ROUTES, ""}
    for route in ROUTES:
        assert sum(one.route == route for one in learned) >= 60, route
    for persona in PERSONAS:
        assert sum(one.persona == persona.name and bool(one.route) for one in learned) >= 60, persona.name
    known = {_plain(one.text) for one in learned}
    held_back = [text for groups in HELD_BACK.values() for texts in groups.values() for text in texts]
    assert [text for text in held_back if _plain(text) in known and _plain(text)] == []


def _write(folder: Path, **files: str) -> None:
    for name in (*ROUTES, "topics", "patterns"):
        (folder / f"{name}.yaml").write_text(files.get(name, "{}"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ceo: [how are we doing]", "no persona"),
        ("cfo: [revenue, Revenue]", "twice"),
        ("cfo: [12]", "no text"),
    ],
)
def test_utterances_when_they_break_a_rule_then_it_is_named(tmp_path, text, said):
    _write(tmp_path, findings=text)
    with pytest.raises(UtterancesInvalid, match=said):
        load_utterances(tmp_path)
