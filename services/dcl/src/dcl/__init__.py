"""Unification: mappings, lake, views, lineage."""

from aos_common.memory import stay_small

stay_small()
