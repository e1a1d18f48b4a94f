"""Why a provider is not accepted, or did not answer."""

from aos_common.errors import DomainError, Kind

__all__ = ["ModelUnavailable", "ProviderInvalid", "ProviderNotConfigured"]


class ProviderInvalid(DomainError):
    """What was given does not make a provider."""

    reason = "PROVIDER_INVALID"
    kind = Kind.INVALID


class ProviderNotConfigured(DomainError):
    """The tenant has no provider."""

    reason = "PROVIDER_NOT_CONFIGURED"
    kind = Kind.NOT_FOUND


class ModelUnavailable(DomainError):
    """The provider failed, refused or took too long."""

    reason = "MODEL_UNAVAILABLE"
    kind = Kind.UNAVAILABLE
    retry_after = 30
