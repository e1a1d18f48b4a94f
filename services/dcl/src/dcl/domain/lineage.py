"""The lineage graph: source → data set → entity → agent."""

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass

from dcl.domain.mapping import Mapping
from dcl.domain.ontology import Ontology

LAYERS = {"source": 0, "data_set": 1, "entity": 2, "agent": 3}


@dataclass(frozen=True)
class Node:
    """A node; `rows` is -1 where it has no meaning, `deleted` counts the records that a data set says are gone."""

    id: str
    kind: str
    label: str
    parent_id: str = ""
    rows: int = -1
    deleted: int = 0

    @property
    def layer(self) -> int:
        """Column of the graph: 0 source, 1 data set, 2 entity, 3 agent."""
        return LAYERS[self.kind]


@dataclass(frozen=True)
class FieldEdge:
    """A field that flows along an edge."""

    source: str
    target: str
    confidence: float


@dataclass(frozen=True)
class Edge:
    """An edge; its id follows from what it connects."""

    source: str
    target: str
    kind: str
    rows: int = -1
    fields: tuple[FieldEdge, ...] = ()

    @property
    def id(self) -> str:
        """Stable id."""
        return f"{self.kind}:{self.source}->{self.target}"


@dataclass(frozen=True)
class Graph:
    """Nodes by layer, and edges."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def source_id(connection_id: str, stream: str) -> str:
    """Return the stable id of a stream, the `_source` of its records."""
    return f"{connection_id}/{stream}"


def draw_graph(
    mappings: Sequence[Mapping],
    ontology: Ontology,
    records: MappingOf[tuple[str, str], int],
    rows: MappingOf[str, int],
    deleted: MappingOf[str, int],
    reads: Sequence[tuple[str, str]],
) -> Graph:
    """Draw the graph of the mappings in force: `records` by (entity, source), `rows` by view, `deleted` by source."""
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []
    for mapping in mappings:
        source, data_set = f"source:{mapping.connection_id}", f"data_set:{mapping.connection_id}/{mapping.stream}"
        entity = f"entity:{mapping.entity}"
        name = source_id(mapping.connection_id, mapping.stream)
        count = records.get((mapping.entity, name), 0)
        nodes[source] = Node(source, "source", mapping.connection_name)
        nodes[data_set] = Node(data_set, "data_set", mapping.stream, source, count, deleted.get(name, 0))
        nodes[entity] = Node(entity, "entity", ontology.entity(mapping.entity).title, rows=rows.get(mapping.entity, 0))
        fields = tuple(FieldEdge(f.source, f.attribute, f.confidence) for f in mapping.fields)
        edges.append(Edge(source, data_set, "hierarchy", count))
        edges.append(Edge(data_set, entity, "dataflow", count, fields))
    for agent, view in reads:
        if f"entity:{view}" in nodes:
            node = nodes[f"agent:{agent}"] = Node(f"agent:{agent}", "agent", agent)
            edges.append(Edge(f"entity:{view}", node.id, "consumption", rows.get(view, 0)))
    ordered = sorted(nodes.values(), key=lambda node: (node.layer, node.id))
    return Graph(tuple(ordered), tuple(edges))
