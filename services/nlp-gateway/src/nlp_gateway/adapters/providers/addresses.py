"""Which addresses a tenant's provider may have."""

from urllib.parse import urlsplit

from aos_common.egress import Egress, EgressRefused

from nlp_gateway.domain.providers.errors import ProviderInvalid

__all__ = ["EgressAddresses"]


class EgressAddresses:
    """Implements ports.providers.Addresses by the operator's rules."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress

    async def check(self, url: str) -> None:
        """Raise what speaks against calling this address."""
        parts = urlsplit(url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        await self._egress.addresses(host, parts.port or (443 if secure else 80))
        if not secure and await self._is_public(host):
            raise ProviderInvalid(
                "The key would travel unencrypted to a public address.", hint="Use the https:// address of the API."
            )

    @staticmethod
    async def _is_public(host: str) -> bool:
        """Whether it is outside by the rules alone, that is without any opening of the operator's."""
        try:
            await Egress().addresses(host, 80)
        except EgressRefused:
            return False
        return True
