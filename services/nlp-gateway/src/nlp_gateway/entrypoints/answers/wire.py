"""The one place where answers turn into protobuf messages."""

from collections.abc import Iterable, Iterator

from autonomos.nlp.v1 import answers_pb2 as pb

from nlp_gateway.domain.answers.model import Answer, Chart, Citation, Draft, Figure, Refusal, Table
from nlp_gateway.usecases.answers.ask import Drafted, Routed, Step
from nlp_gateway.usecases.answers.summarise_persona import Summary

PIECE = 80
"""Characters of a piece of text, about."""


def answer_message(answer: Answer) -> pb.Answer:
    """Show an answer."""
    draft = answer.draft
    return pb.Answer(
        id=answer.id,
        question=answer.question,
        persona=answer.persona,
        route=answer.route,
        engine=answer.engine,
        reading=draft.reading,
        text=draft.text,
        figures=map(_figure, draft.figures),
        citations=map(_citation, draft.citations),
        table=_table(draft.table),
        chart=_chart(draft.chart),
        freshness=draft.freshness,
        refusal=_refusal(draft.refusal),
    )


def step_messages(step: Step) -> Iterator[pb.AskStreamResponse]:
    """Show a step; the last one is preceded by the text in pieces."""
    if isinstance(step, Routed):
        yield pb.AskStreamResponse(understood=pb.Understood(persona=step.persona, route=step.route))
    elif isinstance(step, Drafted):
        yield pb.AskStreamResponse(evidence=_evidence(step.draft))
    else:
        for piece in pieces(step.draft.text):
            yield pb.AskStreamResponse(text=piece)
        yield pb.AskStreamResponse(answer=answer_message(step))


def pieces(text: str) -> Iterator[str]:
    """Cut a text at spaces; the pieces together are the text."""
    while len(text) > PIECE:
        cut = text.find(" ", PIECE) + 1
        if cut == 0:
            break
        yield text[:cut]
        text = text[cut:]
    if text:
        yield text


def summary_message(summary: Summary) -> pb.GetPersonaSummaryResponse:
    """Show a persona's tiles."""
    return pb.GetPersonaSummaryResponse(
        persona=summary.persona,
        tiles=[pb.Tile(**vars(tile)) for tile in summary.tiles],
        citations=map(_citation, summary.citations),
    )


def _evidence(draft: Draft) -> pb.Evidence:
    return pb.Evidence(
        reading=draft.reading,
        figures=map(_figure, draft.figures),
        table=_table(draft.table),
        chart=_chart(draft.chart),
    )


def _figure(figure: Figure) -> pb.AnswerFigure:
    return pb.AnswerFigure(
        name=figure.name,
        value=f"{figure.value:f}",
        display=figure.display,
        unit=figure.unit,
        citations=figure.citations,
        derived=figure.derived,
        of=figure.of,
    )


def _citation(citation: Citation) -> pb.Citation:
    return pb.Citation(
        number=citation.number,
        kind=citation.kind,
        title=citation.title,
        view=citation.view,
        metric=citation.metric,
        filters=[
            pb.CitedFilter(column=one.column, op=one.op, values=one.values, json_key=one.json_key)
            for one in citation.filters
        ],
        snapshot=citation.snapshot,
        rows=citation.rows,
        target_id=citation.id,
        headings=citation.headings,
        start=citation.start,
        end=citation.end,
        quote=citation.quote,
    )


def _table(table: Table | None) -> pb.Table | None:
    if table is None:
        return None
    rows = [pb.TableRow(cells=row.cells, citation=row.citation) for row in table.rows]
    return pb.Table(columns=table.columns, rows=rows, truncated=table.truncated)


def _chart(chart: Chart | None) -> pb.Chart | None:
    if chart is None:
        return None
    series = [pb.Series(name=one.name, values=_texts(one.values)) for one in chart.series]
    return pb.Chart(kind=chart.kind, labels=chart.labels, series=series, unit=chart.unit)


def _texts(values: Iterable[str | None]) -> list[str]:
    return [value or "" for value in values]


def _refusal(refusal: Refusal | None) -> pb.Refusal | None:
    if refusal is None:
        return None
    return pb.Refusal(reason=refusal.reason, message=refusal.message, suggestions=refusal.suggestions)
