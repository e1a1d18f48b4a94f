"""AOA: durable pipeline runs and the agents that read unified views."""

from aos_common.memory import stay_small

stay_small()
