"""The one place where domain objects become protobuf messages."""

from datetime import datetime

from autonomos.aod.v1 import discovery_pb2 as pb
from google.protobuf.timestamp_pb2 import Timestamp

from aod.domain.finding import Finding
from aod.domain.scan import Scan
from aod.entrypoints.rest_models import DataSetOut, FindingOut, ScanOut


def _moment(value: datetime | None) -> Timestamp | None:
    if value is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(value)
    return stamp


def scan_message(scan: Scan) -> pb.Scan:
    """A scan."""
    shown = ScanOut.of(scan).model_dump(exclude={"create_time", "end_time"})
    return pb.Scan(**shown, create_time=_moment(scan.created_at), end_time=_moment(scan.ended_at))


def finding_message(finding: Finding) -> pb.Finding:
    """A finding with its data sets."""
    shown = FindingOut.of(finding)
    data_sets = [_data_set_message(data_set) for data_set in shown.data_sets]
    plain = shown.model_dump(exclude={"create_time", "data_sets"})
    return pb.Finding(**plain, data_sets=data_sets, create_time=_moment(finding.created_at))


def _data_set_message(shown: DataSetOut) -> pb.DataSet:
    columns = [pb.ColumnProfile(**column.model_dump()) for column in shown.columns]
    return pb.DataSet(**shown.model_dump(exclude={"columns"}), columns=columns)
