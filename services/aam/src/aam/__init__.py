"""The mesh: connects to sources and announces what they say."""

from aos_common.memory import stay_small

stay_small()
