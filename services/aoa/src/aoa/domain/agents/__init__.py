"""The agents: pure, each a list of checks over views."""

from aoa.domain.agents.agent import Agent
from aoa.domain.agents.finops import FINOPS
from aoa.domain.agents.revops import REVOPS
from aoa.domain.errors import AgentUnknown

ALL = (FINOPS, REVOPS)


def find_agent(name: str) -> Agent:
    """Return an agent; raise `AgentUnknown` naming those there are."""
    for agent in ALL:
        if agent.name == name:
            return agent
    known = ", ".join(agent.name for agent in ALL)
    raise AgentUnknown(f"There is no agent {name!r}.", hint=f"Agents: {known}.")
