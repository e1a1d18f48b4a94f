"""What the use cases need from outside."""

from aam.ports.credentials import Credentials, RenewingConnector, StoredSession
from aam.ports.extraction import Extraction, Extractor, Progress, SampleColumn, Task
from aam.ports.services import Clock, Flags, Mappings
from aam.ports.sources import (
    Arrow,
    Connector,
    Connectors,
    DiscoveredStream,
    Json,
    SchemalessSource,
    Source,
    SourceBatch,
    StreamRead,
    WritableSource,
)
from aam.ports.storage import Connections, Quarantine, QuarantineFilter, RefusalCount, Runs

__all__ = [
    "Arrow",
    "Clock",
    "Connections",
    "Connector",
    "Connectors",
    "Credentials",
    "DiscoveredStream",
    "Extraction",
    "Extractor",
    "Flags",
    "Json",
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
    "StoredSession",
    "StreamRead",
    "Task",
    "WritableSource",
]
