"""Providers of models, wired."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aos_common.db import Database
from aos_common.egress import Egress
from aos_common.secrets import SecretBox
from fastapi import APIRouter

from nlp_gateway.adapters.providers.addresses import EgressAddresses
from nlp_gateway.adapters.providers.models import TenantModels
from nlp_gateway.adapters.providers.store import PostgresProviders
from nlp_gateway.entrypoints.providers.api import ProviderApi
from nlp_gateway.entrypoints.providers.rest import router
from nlp_gateway.settings import Settings

__all__ = ["ProviderParts", "providers"]


@dataclass(frozen=True)
class ProviderParts:
    """What the service runs of providers; `models` is for the answers."""

    models: TenantModels
    routes: APIRouter
    close: tuple[Callable[[], Awaitable[None]], ...]


def providers(settings: Settings, database: Database) -> ProviderParts:
    """Wire the providers; no vendor's library is loaded before a tenant with a provider asks."""
    box, egress = SecretBox.from_setting(settings.credential_key), Egress(settings.egress_allow)
    kept = PostgresProviders(database, box)
    models = TenantModels(kept, egress)
    return ProviderParts(models, router(ProviderApi(kept, EgressAddresses(egress), models)), (models.close, box.close))
