"""AOD, discovery: what data a company has before anybody connected it, profiled, scored and kept for triage."""

from aos_common.memory import stay_small

stay_small()
