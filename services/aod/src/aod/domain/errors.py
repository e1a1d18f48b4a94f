"""Named failures of discovery."""

from aos_common.errors import DomainError, Kind


class LocationInvalid(DomainError):
    """What was given is neither an absolute path nor a usable postgresql:// URL; the message never repeats a URL."""

    reason = "LOCATION_INVALID"
    kind = Kind.INVALID


class PathNotAllowed(DomainError):
    """The folder is outside the roots that this installation may look at."""

    reason = "PATH_NOT_ALLOWED"
    kind = Kind.FORBIDDEN


class TooManyScans(DomainError):
    """The tenant has as many unfinished scans as it may have."""

    reason = "TOO_MANY_SCANS"
    kind = Kind.EXHAUSTED


class ScanNotFound(DomainError):
    """The tenant has no scan with this id."""

    reason = "SCAN_NOT_FOUND"
    kind = Kind.NOT_FOUND


class FindingNotFound(DomainError):
    """The tenant has no finding with this id."""

    reason = "FINDING_NOT_FOUND"
    kind = Kind.NOT_FOUND


class FindingDecided(DomainError):
    """The finding was approved or rejected before."""

    reason = "FINDING_DECIDED"
    kind = Kind.PRECONDITION


class NothingReadable(DomainError):
    """No data set of the finding can be read, so there is nothing to connect."""

    reason = "NOTHING_READABLE"
    kind = Kind.PRECONDITION


class UnknownDataSet(DomainError):
    """A chosen data set is not part of the finding."""

    reason = "UNKNOWN_DATA_SET"
    kind = Kind.INVALID


class DataSetUnreadable(DomainError):
    """A chosen data set cannot be read."""

    reason = "DATA_SET_UNREADABLE"
    kind = Kind.PRECONDITION


class PlaceUnreadable(DomainError):
    """A place cannot be looked at: it is gone, refuses us, or is too large; the scan fails with the message."""

    reason = "PLACE_UNREADABLE"
    kind = Kind.PRECONDITION
