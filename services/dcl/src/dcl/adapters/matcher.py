"""The `Matcher` port: the offline matcher in a child process, for it takes 150 MB and is needed now and then."""

from aos_common.child import Child

from dcl.domain.ontology import Ontology
from dcl.domain.proposed import Proposal
from dcl.domain.sampled import SampledStream

SECONDS = 120.0


def _match(sampled: SampledStream) -> Proposal:
    from dcl.adapters.matching import match  # noqa: PLC0415  the child loads it; this process never does

    return match(sampled)


class OfflineMatcher:
    """Proposes mappings; one at a time, since each uses the processors fully."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self._child = Child("matcher", _match, timeout_seconds=SECONDS)

    async def propose(self, sampled: SampledStream) -> Proposal:
        """Match the stream with every entity and return the best proposal."""
        return await self._child.call(sampled)

    async def close(self) -> None:
        """End the child."""
        await self._child.close()
