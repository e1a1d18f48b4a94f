"""What the use cases need from outside."""

from aam.ports.credentials import Credentials, RenewingConnector, StoredSession
from aam.ports.extraction import (
    Checkpoint,
    Checkpoints,
    Extraction,
    Extractor,
    KeptBatch,
    Progress,
    SampleColumn,
    Task,
)
from aam.ports.services import Clock, Flags, Mappings
from aam.ports.sources import (
    Arrow,
    Connector,
    Connectors,
    DiscoveredStream,
    HoldingConnector,
    Json,
    SchemalessSource,
    Source,
    SourceBatch,
    StreamRead,
    WritableSource,
)
from aam.ports.storage import Connections, Quarantine, QuarantineFilter, RefusalCount, Runs, StoredCheckpoints

__all__ = [
    "Arrow",
    "Checkpoint",
    "Checkpoints",
    "Clock",
    "Connections",
    "Connector",
    "Connectors",
    "Credentials",
    "DiscoveredStream",
    "Extraction",
    "Extractor",
    "Flags",
    "HoldingConnector",
    "Json",
    "KeptBatch",
    "Mappings",
    "Progress",
    "Quarantine",
    "QuarantineFilter",
    "RefusalCount",
    "RenewingConnector",
    "Runs",
    "SampleColumn",
    "SchemalessSource",
    "Source",
    "SourceBatch",
    "StoredCheckpoints",
    "StoredSession",
    "StreamRead",
    "Task",
    "WritableSource",
]
