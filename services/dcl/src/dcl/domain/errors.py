"""What can go wrong with mappings and views."""

from aos_common.errors import DomainError, Kind


class ViewUnknown(DomainError):
    """No entity, hence no view, has this name."""

    reason = "VIEW_UNKNOWN"
    kind = Kind.NOT_FOUND


class QueryInvalid(DomainError):
    """A view query names a column, operator or value that does not exist or does not fit."""

    reason = "QUERY_INVALID"
    kind = Kind.INVALID


class QueryTooLong(DomainError):
    """A question to the lake took longer than a caller waits."""

    reason = "QUERY_TOO_LONG"
    kind = Kind.TIMEOUT


class PageExpired(DomainError):
    """The snapshot a page token points at is gone."""

    reason = "PAGE_EXPIRED"
    kind = Kind.PRECONDITION


class ProposalUnknown(DomainError):
    """No proposal has this id."""

    reason = "PROPOSAL_UNKNOWN"
    kind = Kind.NOT_FOUND


class ProposalDecided(DomainError):
    """The proposal was approved or rejected before."""

    reason = "PROPOSAL_DECIDED"
    kind = Kind.PRECONDITION


class ProposalNotApprovable(DomainError):
    """The proposal, as edited, lacks an entity, a field, or something the entity requires."""

    reason = "PROPOSAL_NOT_APPROVABLE"
    kind = Kind.PRECONDITION


class MappingUnknown(DomainError):
    """No mapping is in force for the stream."""

    reason = "MAPPING_UNKNOWN"
    kind = Kind.NOT_FOUND


class BatchInvalid(DomainError):
    """A canonical batch breaks its contract."""

    reason = "BATCH_INVALID"
    kind = Kind.INVALID


class LakeUnavailable(DomainError):
    """The lake's catalogue or its files cannot be reached."""

    reason = "LAKE_UNAVAILABLE"
    kind = Kind.UNAVAILABLE


class LakeBusy(DomainError):
    """Another worker has been changing the tenant's lake for longer than one waits."""

    reason = "LAKE_BUSY"
    kind = Kind.UNAVAILABLE
