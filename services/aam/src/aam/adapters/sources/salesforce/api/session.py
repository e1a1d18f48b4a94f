"""The session that requests carry: shared with every process that uses the connection, renewed before it ends."""

import threading
import time
from collections.abc import Callable, Mapping

from aam.adapters.sources.salesforce.api.oauth import fetch_session
from aam.adapters.sources.salesforce.api.transport import SharedClient
from aam.adapters.sources.salesforce.settings import SalesforceSettings
from aam.domain.errors import CredentialsRejected
from aam.ports import Credentials

RETRY_REJECTED_SECONDS = 600.0


class Session:
    """Hands out the session's token and renews it in one flight, through `Credentials`.

    What is stored: `access_token`, `instance_url`, `organisation`, `issued_at`, the `refresh_token` in use, the `grant`
    it all came from, or `rejected` with the reason; a stored session of another grant is none.
    """

    def __init__(
        self,
        settings: SalesforceSettings,
        http: SharedClient,
        credentials: Credentials,
        clock: Callable[[], float],
        wait: Callable[[float], None],
    ) -> None:
        self._settings, self._http, self._credentials = settings, http, credentials
        self._clock, self._wait = clock, wait
        self._lock = threading.Lock()
        self._stored: Mapping[str, str] | None = None

    def current(self) -> Mapping[str, str]:
        """The session in use; renewed first when it is missing or old."""
        with self._lock:
            if self._stored is None:
                self._stored = self._credentials.session()
            stored = self._stored
        return stored if self._usable(stored) else self.renewed(stored)

    def renewed(self, stale: Mapping[str, str]) -> Mapping[str, str]:
        """A session other than the stale one; raises `CredentialsRejected` when there is none to be had."""
        fresh = self._credentials.renew(stale, self._fetch)
        with self._lock:
            self._stored = fresh
        if rejected := self._rejection(fresh):
            raise CredentialsRejected(rejected)
        return fresh

    def _usable(self, stored: Mapping[str, str]) -> bool:
        if stored.get("grant") != self._settings.grant_mark or not stored.get("access_token"):
            return False
        age = self._clock() - float(stored.get("issued_at", "0"))
        return age < self._settings.session_minutes * 60

    def _rejection(self, stored: Mapping[str, str]) -> str:
        return stored.get("rejected", "") if stored.get("grant") == self._settings.grant_mark else ""

    def _fetch(self, stored: Mapping[str, str]) -> dict[str, str]:
        """Runs in one process at a time; `stored` is the truth."""
        now = self._clock()
        if self._rejection(stored) and now - float(stored.get("issued_at", "0")) < RETRY_REJECTED_SECONDS:
            return dict(stored)
        kept = stored.get("refresh_token", "") if stored.get("grant") == self._settings.grant_mark else ""
        kept = kept or self._settings.refresh_token.get_secret_value()
        mark = {"grant": self._settings.grant_mark, "issued_at": f"{now:.3f}"}
        try:
            with self._http.used() as client:
                found = fetch_session(client, self._settings, kept, self._wait)
        except CredentialsRejected as error:
            return {**mark, "rejected": error.message, "refresh_token": kept}
        return {"refresh_token": kept, **found, **mark}


def wall_clock() -> float:
    """Seconds since 1970: processes compare the ages of sessions by it."""
    return time.time()
