"""Flow events as viewers see them: what happened, and where in the streams a viewer is."""

from aoa.domain.flow.log import Signal, TenantLog, Told
from aoa.domain.flow.position import LAYERS, Entry, Position
from aoa.domain.flow.record import FlowRecord

__all__ = ["LAYERS", "Entry", "FlowRecord", "Position", "Signal", "TenantLog", "Told"]
