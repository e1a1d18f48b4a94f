"""Ask: personas, routing of questions, the knowledge base, answers with citations."""

from aos_common.memory import stay_small

stay_small()
