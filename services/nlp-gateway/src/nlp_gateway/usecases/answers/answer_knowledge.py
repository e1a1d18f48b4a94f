"""Answer a question from documents: exact quotes, each with its place."""

from aos_common.errors import PermissionDenied

from nlp_gateway.domain.answers.evidence import Evidence
from nlp_gateway.domain.answers.model import PASSAGE, Citation, Draft, Refusal
from nlp_gateway.domain.answers.quoting import MAX_QUOTES, best_quote, telling
from nlp_gateway.ports.asking import Asker
from nlp_gateway.ports.passages import Passages, Reader

NOTHING_FOUND = "NOTHING_FOUND"
LOOKED_AT = 8


async def answer_knowledge(asker: Asker, question: str, *, passages: Passages) -> Draft:
    """Return up to three quotes, of the passages that cover the question best."""
    if not asker.reads_documents:
        raise PermissionDenied("This needs the permission knowledge:read.", hint="Ask an admin for the role viewer.")
    reader = Reader(asker.tenant_id, asker.subject, asker.roles)
    found = await passages.search(reader, question, limit=LOOKED_AT)
    evidence = Evidence()
    quotes: list[tuple[str, str, int]] = []
    for passage in found:
        quote = best_quote(question, passage.text, (passage.title, *passage.headings))
        if quote is None or len(quotes) == MAX_QUOTES:
            continue
        said = passage.text[quote.start : quote.end]
        if any(said == other for other, _, _ in quotes):
            continue
        number = evidence.cite(
            Citation(
                number=0,
                kind=PASSAGE,
                title=passage.title,
                id=str(passage.document_id),
                headings=passage.headings,
                start=passage.start + quote.start,
                end=passage.start + quote.end,
                quote=said,
            )
        )
        quotes.append((said, evidence.label(" › ".join((passage.title, *passage.headings))), number))
    if not quotes:
        message = "No document that you may read says anything about this."
        return Draft(text="", refusal=Refusal(NOTHING_FOUND, message, ("aos kb add FILE makes a document known.",)))
    return Draft(
        text=telling(quotes),
        citations=tuple(evidence.citations),
        labels=frozenset(evidence.labels),
        reading="what documents say",
    )
