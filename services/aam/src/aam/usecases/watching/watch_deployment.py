"""Begin to watch a deployment."""

from uuid import UUID

from aos_common.ids import new_id

from aam.domain.watching import InvalidWatch, Watch
from aam.ports import Clock
from aam.ports.watching import Watches

MOST_WATCHES = 20


async def watch_deployment(
    tenant_id: UUID,
    name: str,
    url: str,
    secret: dict[str, str],
    every_seconds: int,
    stale_after_minutes: int,
    *,
    watches: Watches,
    clock: Clock,
) -> Watch:
    """Store a watch; the deployment is looked at in the background. `secret`: a token, or an application's id and key.

    Raises `InvalidWatch`, `WatchExists`.
    """
    given = {key: value for key, value in secret.items() if value}
    if set(given) not in ({"bearer_token"}, {"client_id", "client_secret"}):
        raise InvalidWatch(
            "Watching needs a bearer token, or the id and the secret of an application.",
            hint="In Airbyte: Settings, Applications.",
        )
    watch = Watch(new_id(), name.strip(), url.rstrip("/"), every_seconds, stale_after_minutes, clock())
    return await watches.add(tenant_id, watch, given, MOST_WATCHES)
