"""Answer a question from documents: exact quotes, each with its place."""

from aos_common.errors import PermissionDenied

from nlp_gateway.domain.answers.evidence import Evidence
from nlp_gateway.domain.answers.model import PASSAGE, Citation, Draft, Refusal
from nlp_gateway.domain.answers.quoting import Quote, candidates, chosen, place, telling
from nlp_gateway.ports.asking import Asker, Nearness
from nlp_gateway.ports.passages import Passage, Passages, Reader

NOTHING_FOUND = "NOTHING_FOUND"
LOOKED_AT = 8


async def answer_knowledge(asker: Asker, question: str, *, passages: Passages, nearness: Nearness) -> Draft:
    """Return up to three quotes: sentences that share the question's words and its meaning."""
    if not asker.reads_documents:
        raise PermissionDenied("This needs the permission knowledge:read.", hint="Ask an admin for the role viewer.")
    reader = Reader(asker.tenant_id, asker.subject, asker.roles)
    found = await passages.search(reader, question, limit=LOOKED_AT)
    maybe = candidates(question, [(one.text, (one.title, *one.headings)) for one in found])
    near = await nearness.rank(question, [one.text for one in maybe]) if maybe else []
    quotes = chosen(maybe, near)
    if not quotes:
        message = "No document that you may read says anything about this."
        return Draft(text="", refusal=Refusal(NOTHING_FOUND, message, ("aos kb add FILE makes a document known.",)))
    evidence = Evidence()
    told = [(one.text, *_cited(evidence, found[one.passage], one)) for one in quotes]
    return Draft(
        text=telling(told),
        citations=tuple(evidence.citations),
        labels=frozenset(evidence.labels),
        reading="what documents say",
    )


def _cited(evidence: Evidence, passage: Passage, quote: Quote) -> tuple[str, int]:
    number = evidence.cite(
        Citation(
            number=0,
            kind=PASSAGE,
            title=passage.title,
            id=str(passage.document_id),
            headings=passage.headings,
            start=passage.start + quote.start,
            end=passage.start + quote.end,
            quote=quote.text,
        )
    )
    return evidence.label(place(passage.title, passage.headings)), number
