"""Rate limits: by tenant, by tenant and class of route, and by address where no tenant is known.

Two defaults of this filter let everything through and are therefore set here: `filter_enabled` and `filter_enforced`
are 0 %, and only 20 tenants are told apart. A request for which no descriptor can be made is not limited either, so
this filter stands behind the claims check, which lets nobody pass without a tenant, and every public route has a class.
"""

from aos_gateway.edge.tokens import JWT
from aos_gateway.routes import RateClass
from aos_gateway.settings import GatewaySettings, Rate
from aos_gateway.types import Node, named

LIMITS = "envoy.filters.http.local_ratelimit"
_ROUTE_METADATA = "autonomos"
_ADDRESS = "masked_remote_address"


def limits_filter(settings: GatewaySettings) -> Node:
    """The filter with all descriptors; a full bucket answers 429, RESOURCE_EXHAUSTED to gRPC."""
    everything = {"numerator": 100, "denominator": "HUNDRED"}
    return named(
        LIMITS,
        "extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
        stat_prefix="gateway",
        filter_enabled={"default_value": everything},
        filter_enforced={"default_value": everything},
        max_dynamic_descriptors=settings.rates.tracked,
        rate_limited_as_resource_exhausted=True,
        response_headers_to_add=[{"header": {"key": "retry-after", "value": "1"}}],
        rate_limits=[
            {"actions": [_tenant_action()]},
            {"actions": [_class_action(), _tenant_action()]},
            {"actions": [_class_action(), {_ADDRESS: {"v4_prefix_mask_len": 32, "v6_prefix_mask_len": 64}}]},
        ],
        descriptors=_descriptors(settings),
    )


def class_metadata(rate: RateClass) -> Node:
    """A route's class, for the filter to find; reads have none, since the tenant's whole bounds them."""
    if rate is RateClass.READS:
        return {}
    return {"metadata": {"filter_metadata": {_ROUTE_METADATA: {"class": str(rate)}}}}


def _descriptors(settings: GatewaySettings) -> list[Node]:
    rates = settings.rates
    by_class = (
        (RateClass.WRITES, "tenant", rates.writes),
        (RateClass.QUESTIONS, "tenant", rates.questions),
        (RateClass.SIGN_IN, _ADDRESS, rates.sign_in),
        (RateClass.SESSIONS, _ADDRESS, rates.tenant),
        (RateClass.DOCUMENTS, _ADDRESS, rates.tenant),
    )
    # A key without a value stands for each value of its own.
    whole = {"entries": [{"key": "tenant"}], "token_bucket": _bucket(rates.tenant)}
    classes = [
        {"entries": [{"key": "class", "value": str(kind)}, {"key": key}], "token_bucket": _bucket(rate)}
        for kind, key, rate in by_class
    ]
    return [whole, *classes]


def _bucket(rate: Rate) -> Node:
    return {"max_tokens": rate.burst, "tokens_per_fill": rate.per_second, "fill_interval": "1s"}


def _tenant_action() -> Node:
    return _metadata("tenant", "DYNAMIC", JWT, "payload", "tenant_id")


def _class_action() -> Node:
    return _metadata("class", "ROUTE_ENTRY", _ROUTE_METADATA, "class")


# Without the metadata there is no such descriptor; `skip_if_absent` would leave out that entry alone, and what is left
# would count against the bucket of a shorter descriptor.
def _metadata(descriptor: str, source: str, key: str, *path: str) -> Node:
    where = {"key": key, "path": [{"key": part} for part in path]}
    return {"metadata": {"descriptor_key": descriptor, "metadata_key": where, "source": source}}
