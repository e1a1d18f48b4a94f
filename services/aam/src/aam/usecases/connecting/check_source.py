"""Check a source, and find out what stands in the way when it does not answer."""

from aam.domain.errors import Obstacle, SourceError
from aam.ports import Reach, RemoteSource, Source


def check_source(source: Source, reach: Reach) -> None:
    """Check a source; what it raises knows the obstacle. Blocks."""
    try:
        source.check()
    except SourceError as error:
        error.obstacle = error.obstacle or _obstacle(source, reach)
        raise


def _obstacle(source: Source, reach: Reach) -> Obstacle:
    """What stands before every endpoint of the source; nothing when one of them answers."""
    found = Obstacle.NONE
    for host, port in source.endpoints() if isinstance(source, RemoteSource) else ():
        found = reach(host, port)
        if not found:
            break
    return found
