"""What whoever operates this machine may ask a service without signing in: `aos mail` and `aos signing-keys`."""

import os
import subprocess

from aos_common.errors import DomainError, Kind

from aos_local.backing import binaries
from aos_local.platform import Platform
from aos_local.secrets import SecretStore

__all__ = ["mail", "signing_keys"]


class NeverStarted(DomainError):
    """Nothing was ever started in this folder, so there is nothing to ask."""

    reason = "NEVER_STARTED"
    kind = Kind.PRECONDITION


def mail(platform: Platform, *, to: str, limit: int, as_json: bool) -> int:
    """Print the newest mails, all or one address's, and return the exit status; raises NeverStarted."""
    options = ["--limit", str(limit), *(["--to", to] if to else []), *(["--json"] if as_json else [])]
    return _identity(platform, "mail", *options)


def signing_keys(platform: Platform, verb: str, *arguments: str) -> int:
    """List, rotate or withdraw the keys that sign access tokens; return the exit status; raises NeverStarted."""
    return _identity(platform, "keys", verb, *arguments)


def _identity(platform: Platform, *arguments: str) -> int:
    command = [str(binaries.python()), "-m", "identity", *arguments]
    done = subprocess.run(command, env=_identity_environment(platform), check=False)  # noqa: S603  our own service
    return done.returncode


def _identity_environment(platform: Platform) -> dict[str, str]:
    """Return what identity needs to read its own rows: the files of this folder's owner give it."""
    from aos_local.provision import DATABASE, with_login  # noqa: PLC0415  with a driver; other commands start without

    home = platform.settings.home
    secrets = SecretStore(home.secrets)
    if not (home.secrets / "postgres-identity_app").exists():
        raise NeverStarted(f"Nothing was ever started in {home.root}.", hint="Start it with: aos up")
    role = "identity_app"
    url = with_login(platform.postgres_admin_url(), role, secrets.password(f"postgres-{role}"), DATABASE)
    own = {
        "AOS_DATABASE_URL": url,
        "AOS_CREDENTIAL_KEY": secrets.key_file("identity-credential-key").as_uri(),
        "AOS_SIGNING_KEY_FILE": str(home.secrets / "identity-signing-key.pem"),
        "AOS_AUDIT_KEY": secrets.password("identity-audit-key"),
    }
    return dict(os.environ) | own
