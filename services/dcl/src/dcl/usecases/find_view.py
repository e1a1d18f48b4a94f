"""Find a view by its name."""

from dcl.domain.errors import ViewUnknown
from dcl.domain.ontology import Entity, EntityUnknown, Ontology


def find_view(ontology: Ontology, name: str) -> Entity:
    """Return the entity behind a view; raise `ViewUnknown` naming the views there are."""
    try:
        return ontology.entity(name)
    except EntityUnknown:
        known = ", ".join(entity.name for entity in ontology.entities)
        raise ViewUnknown(f"There is no view {name!r}.", hint=f"Views: {known}.") from None
